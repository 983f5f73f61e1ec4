#include <nlohmann/json.hpp>

#include "alerts/incident.hpp"
#include "alerts/text.hpp"
#include "alerts/time_forms.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kReportSchema = "urn:prahari:certin-report:1";

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json time_json(Timestamp time) {
  return {{"utc", utc_text(time)}, {"ist", ist_text(time)}, {"form", form_text(time)}};
}

Json report_json(const Incident& incident, const AlertContext& context) {
  Json versions(context.certin.versions);
  versions["attack_ics"] = AttackTable::kVersion;
  return {{"incident_id", incident.id},
          {"version", 1},
          {"stage", "initial"},
          {"state", "draft"},
          {"tlp", "TLP:AMBER"},
          {"generated_at", time_json(incident.generated_at)},
          {"product", {{"name", "prahari"}, {"version", context.version}}},
          {"data_versions", std::move(versions)},
          {"submissions", Json::array()}};
}

Json clock_json(const Incident& incident, const CertInData& certin) {
  const auto remaining =
      std::chrono::floor<std::chrono::seconds>(incident.due - incident.generated_at).count();
  return Json::array({{{"profile", "certin"},
                       {"recipient", certin.recipient},
                       {"limit_s", std::chrono::seconds(kCertInLimit).count()},
                       {"start_event", "detected"},
                       {"start", time_json(incident.noticed_at)},
                       {"due", time_json(incident.due)},
                       {"remaining_s", remaining},
                       {"state", incident.overdue() ? "overdue" : "running"},
                       {"in_force_from", certin.in_force_from}}});
}

Json reporter_json(const SiteInfo& site) {
  return {{"name_role", text_or_null(site.reporter_name_role)},
          {"kind", "Organization"},
          {"organization", text_or_null(site.organisation)},
          {"contact_no", text_or_null(site.reporter_contact)},
          {"email", text_or_null(site.reporter_email)},
          {"address", text_or_null(site.reporter_address)}};
}

Json types_json(const Incident& incident, const CertInData& certin) {
  Json out = Json::array();
  for (const std::string& id : incident.types) {
    out.push_back({{"id", id}, {"label", certin.form_label(id)}, {"origin", "suggested"}});
  }
  return out;
}

Json critical_json(const Incident& incident) {
  Json answer;
  if (incident.critical) {
    answer = *incident.critical ? "Yes" : "No";
  }
  return {{"answer", answer},
          {"details", text_or_null(incident.critical_details)},
          {"origin", incident.critical ? Json("configuration") : Json()}};
}

Json system_json(const HostView& host, const SiteInfo& site, const Finding& finding) {
  std::string roles;
  for (const std::string& role : host.roles) {
    roles += (roles.empty() ? "" : ", ") + role;
  }
  const bool known_criticality = host.criticality == "low" || host.criticality == "medium" ||
                                 host.criticality == "high" || host.criticality == "safety";
  Json mac = Json::array();
  if (!host.mac.empty()) {
    mac.push_back(host.mac);
  }
  return {
      {"asset_id", host.id},
      {"name", text_or_null(host.name)},
      {"role", text_or_null(roles)},
      {"ip", host.ips},
      {"mac", std::move(mac)},
      {"domain_url", text_or_null(host.url)},
      {"vendor", text_or_null(host.vendor)},
      {"model", text_or_null(host.model.empty() ? host.product : host.model)},
      {"part_number", text_or_null(host.order_number)},
      {"serial", text_or_null(host.serial)},
      {"firmware", text_or_null(host.firmware)},
      {"os", nullptr},
      {"last_patched", nullptr},
      {"application", text_or_null(host.application.empty() ? finding.protocol : host.application)},
      {"zone", text_or_null(host.zone)},
      {"purdue_level", text_or_null(level_text(host.level))},
      {"site", text_or_null(site.name)},
      {"location", text_or_null(location_text(host, site))},
      {"network_isp", text_or_null(network_text(host, site))},
      {"criticality", known_criticality ? Json(host.criticality) : Json()},
      {"protected_system", "unknown"},
      {"identity_basis", host.from_site_file ? "mixed" : "passive"},
      {"identity_confidence",
       host.identity_confidence == 0 ? Json() : Json(host.identity_confidence / 100.0)}};
}

Json sources_json(const Incident& incident) {
  Json out = Json::array();
  for (const SuspectedSource& source : incident.sources) {
    out.push_back({{"ip", text_or_null(source.ip)},
                   {"mac", text_or_null(source.mac)},
                   {"hostname", text_or_null(source.hostname)},
                   {"internal", source.internal},
                   {"country", nullptr},
                   {"country_basis", nullptr},
                   {"notes", text_or_null(source.notes)}});
  }
  return out;
}

Json detection_json(const Incident& incident, const AlertContext& context) {
  const Alert& alert = *incident.alert;
  const Finding& finding = alert.finding;
  Json attack = Json::array();
  for (const std::string_view id : finding.attack) {
    if (const Technique* technique = context.attack.find(id)) {
      attack.push_back({{"matrix", "ics"},
                        {"version", AttackTable::kVersion},
                        {"id", id},
                        {"name", technique->name}});
    }
  }
  Json frames = Json::array();
  for (const PacketRef& packet : alert.evidence) {
    if (packet.frame != 0) {
      frames.push_back(
          {{"file", capture_name(context.inputs, packet.file)}, {"number", packet.frame}});
    }
  }
  const auto port = [](const Party& party) { return party.port == 0 ? Json() : Json(party.port); };
  return {{"alert_id", alert.id},
          {"kind", finding.kind},
          {"severity", to_string(finding.severity)},
          {"confidence", finding.confidence / 100.0},
          {"first_seen", time_json(alert.first_seen)},
          {"last_seen", time_json(alert.last_seen)},
          {"count", alert.count},
          {"summary", finding.why},
          {"src", text_or_null(to_string(finding.source.ip))},
          {"dst", text_or_null(to_string(finding.destination.ip))},
          {"src_port", port(finding.source)},
          {"dst_port", port(finding.destination)},
          {"transport", text_or_null(finding.transport)},
          {"protocol", text_or_null(finding.protocol)},
          {"operation", finding.has_operation ? Json(to_string(finding.operation)) : Json()},
          {"object", text_or_null(finding.target)},
          {"rule_id", text_or_null(finding.policy.rule.empty() ? std::string(finding.kind)
                                                               : finding.policy.rule)},
          {"sensor_id", context.sensor},
          {"attack", std::move(attack)},
          {"frames", std::move(frames)}};
}

Json evidence_json(const Alert& alert) {
  Json files = Json::array();
  if (!alert.file.pcap.empty()) {
    files.push_back({{"path", alert.file.pcap},
                     {"bytes", alert.file.bytes},
                     {"sha256", alert.file.sha256},
                     {"kind", "pcap"},
                     {"from", time_json(alert.evidence.front().time)},
                     {"to", time_json(alert.evidence.back().time)},
                     {"filter", "the packets that the alert names"},
                     {"dropped_frames", nullptr},
                     {"truncated", alert.evidence_left_out != 0 || !alert.file.missing.empty()}});
  }
  return {{"manifest_sha256", nullptr}, {"files", std::move(files)}};
}

Json reportability_json(const Incident& incident) {
  Json criteria = Json::array();
  if (incident.human_safety) {
    criteria.push_back("q30_human_safety");
  }
  return {{"annexure_i_candidate", !incident.types.empty()},
          {"faq_q30_criteria", std::move(criteria)},
          {"decision", "undecided"},
          {"decided_by", nullptr},
          {"decided_at", nullptr},
          {"reason", nullptr}};
}

}  // namespace

Json incident_json(const Incident& incident, const AlertContext& context) {
  const Alert& alert = *incident.alert;
  const SiteInfo& site = context.network.site;
  Json systems = Json::array();
  for (const HostView* host : incident.systems) {
    systems.push_back(system_json(*host, site, alert.finding));
  }
  return {{"schema", kReportSchema},
          {"report", report_json(incident, context)},
          {"clock", clock_json(incident, context.certin)},
          {"i_am", "the effected entity"},
          {"reporter", reporter_json(site)},
          {"affected_entity", nullptr},
          {"sector", text_or_null(site.sector)},
          {"incident_types", types_json(incident, context.certin)},
          {"critical", critical_json(incident)},
          {"systems", std::move(systems)},
          {"suspected_sources", sources_json(incident)},
          {"description",
           {{"brief", incident.brief},
            {"full", nullptr},
            {"impact", nullptr},
            {"actions_taken", Json::array()},
            {"symptoms", incident.symptoms},
            {"seen_before", nullptr}}},
          {"times",
           {{"occurred_at", time_json(alert.first_seen)},
            {"occurred_basis", alert.evidence.empty() ? Json() : Json("first_evidence_frame")},
            {"last_seen_at", time_json(alert.last_seen)},
            {"detected_at", time_json(incident.noticed_at)},
            {"noticed_at", time_json(incident.noticed_at)},
            {"ongoing", nullptr}}},
          {"detections", Json::array({detection_json(incident, context)})},
          {"reportability", reportability_json(incident)},
          {"personal_data",
           {{"involved", "unknown"}, {"categories", Json::array()}, {"approx_people", nullptr}}},
          {"agencies_notified", Json::array()},
          {"advisory_refs", Json::array()},
          {"time_sync", Json::array({{{"sensor_id", context.sensor},
                                      {"synchronised", false},
                                      {"source", nullptr},
                                      {"traceable_to", "unknown"},
                                      {"stratum", nullptr},
                                      {"offset_ms", nullptr},
                                      {"max_offset_ms_in_window", nullptr},
                                      {"last_sync_at", nullptr}}})},
          {"evidence", evidence_json(alert)},
          {"completeness", {{"missing", incident.missing}, {"warnings", incident.warnings}}},
          {"supersedes", nullptr}};
}

}  // namespace prahari
