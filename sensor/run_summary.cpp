#include "sensor/run_summary.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <string>

#include "capture/time_text.hpp"
#include "inventory/asset_table.hpp"
#include "inventory/fact_book.hpp"
#include "inventory/posture_book.hpp"
#include "inventory/target_names.hpp"
#include "rules/exception_state.hpp"

namespace prahari {
namespace {

void fill_decoder(RunSummary& summary, const PipelineStats& stats) {
  for (std::size_t i = 1; i < stats.decode.by_reason.size(); ++i) {
    if (stats.decode.by_reason[i] > 0) {
      summary.decode_errors.push_back(
          {std::string{to_string(static_cast<Decoded>(i))}, stats.decode.by_reason[i]});
    }
  }
  for (std::size_t id = 0; id < stats.vlans.size(); ++id) {
    if (stats.vlans[id] > 0) {
      VlanCount& vlan = summary.vlans.emplace_back();
      vlan.packets = stats.vlans[id];
      if (id > 0) {
        vlan.ids.push_back(static_cast<std::uint16_t>(id));
      }
    }
  }
  std::ranges::stable_sort(summary.vlans, std::greater{}, &VlanCount::packets);
  for (const auto& [ethertype, packets] : stats.ethertypes) {
    std::array<char, 24> name{};
    std::snprintf(name.data(), name.size(), "ethertype 0x%04x", ethertype);
    summary.not_understood.push_back({ethertype == 0 ? "LLC" : name.data(), packets});
  }
}

void fill_flows(FlowCounts& flows, const PipelineStats& stats) {
  flows.gaps = stats.analyzer.gaps;
  flows.retransmissions = stats.analyzer.retransmissions;
  flows.duplicates = stats.analyzer.duplicates +
                     stats.decode.by_reason[static_cast<std::size_t>(Decoded::duplicate)];
  flows.out_of_order_drops = stats.analyzer.impatient_gaps;
  flows.evicted = stats.analyzer.flows_evicted;
}

void fill_silenced(RunSummary& summary, const Engine& engine) {
  for (const SilencedCount& silenced : engine.silenced()) {
    const Ignore& ignore = *silenced.ignore;
    summary.silenced.push_back({ignore.kind, ignore.from, ignore.to, ignore.reason,
                                ignore.until_text, ignore.line, silenced.count});
  }
}

void fill_exceptions(RunSummary& summary, const Engine& engine, Timestamp now) {
  for (const ExceptionCount& counted : engine.exceptions()) {
    const Exception& one = *counted.exception;
    const bool told = state_of(one, now) != ExceptionState::holds;
    summary.exceptions.push_back({one.from, one.to, one.owner, one.reason, one.until_text,
                                  use_words(one, counted.use, now), one.line, counted.use.count,
                                  told});
  }
}

PermittedWork::State state_of(const PermittedCount& permitted, const RunSummary& summary) {
  using State = PermittedWork::State;
  const Permit& permit = *permitted.permit;
  if (permitted.count > 0) {
    return State::seen;
  }
  const bool captured = summary.first_packet && summary.last_packet &&
                        *summary.first_packet < permit.valid_to &&
                        permit.valid_from <= *summary.last_packet;
  if (!captured) {
    return State::elsewhen;
  }
  return permit.valid_to <= *summary.last_packet ? State::unseen : State::open;
}

void fill_permits(RunSummary& summary, const Engine& engine) {
  const auto second = [](Timestamp time) { return format_time(time).substr(0, 19) + 'Z'; };
  for (const PermittedCount& permitted : engine.permitted()) {
    const Permit& permit = *permitted.permit;
    summary.permits.push_back({permit.ticket, permit.from, permit.to,
                               second(permit.valid_from) + " to " + second(permit.valid_to),
                               permit.line, permitted.count, state_of(permitted, summary)});
  }
}

}  // namespace

void fill_summary(RunSummary& summary, const Counted& counted) {
  const PipelineStats& stats = counted.pipeline;
  summary.version = PRAHARI_VERSION;
  summary.inputs = counted.source.inputs();
  if (stats.packets > 0) {
    summary.first_packet = stats.first;
    summary.last_packet = stats.last;
  }
  summary.packets = stats.packets;
  summary.bytes = stats.wire_bytes;
  const SourceStats captured = counted.source.stats();
  summary.kernel_drops = captured.kernel_drops + captured.interface_drops;
  summary.hashing_seconds = static_cast<double>(captured.hash_nanoseconds) / 1e9;
  fill_decoder(summary, stats);
  fill_flows(summary.flows, stats);
  counted.events.fill(summary);

  const InventoryStats& known = counted.inventory.stats();
  const CorrelatorStats& alerts = counted.correlator.stats();
  summary.tables = {
      {"flows", std::uint64_t{kShards} * kFlowsPerShard, stats.analyzer.flows_evicted},
      {"bytes of unfinished messages", kShards * PartialBudget::kBytes,
       stats.analyzer.partials_evicted},
      {"repeated messages that are counted together", kShards * RoutineBudget{}.most,
       stats.analyzer.routines_refused, "new ones found no room of their own"},
      {"fragments", 1024, stats.decode.fragments_evicted},
      {"assets", InventoryLimits{}.assets, known.assets_evicted},
      {"conversations", InventoryLimits{}.conversations, known.conversations_evicted},
      {"I/O connections", InventoryLimits{}.io_connections, known.io_evicted},
      {"what protocols remember from flow to flow", kShards * 1024ULL,
       stats.analyzer.shared_evicted},
      {"facts of assets", kFactsInAll, known.facts_dropped},
      {"units of assets", kUnitsInAll, known.units_dropped},
      {"addresses of assets", kSpareAddresses, known.addresses_dropped},
      {"posture facts", kPosturesInAll, known.postures_evicted},
      {"names of targets", TargetNames::kMost, known.names_evicted},
      {"open alerts", CorrelatorLimits{}.keys, alerts.keys_evicted},
  };
  fill_silenced(summary, counted.engine);
  fill_exceptions(summary, counted.engine, stats.last);
  fill_permits(summary, counted.engine);
  summary.assets = counted.inventory.assets_in_order().size();
  summary.asked_only = counted.inventory.asked_only();
  summary.conversations = counted.inventory.conversations_in_order().size();
  summary.evidence_left_out = alerts.evidence_left_out;
  for (const auto& [kind, count] : counted.collector.left_out()) {
    summary.alerts_left_out += count;
  }
}

}  // namespace prahari
