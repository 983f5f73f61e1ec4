#include "alerts/summary_json.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "alerts/text.hpp"
#include "capture/time_text.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

Json time_or_null(const std::optional<Timestamp>& time) {
  return time ? Json(format_time(*time)) : Json();
}

Json counts(std::span<const NamedCount> list) {
  Json out = Json::object();
  for (const NamedCount& entry : list) {
    out[entry.name] = entry.count;
  }
  return out;
}

double milliseconds(double seconds) { return std::round(seconds * 1000) / 1000; }

Json inputs_json(std::span<const Input> inputs) {
  Json out = Json::array();
  for (const Input& input : inputs) {
    out.push_back({{"name", input.name},
                   {"format", input.format},
                   {"sha256", input.sha256.empty() ? Json() : Json(input.sha256)},
                   {"size", input.size},
                   {"packets", input.packets},
                   {"note", input.note.empty() ? Json() : Json(input.note)}});
  }
  return out;
}

Json flows_json(const FlowCounts& flows) {
  return {{"total", flows.total},
          {"tcp", flows.tcp},
          {"tcp_one_way", flows.tcp_one_way},
          {"established", flows.established},
          {"refused", flows.refused},
          {"with_gaps", flows.with_gaps},
          {"gaps", flows.gaps},
          {"retransmissions", flows.retransmissions},
          {"duplicates", flows.duplicates},
          {"out_of_order_drops", flows.out_of_order_drops},
          {"evicted", flows.evicted}};
}

Json messages_json(std::span<const ProtocolCount> protocols) {
  Json out = Json::object();
  for (const ProtocolCount& protocol : protocols) {
    Json states = Json::object();
    for (std::size_t i = 0; i < protocol.by_state.size(); ++i) {
      states[std::string(to_string(static_cast<Completeness>(i)))] = protocol.by_state[i];
    }
    out[protocol.protocol] = {{"messages", protocol.messages},
                              {"state", std::move(states)},
                              {"invalid", protocol.invalid},
                              {"anomalies", protocol.anomalies}};
  }
  return out;
}

Json vlans_json(std::span<const VlanCount> vlans) {
  Json out = Json::array();
  for (const VlanCount& vlan : vlans) {
    out.push_back({{"vlan", vlan.ids}, {"packets", vlan.packets}});
  }
  return out;
}

Json tables_json(std::span<const TableCount> tables) {
  Json out = Json::object();
  for (const TableCount& table : tables) {
    out[table.name] = {{"limit", table.limit}, {"evicted", table.evicted}};
  }
  return out;
}

Json alerts_json(const RunSummary& summary, std::span<const Alert> alerts) {
  const AlertCounts counted = count_alerts(alerts);
  Json severity = Json::object();
  for (std::size_t i = counted.by_severity.size(); i > 0; --i) {
    severity[std::string(to_string(static_cast<Severity>(i - 1)))] = counted.by_severity[i - 1];
  }
  return {{"total", counted.total},
          {"by_severity", std::move(severity)},
          {"by_kind", counted.by_kind},
          {"incidents", counted.incidents},
          {"left_out", summary.alerts_left_out},
          {"evidence_left_out", summary.evidence_left_out}};
}

Json silenced_json(std::span<const Silenced> silenced) {
  Json out = Json::array();
  for (const Silenced& entry : silenced) {
    out.push_back({{"kind", entry.kind},
                   {"from", entry.from},
                   {"to", entry.to},
                   {"reason", entry.reason},
                   {"until", entry.until},
                   {"line", entry.line},
                   {"count", entry.count}});
  }
  return out;
}

Json exceptions_json(std::span<const ExceptionLine> exceptions) {
  Json out = Json::array();
  for (const ExceptionLine& one : exceptions) {
    out.push_back({{"from", one.from},
                   {"to", one.to},
                   {"owner", one.owner},
                   {"reason", one.reason},
                   {"until", one.until},
                   {"state", one.state},
                   {"line", one.line},
                   {"count", one.count}});
  }
  return out;
}

Json permits_json(std::span<const PermittedWork> permits) {
  Json out = Json::array();
  for (const PermittedWork& work : permits) {
    out.push_back({{"ticket", work.ticket},
                   {"from", work.from},
                   {"to", work.to},
                   {"valid", work.window},
                   {"line", work.line},
                   {"count", work.count},
                   {"state", to_string(work.state)}});
  }
  return out;
}

}  // namespace

std::string summary_json(const RunSummary& summary, std::span<const Alert> alerts,
                         const NetworkView& network) {
  const double rate =
      summary.seconds > 0 ? static_cast<double>(summary.packets) / summary.seconds : 0;
  const Json json = {{"schema", kSummarySchema},
                     {"version", summary.version},
                     {"inputs", inputs_json(summary.inputs)},
                     {"site", network.site.name.empty() ? Json() : Json(network.site.name)},
                     {"site_file", network.site_file.empty() ? Json() : Json(network.site_file)},
                     {"conduit_rules", network.has_zones},
                     {"first_packet", time_or_null(summary.first_packet)},
                     {"last_packet", time_or_null(summary.last_packet)},
                     {"packets", summary.packets},
                     {"bytes", summary.bytes},
                     {"kernel_drops", summary.kernel_drops},
                     {"decode_errors", counts(summary.decode_errors)},
                     {"flows", flows_json(summary.flows)},
                     {"vlans", vlans_json(summary.vlans)},
                     {"messages", messages_json(summary.protocols)},
                     {"not_understood", counts(summary.not_understood)},
                     {"assets", summary.assets},
                     {"asked_only", summary.asked_only},
                     {"conversations", summary.conversations},
                     {"alerts", alerts_json(summary, alerts)},
                     {"silenced", silenced_json(summary.silenced)},
                     {"exceptions", exceptions_json(summary.exceptions)},
                     {"permits", permits_json(summary.permits)},
                     {"tables", tables_json(summary.tables)},
                     {"interrupted", summary.interrupted},
                     {"seconds", milliseconds(summary.seconds)},
                     {"hashing_seconds", milliseconds(summary.hashing_seconds)},
                     {"packets_per_second", std::round(rate)},
                     {"peak_memory", summary.peak_memory}};
  return dump_json(json, 2) + "\n";
}

}  // namespace prahari
