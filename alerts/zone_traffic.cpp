#include "alerts/zone_traffic.hpp"

#include <algorithm>

namespace prahari {
namespace {

void add_talks(const NetworkView& network, ZoneMatrix& matrix) {
  const std::vector<std::size_t> zones = network.zone_numbers();
  for (const TalkView& talk : network.talks) {
    if (talk.client == kNoHost || talk.server == kNoHost) {
      continue;
    }
    ZoneTraffic& cell = matrix[{zones[talk.client], zones[talk.server]}];
    cell.services[talk.service] |= talk.operations;
    cell.packets_by_service[talk.service] += talk.packets;
    cell.operations |= talk.operations;
    cell.messages += talk.messages;
    cell.packets += talk.packets;
    cell.bytes += talk.bytes;
  }
}

// Between the zones that the alert names.
void add_refused(const ReportInput& input, ZoneMatrix& matrix) {
  std::map<std::string, std::size_t, std::less<>> numbers;
  for (std::size_t i = 0; i < input.context.network.zones.size(); ++i) {
    numbers.emplace(input.context.network.zones[i].name, i);
  }
  for (const Alert& alert : input.alerts) {
    const Finding& finding = alert.finding;
    const auto from = numbers.find(finding.source.zone);
    const auto to = numbers.find(finding.destination.zone);
    if (finding.kind != "conduit-violation" || from == numbers.end() || to == numbers.end()) {
      continue;
    }
    const auto found = matrix.find({from->second, to->second});
    if (found != matrix.end()) {
      found->second.refused[finding.protocol] |= static_cast<std::uint8_t>(
          finding.has_operation ? 1U << static_cast<unsigned>(finding.operation) : 0U);
    }
  }
}

}  // namespace

ZoneMatrix zone_matrix(const ReportInput& input) {
  ZoneMatrix matrix;
  add_talks(input.context.network, matrix);
  add_refused(input, matrix);
  return matrix;
}

std::string services_text(const ZoneTraffic& traffic, std::size_t limit) {
  std::vector<std::pair<std::uint64_t, std::string>> order;
  order.reserve(traffic.packets_by_service.size());
  for (const auto& [service, packets] : traffic.packets_by_service) {
    order.emplace_back(packets, service);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string out;
  for (std::size_t i = 0; i < order.size() && i < limit; ++i) {
    out += (i == 0 ? "" : ", ") + order[i].second;
  }
  return order.size() > limit ? out + ", +" + std::to_string(order.size() - limit) : out;
}

}  // namespace prahari
