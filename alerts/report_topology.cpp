// The drawing of zones by Purdue level with their hosts, and which zone talks to which.

#include <algorithm>
#include <map>
#include <set>

#include "alerts/report_sections.hpp"

namespace prahari {
namespace {

constexpr int kWidth = 1000;
constexpr int kGutter = 92;  // on the right, for the lines between zones
constexpr int kLabel = 148;
constexpr int kHostWidth = 139;
constexpr int kHostHeight = 40;
constexpr int kGap = 9;
constexpr int kPad = 12;
constexpr int kPerRow = (kWidth - kGutter - kLabel - kPad) / (kHostWidth + kGap);
constexpr std::size_t kMaxLinks = 10;

std::string number(int value) { return std::to_string(value); }

std::string attribute(std::string_view name, int value) {
  return " " + std::string(name) + "=\"" + number(value) + "\"";
}

std::string rectangle(int x, int y, int width, int height, std::string_view style) {
  return "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", width) +
         attribute("height", height) + " " + std::string(style) + "/>";
}

std::string text_at(int x, int y, std::string_view style) {
  return "<text" + attribute("x", x) + attribute("y", y) + " " + std::string(style) + ">";
}

// Cut to what fits a box.
std::string fit(std::string_view words, std::size_t limit) { return plain_text(words, limit); }

std::string_view role_colour(const HostView& host) {
  if (host.has_role("controller")) {
    return "#0b5566";
  }
  if (host.has_role("engineering")) {
    return "#7a3e9d";
  }
  if (host.has_role("gateway") || host.has_role("router")) {
    return "#8a6100";
  }
  return host.has_role("client") ? "#1c6596" : "#9aa7b2";
}

// Hosts that a severe alert names.
std::set<std::string, std::less<>> alarmed_hosts(std::span<const Alert> alerts) {
  std::set<std::string, std::less<>> out;
  for (const Alert& alert : alerts) {
    if (alert.finding.severity >= Severity::high) {
      out.insert(alert.source_asset);
      out.insert(alert.destination_asset);
    }
  }
  return out;
}

void draw_host(Html& page, const HostView& host, int x, int y, bool alarmed) {
  page.raw("<g><title>").text(host.label());
  for (const std::string& ip : host.ips) {
    page.raw(" ").text(ip);
  }
  page.raw("</title>");
  page.raw(rectangle(x, y, kHostWidth, kHostHeight,
                     alarmed ? R"(rx="5" fill="#fff" stroke="#b93a0b" stroke-width="2")"
                             : R"(rx="5" fill="#fff" stroke="#c3ccd4")"));
  page.raw("<circle").raw(attribute("cx", x + 12)).raw(attribute("cy", y + 14));
  page.raw(R"( r="4.5" fill=")").raw(role_colour(host)).raw("\"/>");
  page.raw(text_at(x + 22, y + 18, R"(font-size="12" font-weight="600")"));
  page.text(fit(host.label(), 17)).raw("</text>");
  std::string second = host.ips.empty() ? host.mac : host.ips.front();
  if (second == host.label()) {
    second = !host.product.empty() ? host.product : host.nic_vendor;
  }
  page.raw(text_at(x + 22, y + 33, R"(font-size="10.5" fill="#566574")"));
  page.text(fit(second, 20)).raw("</text></g>\n");
}

struct Band {
  std::string name;
  int top;
  int height;
};

int rows_for(std::size_t hosts) {
  return std::max(1, (static_cast<int>(hosts) + kPerRow - 1) / kPerRow);
}

// One zone: its band, its name and level, its hosts. Returns how high it is.
int draw_zone(Html& page, const ZoneView& zone, const NetworkView& network, int top,
              const std::set<std::string, std::less<>>& alarmed, std::size_t limit) {
  const std::size_t shown = std::min(zone.hosts.size(), limit);
  const bool more = zone.hosts.size() > shown;
  const int rows = rows_for(shown + (more ? 1 : 0));
  const int height = rows * (kHostHeight + kGap) - kGap + 2 * kPad;
  page.raw(
      rectangle(0, top, kWidth - kGutter, height, R"(rx="8" fill="#eef2f5" stroke="#dde3e8")"));
  page.raw(text_at(14, top + 27, R"(font-size="14" font-weight="600")"));
  page.text(fit(zone.name, 18)).raw("</text>");
  page.raw(text_at(14, top + 44, R"(font-size="11.5" fill="#566574")"));
  if (zone.level && network.has_zones) {
    page.text("level " + level_text(zone.level)).raw(", ");
  }
  page.text(plural(zone.hosts.size(), "host")).raw("</text>\n");
  for (std::size_t i = 0; i < shown; ++i) {
    const HostView& host = network.hosts[zone.hosts[i]];
    const int x = kLabel + static_cast<int>(i) % kPerRow * (kHostWidth + kGap);
    const int y = top + kPad + static_cast<int>(i) / kPerRow * (kHostHeight + kGap);
    draw_host(page, host, x, y, alarmed.contains(host.id));
  }
  if (more) {
    const int x = kLabel + static_cast<int>(shown) % kPerRow * (kHostWidth + kGap);
    const int y = top + kPad + static_cast<int>(shown) / kPerRow * (kHostHeight + kGap);
    page.raw(text_at(x + 8, y + 24, R"(font-size="12" fill="#566574")"));
    page.raw("+ ").number(zone.hosts.size() - shown).raw(" more</text>\n");
  }
  return height;
}

struct Link {
  std::string from;
  std::string to;
  std::uint64_t packets = 0;
  bool alarmed = false;
};

std::vector<Link> links_between(const ReportInput& input) {
  const NetworkView& network = input.context.network;
  const std::vector<std::size_t> zones = network.zone_numbers();
  std::map<std::pair<std::string, std::string>, Link> links;
  for (const TalkView& talk : network.talks) {
    if (talk.client == kNoHost || talk.server == kNoHost) {
      continue;
    }
    if (zones[talk.client] != zones[talk.server]) {
      const std::string& from = network.zones[zones[talk.client]].name;
      const std::string& to = network.zones[zones[talk.server]].name;
      Link& link = links[{from, to}];
      link.from = from;
      link.to = to;
      link.packets += talk.packets;
    }
  }
  for (const Alert& alert : input.alerts) {
    const auto found = links.find({alert.finding.source.zone, alert.finding.destination.zone});
    if (alert.finding.kind == "conduit-violation" && found != links.end()) {
      found->second.alarmed = true;
    }
  }
  std::vector<Link> out;
  out.reserve(links.size());
  for (auto& [key, link] : links) {
    out.push_back(std::move(link));
  }
  std::stable_sort(out.begin(), out.end(), [](const Link& a, const Link& b) {
    return a.alarmed != b.alarmed ? a.alarmed : a.packets > b.packets;
  });
  out.resize(std::min(out.size(), kMaxLinks));
  return out;
}

// A bracket in the right gutter from one band to the other, its arrow at the side that answers.
void draw_link(Html& page, const Link& link, const std::vector<Band>& bands, std::size_t lane) {
  const auto band = [&](const std::string& name) {
    return std::find_if(bands.begin(), bands.end(),
                        [&](const Band& candidate) { return candidate.name == name; });
  };
  const auto from = band(link.from);
  const auto to = band(link.to);
  if (from == bands.end() || to == bands.end()) {
    return;
  }
  const int step = static_cast<int>(lane) * 8;
  const int left = kWidth - kGutter;
  const int x = left + 14 + step;
  const auto y_in = [&](const Band& target) {
    return target.top + 10 + std::min(step, std::max(0, target.height - 20));
  };
  const std::string colour = link.alarmed ? "#b93a0b" : "#8a98a5";
  const int y_to = y_in(*to);
  page.raw(R"(<g fill="none" stroke=")").raw(colour).raw("\" stroke-width=\"");
  page.raw(link.alarmed ? "2.4" : "1.4").raw("\"><title>");
  page.text(link.from).raw(" to ").text(link.to).raw("</title><path d=\"M");
  page.raw(number(left)).raw(" ").raw(number(y_in(*from))).raw(" H").raw(number(x)).raw(" V");
  page.raw(number(y_to)).raw(" H").raw(number(left + 2)).raw("\"/><path fill=\"").raw(colour);
  page.raw("\" d=\"M").raw(number(left)).raw(" ").raw(number(y_to)).raw(" l7 -4 v8 z\"/></g>\n");
}

void draw(Html& page, const ReportInput& input, const ReportLimits& limits) {
  const NetworkView& network = input.context.network;
  const auto alarmed = alarmed_hosts(input.alerts);
  Html body;
  std::vector<Band> bands;
  int top = 4;
  for (const ZoneView& zone : network.zones) {
    const int height = draw_zone(body, zone, network, top, alarmed, limits.hosts_per_zone);
    bands.push_back({zone.name, top, height});
    top += height + 12;
  }
  const std::vector<Link> links = links_between(input);
  for (std::size_t i = 0; i < links.size(); ++i) {
    draw_link(body, links[i], bands, i);
  }
  page.raw(R"(<div class="figure"><svg viewBox="0 0 )").raw(number(kWidth)).raw(" ");
  page.raw(number(top)).raw(R"(" role="img" aria-label="Zones and their hosts" )");
  page.raw("font-family=\"system-ui,sans-serif\" fill=\"#17222d\">\n").raw(body.str());
  page.raw(
      "</svg></div>\n<p class=\"legend\">"
      "<span style=\"color:#0b5566\">● controller</span> "
      "<span style=\"color:#1c6596\">● client (HMI, SCADA)</span> "
      "<span style=\"color:#7a3e9d\">● engineering</span> "
      "<span style=\"color:#8a6100\">● gateway, router</span> "
      "<span style=\"color:#b93a0b\">▢ named by a high or critical alert; line: traffic that "
      "no conduit allows</span></p>\n");
}

// A start for a site file: the /24 networks that were seen.
void suggest_zones(Html& page, const NetworkView& network) {
  std::map<std::string, std::size_t> networks;
  for (const HostView& host : network.hosts) {
    for (const std::string& ip : host.ips) {
      const std::size_t dot = ip.rfind('.');
      if ((host.internal || host.has_role("controller")) && dot != std::string::npos) {
        ++networks[ip.substr(0, dot) + ".0/24"];
      }
    }
  }
  if (networks.empty()) {
    return;
  }
  page.raw(
      "<p>The addresses seen suggest this start; name the zones, set their level (1 is the "
      "cell with controllers, 2 supervision, 3.5 the DMZ, 4 the office) and say which "
      "conduits are wanted:</p><pre>");
  std::size_t count = 0;
  for (const auto& [prefix, hosts] : networks) {
    if (++count > 6) {
      break;
    }
    page.raw(count == 1 ? "" : "\n").raw("[[zone]]\nname = \"zone-").raw(std::to_string(count));
    page.raw("\"\nlevel = 1\nmembers = [\"").text(prefix).raw("\"]  # ");
    page.text(plural(hosts, "host")).raw("\n");
  }
  page.raw("</pre>\n");
}

}  // namespace

void add_topology(Html& page, const ReportInput& input, const ReportLimits& limits) {
  const NetworkView& network = input.context.network;
  page.raw("<section id=\"zones\">\n<h2>Zones and topology</h2>\n");
  if (network.has_zones) {
    page.raw("<p class=\"lead\">Zones of <code>").text(network.site_file);
    page.raw("</code>, the highest Purdue level on top.</p>\n");
    draw(page, input, limits);
  } else {
    page.raw(
        "<p><b>Conduit rules are off</b>: no site file with zones was given, so nothing says "
        "who may talk to whom. Write one and run again with <code>--site "
        "site.toml</code>.</p>\n");
    suggest_zones(page, network);
    if (!network.hosts.empty()) {
      page.raw(
          "<p class=\"lead\">Until then, hosts by the level that their behaviour "
          "suggests:</p>\n");
      draw(page, input, limits);
    }
  }
  page.raw("</section>\n");
}

}  // namespace prahari
