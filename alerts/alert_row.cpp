#include "alerts/alert_row.hpp"

#include <nlohmann/json.hpp>

#include "alerts/text.hpp"

namespace prahari {

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

}  // namespace prahari
