// The assets: a card for each with all that is known of it and how, controllers first; rows for
// those beyond so many.

#include <algorithm>

#include "alerts/host_marks.hpp"
#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

constexpr std::size_t kEvidence = 24;  // lines of one card
constexpr std::size_t kUnits = 12;

std::string join(std::span<const std::string> words, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < limit; ++i) {
    out += (i == 0 ? "" : ", ") + words[i];
  }
  return words.size() > limit ? out + ", +" + std::to_string(words.size() - limit) : out;
}

void pair(Html& page, std::string_view label, std::string_view words, std::string_view kind = {}) {
  if (!words.empty()) {
    page.element("dt", label).element("dd", words, kind);
  }
}

// The value and, smaller, why.
void reasoned(Html& page, std::string_view label, std::string_view words, std::string_view why) {
  if (words.empty()) {
    return;
  }
  page.element("dt", label).raw("<dd>").text(words);
  if (!why.empty()) {
    page.element("span", why, "sub");
  }
  page.raw("</dd>");
}

void add_places(Html& page, const HostView& host, const NetworkView& network) {
  pair(page, "Address", join(host.ips, 4), "mono");
  pair(page, "MAC", host.nic_vendor.empty() ? host.mac : host.mac + " (" + host.nic_vendor + ")");
  std::vector<std::string> vlans;
  vlans.reserve(host.vlan.size());
  for (const std::uint16_t id : host.vlan) {
    vlans.push_back(std::to_string(id));
  }
  pair(page, "VLAN", join(vlans, 4));
  if (network.has_zones) {
    pair(page, "Zone", host.level ? host.zone + ", level " + level_text(host.level) : host.zone);
  }
  if (host.proposed_level && (!host.level || *host.level != *host.proposed_level)) {
    reasoned(page, "Level proposed", level_text(host.proposed_level), host.level_reason);
  }
}

void add_roles(Html& page, const HostView& host) {
  for (std::size_t i = 0; i < host.roles.size() && i < 4; ++i) {
    reasoned(
        page, i == 0 ? "Role" : "", host.roles[i],
        i < host.role_reasons.size() ? std::string_view(host.role_reasons[i]) : std::string_view{});
  }
}

void add_facts(Html& page, const HostView& host, const ReportInput& input) {
  const SiteClock clock(input.context.network.site.timezone);
  page.raw("<dl>");
  pair(page, "Device", device_text(host));
  pair(page, "Firmware", host.firmware, "fw");
  pair(page, "Serial", host.serial, "mono");
  pair(page, "Hardware", host.hardware);
  pair(page, "Program", host.application);
  pair(page, "Mode", host.mode);
  add_roles(page, host);
  add_places(page, host, input.context.network);
  pair(page, "Criticality", host.criticality);
  pair(page, "Owner", host.owner);
  pair(page, "Location", host.location);
  pair(page, "Tags", join(host.tags, 8));
  pair(page, "Seen", clock.text(host.first_seen) + " to " + clock.text(host.last_seen));
  pair(page, "Packets",
       with_commas(host.packets_sent) + " sent, " + with_commas(host.packets_received) +
           " received" + (host.heard ? "" : ": never heard, only spoken to"));
  page.raw("</dl>\n");
}

void add_units(Html& page, const HostDetail& detail) {
  if (detail.units.size() < 2) {
    return;
  }
  page.raw("<details><summary>").text(plural(detail.units.size(), "device"));
  page.raw(" behind it</summary>\n<ul class=\"plain\">");
  for (std::size_t i = 0; i < detail.units.size() && i < kUnits; ++i) {
    const UnitView& unit = detail.units[i];
    page.raw("<li><b>").text(unit.name).raw("</b> ").text(unit.device);
    if (!unit.firmware.empty()) {
      page.raw(", firmware ").text(unit.firmware);
    }
    page.raw(" <span class=\"times\">").text(plural(unit.responses, "answer"));
    page.raw("</span></li>\n");
  }
  page.raw("</ul>\n");
  more_rows(page, std::min(kUnits, detail.units.size()), detail.units.size(), "assets.json");
  page.raw("</details>\n");
}

// One line for each thing that something on the wire told.
void add_evidence(Html& page, const HostDetail& detail, std::span<const Input> inputs) {
  if (detail.evidence.empty()) {
    return;
  }
  page.raw(
      "<details><summary>How do you know?</summary>\n<table class=\"proof\"><thead><tr>"
      "<th scope=\"col\">Field</th><th scope=\"col\">Value</th><th scope=\"col\">Told by</th>"
      "<th scope=\"col\">Sure</th><th scope=\"col\">Packet</th></tr></thead><tbody>\n");
  const std::size_t shown = std::min(detail.evidence.size(), kEvidence);
  for (std::size_t i = 0; i < shown; ++i) {
    const EvidenceView& line = detail.evidence[i];
    page.raw("<tr><td>").text(line.field);
    page.raw(line.unit.empty() ? "" : ", ").text(line.unit).raw("</td><td>").text(line.value);
    page.raw("</td><td>").text(line.source);
    if (line.count > 1) {
      page.raw(", ").number(line.count).raw(" times");
    }
    page.raw("</td><td>").raw(std::to_string(line.confidence)).raw(" %</td><td>");
    if (line.frame == 0) {
      page.raw("earlier run");
    } else {
      page.raw(std::to_string(line.frame));
      if (inputs.size() > 1) {
        page.raw(" of ").text(capture_name(inputs, line.file));
      }
    }
    page.raw("</td></tr>\n");
  }
  page.raw("</tbody></table>\n");
  more_rows(page, shown, detail.evidence.size(), "assets.json");
  page.raw("</details>\n");
}

void add_card(Html& page, std::size_t at, const ReportInput& input, const HostMarks& marks) {
  const NetworkView& network = input.context.network;
  const HostView& host = network.hosts[at];
  const HostMark* mark = marks.of(host.id);
  page.raw("<article class=\"card");
  page.raw(marks.severe(host.id) ? " bad" : "").raw("\" id=\"").text(host.id).raw("\">\n<h3>");
  add_glyph(page, glyph_of(host));
  page.raw("<span>").text(host.label()).raw("</span>");
  if (is_unknown(host, network)) {
    page.raw("<span class=\"chip note\">unknown to the site file</span>");
  }
  add_alert_chip(page, mark);
  page.raw("</h3>\n");
  add_facts(page, host, input);
  const HostDetail detail = network.detail_of ? network.detail_of(at) : HostDetail{};
  add_units(page, detail);
  add_evidence(page, detail, input.summary.inputs);
  page.raw("</article>\n");
}

void add_row(Html& page, const HostView& host, const NetworkView& network) {
  page.raw("<tr>");
  labelled(page, "Asset", host.label());
  labelled(page, "Address", join(host.ips, 2), "mono");
  labelled(page, "Role", join(host.roles, 3));
  labelled(page, "Zone", network.has_zones ? host.zone : host.group);
  labelled(page, "Device", device_text(host));
  labelled(page, "Firmware", host.firmware);
  labelled_number(page, "Packets", host.packets_sent + host.packets_received);
  page.raw("</tr>\n");
}

void add_rows(Html& page, const NetworkView& network, std::span<const std::size_t> order) {
  if (order.empty()) {
    return;
  }
  page.raw("<h3>Further assets</h3>\n");
  open_table(page, {"Asset", "Address", "Role", "Zone", "Device", "Firmware", "#Packets"});
  for (const std::size_t at : order) {
    add_row(page, network.hosts[at], network);
  }
  close_table(page);
}

}  // namespace

void add_assets(Html& page, const ReportInput& input, const ReportLimits& limits) {
  const NetworkView& network = input.context.network;
  const std::vector<std::size_t> order = hosts_in_order(network);
  page.raw("<section id=\"assets\">\n<h2>Assets</h2>\n");
  if (order.empty()) {
    page.raw("<p>No asset was seen.</p>\n</section>\n");
    return;
  }
  page.raw(
      "<p class=\"lead\">What the devices said about themselves, and what they did. Nothing was "
      "asked: what is missing was never said on the wire. \"How do you know?\" names the packet "
      "behind each value.</p>\n<div class=\"cards\">\n");
  const HostMarks marks(input.alerts);
  const std::size_t cards = std::min(order.size(), limits.cards);
  for (std::size_t i = 0; i < cards; ++i) {
    add_card(page, order[i], input, marks);
  }
  page.raw("</div>\n");
  const std::size_t rows = std::min(order.size() - cards, limits.assets);
  add_rows(page, network, std::span(order).subspan(cards, rows));
  more_rows(page, cards + rows, order.size(), "assets.csv");
  if (input.summary.asked_only > 0) {
    page.raw("<p class=\"more\">").text(with_commas(input.summary.asked_only));
    page.raw(
        " more addresses were asked only and never answered. They are no assets; flows.csv has "
        "who asked.</p>\n");
  }
  page.raw("</section>\n");
}

}  // namespace prahari
