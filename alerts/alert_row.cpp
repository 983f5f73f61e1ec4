#include "alerts/alert_row.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "alerts/json_text.hpp"
#include "alerts/text.hpp"
#include "capture/time_text.hpp"

namespace prahari {
namespace {

using Json = nlohmann::json;

struct PartyKeys {
  std::string asset;
  std::string ip;
};

PartyKeys party_of(const Json& alert, const char* key) {
  const auto party = alert.find(key);
  if (party == alert.end() || !party->is_object()) {
    return {};
  }
  return {text_of(*party, "asset"), text_of(*party, "ip")};
}

}  // namespace

AlertRow alert_row(const Alert& alert, const AlertContext& context) {
  return {.id = alert.id,
          .kind = std::string{alert.finding.kind},
          .severity = std::string{to_string(alert.finding.severity)},
          .status = "new",
          .first_seen = alert.first_seen,
          .last_seen = alert.last_seen,
          .count = alert.count,
          .source_asset = alert.source_asset,
          .source_ip = to_string(alert.finding.source.ip),
          .destination_asset = alert.destination_asset,
          .destination_ip = to_string(alert.finding.destination.ip),
          .body = dump_json(alert_json(alert, context)),
          .evidence = {}};
}

std::optional<AlertRow> alert_row(std::string_view line) {
  const Json alert = Json::parse(line, nullptr, false);
  if (!alert.is_object()) {
    return std::nullopt;
  }
  AlertRow row;
  row.id = text_of(alert, "id");
  row.kind = text_of(alert, "kind");
  row.severity = text_of(alert, "severity");
  const bool timed = parse_time(text_of(alert, "first_seen"), row.first_seen) &&
                     parse_time(text_of(alert, "last_seen"), row.last_seen);
  const auto count = alert.find("count");
  if (row.id.empty() || row.kind.empty() || row.severity.empty() || !timed ||
      count == alert.end() || !count->is_number_unsigned()) {
    return std::nullopt;
  }
  row.status = "new";
  row.count = count->get<std::uint64_t>();
  PartyKeys source = party_of(alert, "source");
  PartyKeys destination = party_of(alert, "destination");
  row.source_asset = std::move(source.asset);
  row.source_ip = std::move(source.ip);
  row.destination_asset = std::move(destination.asset);
  row.destination_ip = std::move(destination.ip);
  row.body = line;
  return row;
}

}  // namespace prahari
