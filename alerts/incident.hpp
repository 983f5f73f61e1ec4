// A CERT-In report as a draft: what the traffic and the site file know of one alert of class C,
// and a list of what a person has to add. Nothing is sent, and nothing is invented: what is not
// known is null and stands in `missing`.
//
// A draft made from a file takes the time of the last packet as its own time, so that the same
// capture gives the same draft.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "alerts/alert_json.hpp"

namespace prahari {

struct SuspectedSource {
  std::string ip;
  std::string mac;
  std::string hostname;
  bool internal = true;
  std::string notes;
};

struct Incident {
  std::string id;
  const Alert* alert = nullptr;
  Timestamp generated_at;
  Timestamp noticed_at;
  Timestamp due;
  std::vector<std::string> types;  // ids of Annexure I, suggested
  std::optional<bool> critical;    // empty: nobody said
  std::string critical_details;
  std::vector<const HostView*> systems;
  std::vector<SuspectedSource> sources;
  std::string brief;
  std::vector<std::string> symptoms;
  bool human_safety = false;
  std::vector<std::string> missing;  // paths into the JSON
  std::vector<std::string> warnings;

  [[nodiscard]] bool overdue() const noexcept { return generated_at > due; }
};

// "INC-" and the alert's id in capitals, cut to 41 characters.
[[nodiscard]] std::string incident_id(const Alert& alert);

// The alert and all of the context must outlive the draft.
[[nodiscard]] Incident draft_incident(const Alert& alert, const AlertContext& context,
                                      Timestamp generated_at);

// By the schema of alerts/data/certin_report.schema.json.
[[nodiscard]] nlohmann::ordered_json incident_json(const Incident& incident,
                                                   const AlertContext& context);

// One page that prints on A4: Form A first, then what a technician and an auditor ask for.
[[nodiscard]] std::string incident_html(const Incident& incident, const AlertContext& context);

// How the form prints what a system is and where it stands; empty if nothing is known.
[[nodiscard]] std::string make_model_text(const HostView& host);
[[nodiscard]] std::string location_text(const HostView& host, const SiteInfo& site);
[[nodiscard]] std::string network_text(const HostView& host, const SiteInfo& site);

}  // namespace prahari
