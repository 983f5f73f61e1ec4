// The table of assets: controllers first, then by address.

#include <algorithm>
#include <array>
#include <tuple>

#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

int rank(const HostView& host) {
  constexpr std::array<std::string_view, 5> kOrder = {"controller", "gateway", "engineering",
                                                      "client", "router"};
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    if (host.has_role(kOrder[i])) {
      return static_cast<int>(i);
    }
  }
  return host.internal ? 5 : 6;
}

std::string join(std::span<const std::string> words, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < limit; ++i) {
    out += (i == 0 ? "" : ", ") + words[i];
  }
  return words.size() > limit ? out + ", +" + std::to_string(words.size() - limit) : out;
}

std::string device_text(const HostView& host) {
  std::string out = host.vendor;
  for (const std::string* part : {&host.product, &host.model, &host.order_number}) {
    if (!part->empty() && out.find(*part) == std::string::npos) {
      out += (out.empty() ? "" : " ") + *part;
    }
  }
  return out;
}

std::string versions_text(const HostView& host) {
  std::string out = host.firmware.empty() ? "" : "firmware " + host.firmware;
  if (!host.serial.empty()) {
    out += (out.empty() ? "serial " : ", serial ") + host.serial;
  }
  if (!host.mode.empty()) {
    out += (out.empty() ? "mode " : ", mode ") + host.mode;
  }
  return out;
}

void sub(Html& page, std::string_view words) {
  if (!words.empty()) {
    page.element("span", words, "sub");
  }
}

// What decides where a host stands. Hosts come by id, so their number stands for it.
struct Place {
  int rank = 0;
  std::string ip;
  std::size_t host = 0;
};

std::vector<Place> places_in_order(const NetworkView& network) {
  std::vector<Place> order;
  order.reserve(network.hosts.size());
  for (const HostView& host : network.hosts) {
    order.push_back(
        {rank(host), host.ips.empty() ? std::string{} : host.ips.front(), order.size()});
  }
  std::ranges::sort(order, {}, [](const Place& place) {
    // Shorter first: 10.0.0.9 before 10.0.0.10.
    return std::tuple{place.rank, place.ip.size(), std::string_view{place.ip}, place.host};
  });
  return order;
}

void add_row(Html& page, const HostView& host, bool zones) {
  page.raw("<tr><td data-label=\"Asset\"><span><b>").text(host.label()).raw("</b>");
  const std::string ips = join(host.ips, 3);
  sub(page, ips == host.label() ? std::string_view{} : std::string_view{ips});
  if (!host.criticality.empty()) {
    sub(page, "criticality " + host.criticality);
  }
  page.raw("</span></td><td data-label=\"Role\"><span>");
  page.text(host.roles.empty() ? "–" : join(host.roles, 4));
  if (host.units > 1) {
    sub(page, plural(host.units, "unit") + " behind it");
  }
  if (!host.heard) {
    sub(page, "never heard, only spoken to");
  }
  page.raw("</span></td>");
  if (zones) {
    page.raw("<td data-label=\"Zone\"><span>").text(host.zone.empty() ? "–" : host.zone);
    sub(page, host.level ? "level " + level_text(host.level) : std::string());
    page.raw("</span></td>");
  }
  const std::string device = device_text(host);
  page.raw("<td data-label=\"Device\"><span>").text(device.empty() ? "–" : device);
  sub(page, versions_text(host));
  page.raw(R"(</span></td><td data-label="Interface"><span><span class="mono">)");
  page.text(host.mac.empty() ? "–" : host.mac).raw("</span>");
  sub(page, host.nic_vendor);
  page.raw("</span></td>");
  labelled_number(page, "Packets", host.packets_sent + host.packets_received);
  page.raw("</tr>\n");
}

}  // namespace

void add_assets(Html& page, const ReportInput& input, const ReportLimits& limits) {
  const NetworkView& network = input.context.network;
  const std::vector<Place> order = places_in_order(network);
  page.raw("<section id=\"assets\">\n<h2>Assets</h2>\n");
  if (order.empty()) {
    page.raw("<p>No asset was seen.</p>\n</section>\n");
    return;
  }
  page.raw(
      "<p class=\"lead\">What the devices said about themselves, and what they did. Nothing "
      "was asked: an empty field was never said on the wire.</p>\n"
      "<table class=\"rows\"><thead><tr><th>Asset</th><th>Role</th>");
  page.raw(network.has_zones ? "<th>Zone</th>" : "");
  page.raw(
      "<th>Device</th><th>Interface</th><th class=\"num\">Packets</th></tr></thead>"
      "<tbody>\n");
  const std::size_t shown = std::min(order.size(), limits.assets);
  for (std::size_t i = 0; i < shown; ++i) {
    add_row(page, network.hosts[order[i].host], network.has_zones);
  }
  page.raw("</tbody></table>\n");
  more_rows(page, shown, order.size(), "assets.csv");
  if (input.summary.asked_only > 0) {
    page.raw("<p>").text(with_commas(input.summary.asked_only));
    page.raw(
        " more addresses were asked only and never answered. They are no assets; flows.csv has "
        "who asked.</p>\n");
  }
  page.raw("</section>\n");
}

}  // namespace prahari
