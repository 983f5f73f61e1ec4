// "At a glance": what matters first, in words; who is behind it; the controllers and what runs on
// them; the figures of the run.

#include <algorithm>

#include "alerts/actors.hpp"
#include "alerts/host_marks.hpp"
#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

constexpr std::size_t kActors = 3;
constexpr std::size_t kDeeds = 8;
constexpr std::size_t kTargets = 6;
constexpr std::size_t kControllers = 16;
constexpr std::size_t kUnknown = 8;

void tile(Html& page, std::string_view value, std::string_view label, std::string_view kind = {}) {
  page.raw("<div class=\"tile ").raw(kind).raw("\"><b>").text(value);
  page.raw("</b><span>").text(label).raw("</span></div>\n");
}

void count_tile(Html& page, std::uint64_t count, std::string_view label, std::string_view kind) {
  tile(page, with_commas(count), label, count == 0 ? std::string_view{} : kind);
}

void add_tiles(Html& page, const ReportInput& input) {
  const AlertCounts counts = count_alerts(input.alerts);
  const auto of = [&](Severity severity) {
    return counts.by_severity[static_cast<std::size_t>(severity)];
  };
  const NetworkView& network = input.context.network;
  const auto mend = [](const HealthNote& note) { return note.level == HealthNote::Level::bad; };
  const std::vector<HealthNote> health = capture_health(input.summary);
  const auto bad = std::count_if(health.begin(), health.end(), mend);
  page.raw("<div class=\"tiles\">\n");
  count_tile(page, of(Severity::critical), "critical", "critical");
  count_tile(page, of(Severity::high), "high", "high");
  count_tile(page, of(Severity::medium), "medium", "medium");
  count_tile(page, of(Severity::low) + of(Severity::info), "low and info", "low");
  count_tile(page, counts.incidents, "CERT-In candidates", "high");
  tile(page, with_commas(input.summary.assets), "assets");
  tile(page, with_commas(network.role_counts[static_cast<std::size_t>(Role::controller)]),
       "of them controllers");
  if (bad == 0) {
    tile(page, "healthy", "capture", "good");
  } else {
    tile(page, plural(static_cast<std::uint64_t>(bad), "problem"), "of the capture", "high");
  }
  page.raw("</div>\n");
}

// "33 alerts. 10.20.110.77 is behind 29 of them."
void add_headline(Html& page, const ReportInput& input, const std::vector<Actor>& actors) {
  if (input.alerts.empty()) {
    page.raw("<p class=\"headline\">No alert was raised.");
    page.raw(input.context.network.has_zones
                 ? ""
                 : " Conduit rules were off: there is no site file with zones.");
    page.raw("</p>\n");
    return;
  }
  page.raw("<p class=\"headline\">").text(plural(input.alerts.size(), "alert"));
  if (!actors.empty()) {
    const Actor& first = actors.front();
    const bool unknown = first.host != nullptr && is_unknown(*first.host, input.context.network);
    const std::string_view by = first.did ? "by " : "about ";
    if (input.alerts.size() == 1) {
      page.raw(", ").raw(by);
    } else if (first.alerts == input.alerts.size()) {
      page.raw(", all ").raw(by);
    } else if (first.alerts * 2 >= input.alerts.size()) {
      page.raw(", ").number(first.alerts).raw(" of them ").raw(by);
    } else {
      page.raw(" from ").text(plural(actors.size(), "host")).raw(", the most severe ").raw(by);
    }
    page.raw(unknown ? "a device that the site file does not know, " : "").raw("<b>");
    page.text(first.label).raw("</b>");
  }
  page.raw(".");
  const Alert* clock = nullptr;
  for (const Alert& alert : input.alerts) {
    if (alert.incident() && (clock == nullptr || alert.noticed < clock->noticed)) {
      clock = &alert;
    }
  }
  if (clock != nullptr) {
    const SiteClock site(input.context.network.site.timezone);
    page.raw(" The first six-hour clock of CERT-In ends ");
    page.text(site.text(report_by(clock->noticed))).raw(".");
  }
  page.raw("</p>\n");
}

// What is known of the device itself, in one line.
std::string who_text(const HostView& host, const ReportInput& input) {
  std::vector<std::string> parts;
  const NetworkView& network = input.context.network;
  if (is_unknown(host, network)) {
    parts.emplace_back("unknown to the site file, in no zone");
  } else if (!host.zone.empty()) {
    parts.push_back("zone " + host.zone);
  }
  if (!host.ips.empty() && host.ips.front() != host.label()) {
    parts.push_back(host.ips.front());
  }
  if (!host.mac.empty()) {
    parts.push_back("MAC " + host.mac +
                    (host.nic_vendor.empty() ? "" : " (" + host.nic_vendor + ")"));
  }
  if (const std::string device = device_text(host); !device.empty()) {
    parts.push_back("runs " + device);
  }
  const SiteClock clock(network.site.timezone);
  std::string heard = "first heard " + clock.text(host.first_seen);
  if (input.summary.first_packet) {
    const auto after = host.first_seen - *input.summary.first_packet;
    if (after >= std::chrono::minutes{1}) {
      heard += ", " + duration_text(after) + " into the capture";
    }
  }
  parts.push_back(heard);
  std::string out;
  for (const std::string& part : parts) {
    out += (out.empty() ? "" : " · ") + part;
  }
  return out;
}

std::string targets_text(const Deed& deed) {
  std::string out;
  for (std::size_t i = 0; i < deed.targets.size() && i < kTargets; ++i) {
    out += (i == 0 ? "" : ", ") + deed.targets[i];
  }
  if (deed.targets.size() > kTargets) {
    out += " and " + std::to_string(deed.targets.size() - kTargets) + " more";
  }
  return out;
}

void add_actor(Html& page, const Actor& actor, const ReportInput& input) {
  const SiteClock clock(input.context.network.site.timezone);
  page.raw("<article class=\"actor ").raw(to_string(actor.worst)).raw("\">\n<h3>");
  if (actor.host != nullptr) {
    add_glyph(page, glyph_of(*actor.host));
  }
  page.text(actor.label);
  const std::string alerts = plural(actor.alerts, "alert");
  page.element("span", actor.did ? "behind " + alerts : alerts + " about it", "times");
  page.raw("</h3>\n");
  if (actor.host != nullptr) {
    page.element("p", who_text(*actor.host, input), "more");
  }
  page.raw("<ul class=\"deeds\">\n");
  for (std::size_t i = 0; i < actor.deeds.size() && i < kDeeds; ++i) {
    const Deed& deed = actor.deeds[i];
    page.raw("<li>");
    page.element("span", to_string(deed.worst), "chip " + std::string(to_string(deed.worst)));
    page.raw("<span><a href=\"#").text(deed.alert).raw("\">").text(deed.title).raw("</a>");
    if (!deed.targets.empty()) {
      page.raw(" → ").text(targets_text(deed));
    }
    page.raw(" <span class=\"times\">");
    page.text(deed.times == 1 ? "once" : with_commas(deed.times) + " times");
    page.raw(", ").text(clock.text(deed.first)).raw("</span></span></li>\n");
  }
  page.raw("</ul>\n");
  if (actor.deeds.size() > kDeeds) {
    page.raw("<p class=\"more\">and ").text(plural(actor.deeds.size() - kDeeds, "kind"));
    page.raw(" of alert more.</p>\n");
  }
  page.raw("</article>\n");
}

void add_actors(Html& page, const ReportInput& input, const std::vector<Actor>& actors) {
  std::size_t shown = 0;
  for (const Actor& actor : actors) {
    const bool worth = shown == 0 || actor.severe != 0;
    if (shown < kActors && worth) {
      add_actor(page, actor, input);
      ++shown;
    }
  }
  if (actors.size() > shown) {
    page.raw("<p class=\"more\">").text(plural(actors.size() - shown, "further source"));
    page.raw(" of alerts below.</p>\n");
  }
}

// A link, what it looks like, and its alerts.
void add_stranger(Html& page, const HostView& host, const HostMark* mark) {
  page.raw("<a href=\"#").text(host.id).raw("\">").text(host.label()).raw("</a>");
  const std::string what = !host.roles.empty() ? host.roles.front() : host.nic_vendor;
  page.text(what.empty() ? what : " (" + what + ")");
  if (mark != nullptr) {
    page.raw(" ");
    add_alert_chip(page, mark);
  }
}

// Devices that the site file does not name, whatever they did.
void add_unknown(Html& page, const NetworkView& network, const HostMarks& marks) {
  if (!network.has_zones) {
    return;
  }
  std::size_t count = 0;
  Html list;
  for (const HostView& host : network.hosts) {
    if (!is_unknown(host, network) || !host.heard) {
      continue;
    }
    if (++count <= kUnknown) {
      list.raw(count == 1 ? "" : ", ");
      add_stranger(list, host, marks.of(host.id));
    }
  }
  if (count == 0) {
    return;
  }
  page.raw("<p><b>").text(plural(count, "device"));
  page.raw(" unknown to the site file:</b> ").raw(list.str());
  if (count > kUnknown) {
    page.raw(" and ").number(count - kUnknown).raw(" more");
  }
  page.raw("</p>\n");
}

void add_controllers(Html& page, const NetworkView& network, const HostMarks& marks,
                     const std::vector<std::size_t>& order) {
  const std::size_t all = network.role_counts[static_cast<std::size_t>(Role::controller)];
  if (all == 0) {
    return;
  }
  page.raw(
      "<h3>Controllers and what runs on them</h3>\n<table class=\"rows brief\"><thead><tr>"
      "<th scope=\"col\">Controller</th><th scope=\"col\">Address</th><th scope=\"col\">Zone</th>"
      "<th scope=\"col\">Device</th><th scope=\"col\">Firmware</th><th scope=\"col\">Alerts</th>"
      "</tr></thead><tbody>\n");
  std::size_t shown = 0;
  for (const std::size_t at : order) {
    const HostView& host = network.hosts[at];
    if (shown == kControllers || !host.has_role("controller")) {
      break;  // they come first
    }
    ++shown;
    page.raw(R"(<tr><td data-label="Controller"><span class="who">)");
    add_glyph(page, glyph_of(host));
    page.raw("<a href=\"#").text(host.id).raw("\">").text(host.label()).raw("</a></span></td>");
    labelled(page, "Address", host.ips.empty() ? host.mac : host.ips.front(), "mono");
    labelled(page, "Zone", network.has_zones ? host.zone : host.group);
    labelled(page, "Device", device_text(host));
    labelled(page, "Firmware", host.firmware, host.firmware.empty() ? "" : "fw");
    page.raw("<td data-label=\"Alerts\"><span>");
    const HostMark* mark = marks.of(host.id);
    page.raw(mark == nullptr ? "–" : "");
    add_alert_chip(page, mark);
    page.raw("</span></td></tr>\n");
  }
  page.raw("</tbody></table>\n");
  if (all > shown) {
    page.raw("<p class=\"more\">").number(all - shown);
    page.raw(" more controllers under <a href=\"#assets\">Assets</a>.</p>\n");
  }
}

}  // namespace

void add_glance(Html& page, const ReportInput& input, const ReportLimits& /*limits*/) {
  const NetworkView& network = input.context.network;
  const HostMarks marks(input.alerts);
  const std::vector<Actor> actors = actors_behind(input.alerts, input.context);
  page.raw("<section id=\"glance\">\n<h2>At a glance</h2>\n");
  add_headline(page, input, actors);
  if (input.summary.interrupted) {
    page.raw("<p><b>Stopped early.</b> This is what was found until then.</p>\n");
  }
  add_tiles(page, input);
  add_actors(page, input, actors);
  add_unknown(page, network, marks);
  add_controllers(page, network, marks, hosts_in_order(network));
  page.raw("</section>\n");
}

}  // namespace prahari
