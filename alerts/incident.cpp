#include "alerts/incident.hpp"

#include <algorithm>

#include "alerts/text.hpp"
#include "alerts/time_forms.hpp"

namespace prahari {
namespace {

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) {
    if (!word.empty()) {
      out += out.empty() ? "" : between;
      out += word;
    }
  }
  return out;
}

std::string named(const Party& party, const HostView* host) {
  std::string out = party_label(party, host);
  if (host != nullptr && !host->name.empty() && !party.ip.empty()) {
    out += " (" + to_string(party.ip) + ")";
  }
  if (!party.zone.empty()) {
    out += " in zone " + party.zone;
  }
  return out;
}

bool is_known(const Party& party) { return !party.ip.empty() || !party.mac.empty(); }

std::string outcome_sentence(const Finding& finding) {
  switch (finding.outcome) {
    case Outcome::success:
      return " The device carried it out.";
    case Outcome::failure:
      return " The device refused it.";
    case Outcome::unknown:
      break;
  }
  return " Whether it took effect cannot be told from the traffic.";
}

// For somebody who has never seen a protocol.
std::string brief_of(const Alert& alert, const AlertContext& context) {
  const Finding& finding = alert.finding;
  const HostView* source = context.network.host(alert.source_asset);
  const HostView* destination = context.network.host(alert.destination_asset);
  std::string out = "On " + form_text(alert.first_seen) + " IST, network monitoring raised \"" +
                    std::string(alert_title(alert)) + "\" (" +
                    std::string(to_string(finding.severity)) + ").";
  out += is_known(finding.source) ? " Source: " + named(finding.source, source) + "."
                                  : std::string{" Who did it is not known."};
  if (is_known(finding.destination)) {
    out += " Affected: " + named(finding.destination, destination) + ".";
  }
  if (finding.has_operation) {
    out += " Operation: " + std::string(to_string(finding.operation)) + " over " + finding.protocol;
    out += finding.operation_name.empty() ? "" : ", " + finding.operation_name;
    out += finding.target.empty() ? "" : ", " + finding.target;
    out += "." + outcome_sentence(finding);
  }
  out += " Why it is unusual: " + finding.why;
  if (!out.ends_with('.')) {
    out += '.';
  }
  if (alert.count > 1) {
    out += " It was seen " + with_commas(alert.count) + " times until " +
           form_text(alert.last_seen) + " IST.";
  }
  out += " This text is drafted from recorded network traffic alone; a person must confirm it.";
  const std::size_t limit = context.certin.brief_limit;
  // Cut only once what is unsafe has been written out, which takes more letters.
  return plain_text(plain_text(out), limit > 3 ? limit - 3 : limit);
}

bool is_safety(const HostView& host) {
  return host.criticality == "safety" || host.has_tag("safety");
}

void judge_criticality(Incident& out) {
  std::vector<std::string> details;
  for (const HostView* host : out.systems) {
    const bool high = host->criticality == "high" || is_safety(*host) || host->has_tag("critical");
    if (high || !host->criticality.empty()) {
      out.critical = high || out.critical.value_or(false);
    }
    details.push_back(join({std::string(host->label()), join(host->roles, ", "),
                            host->zone.empty() ? "" : "zone " + host->zone, host->location,
                            host->owner.empty() ? "" : "owner " + host->owner},
                           "; "));
  }
  out.critical_details = join(details, ". ");
}

SuspectedSource source_of(const Alert& alert, const NetworkView& network) {
  const Party& party = alert.finding.source;
  const HostView* host = network.host(alert.source_asset);
  SuspectedSource out;
  out.ip = to_string(party.ip);
  out.mac = party.mac.empty() ? "" : to_string(party.mac);
  out.internal = party.ip.empty() || party.ip.is_private();
  if (host != nullptr) {
    out.hostname = host->name;
    out.notes = join({join(host->roles, ", "), make_model_text(*host), host->nic_vendor,
                      party.zone.empty() ? "" : "zone " + party.zone},
                     "; ");
  }
  return out;
}

void list_system_gaps(const HostView& host, const std::string& path, const SiteInfo& site,
                      std::vector<std::string>& missing) {
  const auto need = [&](bool known, std::string_view field) {
    if (!known) {
      missing.push_back(path + "." + std::string(field));
    }
  };
  need(!host.name.empty(), "name");
  need(!host.ips.empty(), "ip");
  need(!host.vendor.empty(), "vendor");
  need(!host.model.empty() || !host.product.empty(), "model");
  need(!host.serial.empty(), "serial");
  need(!host.firmware.empty(), "firmware");
  need(false, "os");            // never told on the wire of a controller
  need(false, "last_patched");  // a person knows
  need(!location_text(host, site).empty(), "location");
  need(!site.network_isp.empty(), "network_isp");
  need(!host.criticality.empty(), "criticality");
}

void list_gaps(Incident& out, const SiteInfo& site) {
  const auto need = [&](bool known, std::string_view path) {
    if (!known) {
      out.missing.emplace_back(path);
    }
  };
  need(!site.reporter_name_role.empty(), "reporter.name_role");
  need(!site.organisation.empty(), "reporter.organization");
  need(!site.reporter_contact.empty(), "reporter.contact_no");
  need(!site.reporter_email.empty(), "reporter.email");
  need(!site.reporter_address.empty(), "reporter.address");
  need(!site.sector.empty(), "sector");
  need(out.critical.has_value(), "critical.answer");
  need(!out.systems.empty(), "systems");
  for (std::size_t i = 0; i < out.systems.size(); ++i) {
    list_system_gaps(*out.systems[i], "systems[" + std::to_string(i) + "]", site, out.missing);
  }
  need(!out.sources.empty() && !out.sources[0].ip.empty(), "suspected_sources[0].ip");
  need(false, "description.impact");
  need(false, "description.actions_taken");
  need(false, "description.seen_before");
  need(false, "reportability.decided_by");
  need(false, "time_sync[0].source");
  need(!out.alert->file.pcap.empty(), "evidence.files");
}

void warn(Incident& out) {
  out.warnings.emplace_back(
      "Incident types, criticality and the six-hour criteria are suggestions; a person confirms "
      "them.");
  out.warnings.emplace_back(
      "Made from a recorded capture: generated_at is the time of its last packet, and the clock "
      "starts at the packet that decided. If the capture is old, the limit may have passed.");
  out.warnings.emplace_back(
      "Whether the capturing clock was synchronised with NIC or NPL time is not known.");
  if (!out.alert->file.missing.empty()) {
    out.warnings.push_back("Evidence is incomplete: " + out.alert->file.missing + ".");
  }
  if (out.alert->evidence_left_out != 0) {
    out.warnings.push_back(with_commas(out.alert->evidence_left_out) +
                           " further packets belong to this alert and are only in the capture.");
  }
}

}  // namespace

std::string incident_id(const Alert& alert) {
  std::string out = "INC-" + alert.id;
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  out.resize(std::min<std::size_t>(out.size(), 41));
  return out;
}

Incident draft_incident(const Alert& alert, const AlertContext& context, Timestamp generated_at) {
  Incident out;
  out.id = incident_id(alert);
  out.alert = &alert;
  out.generated_at = generated_at;
  out.noticed_at = alert.noticed;
  out.due = report_by(alert.noticed);
  out.types = context.certin.types_of(alert.finding.kind, CertInClass::incident);
  if (const HostView* host = context.network.host(alert.destination_asset)) {
    out.systems.push_back(host);
  }
  if (is_known(alert.finding.source)) {
    out.sources.push_back(source_of(alert, context.network));
  }
  out.human_safety = std::any_of(out.systems.begin(), out.systems.end(),
                                 [](const HostView* host) { return is_safety(*host); });
  judge_criticality(out);
  out.brief = brief_of(alert, context);
  if (const auto kind = context.certin.kinds.find(alert.finding.kind);
      kind != context.certin.kinds.end()) {
    out.symptoms = kind->second.symptoms;
  }
  list_gaps(out, context.network.site);
  warn(out);
  return out;
}

std::string make_model_text(const HostView& host) {
  return join({join({host.vendor, host.product, host.model == host.product ? "" : host.model}, " "),
               host.order_number.empty() ? "" : "order no. " + host.order_number,
               host.firmware.empty() ? "" : "firmware " + host.firmware,
               host.serial.empty() ? "" : "serial " + host.serial},
              ", ");
}

std::string location_text(const HostView& host, const SiteInfo& site) {
  return join({host.location, site.location}, ", ");
}

std::string network_text(const HostView& host, const SiteInfo& site) {
  return join({host.zone.empty() ? "" : "zone " + host.zone, site.network_isp}, "; ");
}

}  // namespace prahari
