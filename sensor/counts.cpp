#include "sensor/counts.hpp"

#include <algorithm>
#include <numeric>
#include <string>

namespace prahari {

void EventCounts::add(const Event& event) {
  Messages& messages = messages_[static_cast<std::size_t>(event.protocol)];
  switch (event.kind) {
    case EventKind::message:
    case EventKind::tally:
      if (event.message.further) {
        break;
      }
      messages.by_state[static_cast<std::size_t>(event.state)] += event.repeats + 1U;
      messages.invalid += event.message.problems == 0 ? 0U : 1U;
      break;
    case EventKind::anomaly:
      ++messages.anomalies;
      break;
    case EventKind::flow:
      add_flow(event);
      break;
    case EventKind::host:
    case EventKind::identity:
    case EventKind::posture:
    case EventKind::connection:
    case EventKind::production:
    case EventKind::target_name:
      break;
  }
}

void EventCounts::add_flow(const Event& event) {
  const FlowFacts& flow = event.flow_facts;
  const bool tcp = event.transport == Transport::tcp;
  flows_.established += flow.stage == FlowStage::established ? 1U : 0U;
  flows_.refused += flow.stage == FlowStage::refused ? 1U : 0U;
  if (flow.stage != FlowStage::closed) {
    return;
  }
  ++flows_.total;
  flows_.tcp += tcp ? 1U : 0U;
  flows_.tcp_one_way += tcp && flow.one_way ? 1U : 0U;
  flows_.duplicates += flow.duplicates;
  flows_.with_gaps += flow.gap ? 1U : 0U;
  if (event.protocol != Protocol::unknown) {
    return;
  }
  const bool ports = tcp || event.transport == Transport::udp;
  const Service service{event.transport, ports ? event.server.port : std::uint16_t{0}};
  const std::uint64_t packets = flow.packets[0] + flow.packets[1];
  if (unknown_.size() < kServices || unknown_.contains(service)) {
    unknown_[service] += packets;
  } else {
    other_unknown_ += packets;
  }
}

void EventCounts::fill(RunSummary& summary) const {
  const FlowCounts streams = summary.flows;  // what the analyzers counted
  summary.flows = flows_;
  summary.flows.gaps = streams.gaps;
  summary.flows.retransmissions = streams.retransmissions;
  summary.flows.duplicates = streams.duplicates;
  summary.flows.out_of_order_drops = streams.out_of_order_drops;
  summary.flows.evicted = streams.evicted;

  for (std::size_t i = 0; i < static_cast<std::size_t>(Protocol::unknown); ++i) {
    const Messages& counted = messages_[i];
    const std::uint64_t all =
        std::accumulate(counted.by_state.begin(), counted.by_state.end(), std::uint64_t{0});
    if (all + counted.anomalies > 0) {
      summary.protocols.push_back({std::string{to_string(static_cast<Protocol>(i))}, all,
                                   counted.by_state, counted.invalid, counted.anomalies});
    }
  }
  std::ranges::stable_sort(summary.protocols, std::greater{}, &ProtocolCount::messages);

  for (const auto& [service, packets] : unknown_) {
    std::string name{to_string(service.transport)};
    if (service.port != 0) {
      name += '/' + std::to_string(service.port);
    }
    summary.not_understood.push_back({std::move(name), packets});
  }
  if (other_unknown_ > 0) {
    summary.not_understood.push_back({"other services", other_unknown_});
  }
  std::ranges::stable_sort(summary.not_understood, std::greater{}, &NamedCount::count);
}

}  // namespace prahari
