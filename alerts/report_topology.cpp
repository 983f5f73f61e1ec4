// The drawing of zones by Purdue level with their hosts, and of what runs between them.

#include <algorithm>
#include <array>

#include "alerts/host_marks.hpp"
#include "alerts/report_sections.hpp"
#include "alerts/topology_layout.hpp"
#include "alerts/zone_traffic.hpp"

namespace prahari {
namespace {

std::string_view level_name(std::optional<double> level, bool has_zones) {
  struct Name {
    double level;
    std::string_view name;
  };
  constexpr std::array<Name, 7> kNames = {{{0, "process"},
                                           {1, "control"},
                                           {2, "supervision"},
                                           {3, "operations"},
                                           {3.5, "DMZ"},
                                           {4, "enterprise"},
                                           {5, "outside"}}};
  if (!level) {
    return has_zones ? "in no zone" : "unknown";
  }
  const auto* const found =
      std::find_if(kNames.begin(), kNames.end(), [&](const Name& n) { return n.level == *level; });
  return found == kNames.end() ? std::string_view{} : found->name;
}

const std::string& label_of(const ZoneView& zone) {
  return zone.label.empty() ? zone.name : zone.label;
}

std::vector<ZoneLink> links_of(const ReportInput& input) {
  struct Weighed {
    ZoneLink link;
    std::uint64_t packets;
  };
  const std::vector<ZoneView>& zones = input.context.network.zones;
  std::vector<Weighed> order;
  for (const auto& [ends, traffic] : zone_matrix(input)) {
    if (ends.first == ends.second || ends.first == kNoHost || ends.second == kNoHost) {
      continue;
    }
    const std::string title = zones[ends.first].name + " to " + zones[ends.second].name + ": " +
                              services_text(traffic, 6) + ", " + plural(traffic.packets, "packet") +
                              (traffic.alarmed() ? ", some of it allowed by no conduit" : "");
    order.push_back({{ends.first, ends.second, traffic.alarmed(),
                      traffic.alarmed() ? traffic.refused : traffic.services, title},
                     traffic.packets});
  }
  std::stable_sort(order.begin(), order.end(), [](const Weighed& a, const Weighed& b) {
    return a.link.alarmed != b.link.alarmed ? a.link.alarmed : a.packets > b.packets;
  });
  std::vector<ZoneLink> out;
  out.reserve(order.size());
  for (Weighed& weighed : order) {
    out.push_back(std::move(weighed.link));
  }
  return out;
}

class Drawing {
 public:
  Drawing(Html& page, const ReportInput& input, const HostMarks& marks)
      : page_(page), network_(input.context.network), marks_(marks) {}

  void draw(const TopologyLayout& layout, std::string_view kind, bool labels_above) {
    page_.raw("<svg class=\"topology ").raw(kind).raw("\" viewBox=\"0 0 ");
    page_.raw(std::to_string(layout.width)).raw(" ").raw(std::to_string(layout.height));
    page_.raw(R"(" role="img"><title>Zones, their hosts and what runs between them</title><desc>)");
    page_.text(plural(network_.zones.size(), "zone")).raw(", ");
    page_.text(plural(network_.hosts.size(), "host"));
    page_.raw(". The traffic matrix and the list of assets say the same in tables.</desc>\n");
    for (const Lane& lane : layout.lanes) {
      draw_lane(lane, labels_above);
    }
    for (const PlacedZone& zone : layout.zones) {
      draw_zone(zone);
    }
    for (const PlacedLine& line : layout.lines) {
      draw_line(line);
    }
    for (const PlacedLine& line : layout.lines) {
      svg::text(page_, line.label_x, line.label_y, line.label, line.alarmed ? "wl bad" : "wl");
    }
    page_.raw("</svg>\n");
  }

 private:
  void draw_lane(const Lane& lane, bool above) {
    svg::rect(page_, lane.box, "lane", 8);
    const std::string level = lane.level           ? "Level " + level_text(lane.level)
                              : network_.has_zones ? "No zone"
                                                   : "Level ?";
    const std::string_view name = level_name(lane.level, network_.has_zones);
    if (above) {
      const std::string both =
          lane.level && !name.empty() ? level + " · " + std::string(name) : level;
      svg::text(page_, 8, lane.box.y + 15, both, "lv");
      return;
    }
    svg::text(page_, 10, lane.box.y + 22, level, "lv");
    if (lane.level) {
      svg::text(page_, 10, lane.box.y + 37, name, "ls");
    }
  }

  void draw_zone(const PlacedZone& zone) {
    svg::rect(page_, zone.box, "zone", 6);
    if (zone.zone == kNoHost) {
      svg::text(page_, zone.box.x + 8, zone.box.y + 15,
                "+ " + plural(zone.hidden_zones, network_.has_zones ? "zone" : "network"), "zn");
      svg::text(page_, zone.box.x + 8, zone.box.y + 31, "with " + plural(zone.hidden_hosts, "host"),
                "n2");
      return;
    }
    const ZoneView& view = network_.zones[zone.zone];
    const std::string count = plural(view.hosts.size(), "host");
    const int room = zone.box.width - 16;
    const int count_width = svg::width_of(count) / 10 + 8;
    svg::squeezed(page_, {zone.box.x + 8, zone.box.y + 15, room - count_width, 0}, label_of(view),
                  "zn", 12);
    page_.raw("<text class=\"n2 end\"").raw(svg::attribute("x", zone.box.right() - 8));
    page_.raw(svg::attribute("y", zone.box.y + 15)).raw(">").text(count).raw("</text>\n");
    for (const PlacedHost& host : zone.hosts) {
      draw_host(network_.hosts[host.host], host.box);
    }
    if (zone.hidden_hosts != 0) {
      draw_rest(zone);
    }
  }

  // In the place after the last host.
  void draw_rest(const PlacedZone& zone) {
    constexpr int kStep = 6;
    svg::Rect last = zone.hosts.empty() ? svg::Rect{zone.box.x + 8 - kHostWidth - kStep,
                                                    zone.box.y + kZoneHeader, kHostWidth, 0}
                                        : zone.hosts.back().box;
    last.x += kHostWidth + kStep;
    if (last.right() > zone.box.right()) {
      last.x = zone.box.x + 8;
      last.y += kHostHeight + kStep;
    }
    svg::text(page_, last.x + 8, last.y + 22, "+" + with_commas(zone.hidden_hosts) + " more", "nm");
    page_.raw("\n");
  }

  void draw_host(const HostView& host, const svg::Rect& box) {
    const HostMark* mark = marks_.of(host.id);
    const bool severe = marks_.severe(host.id);
    page_.raw("<g><title>").text(host.label());
    for (const std::string& ip : host.ips) {
      page_.raw(" ").text(ip);
    }
    if (mark != nullptr) {
      page_.raw(", ").text(plural(mark->alerts, "alert"));
    }
    page_.raw("</title>");
    svg::rect(page_, box, severe ? (mark->source ? "node src" : "node bad") : "node", 4);
    page_.raw(R"(<use class="glyph" href="#)").raw(glyph_of(host)).raw("\"");
    page_.raw(svg::attribute("x", box.x + 5)).raw(svg::attribute("y", box.y + 10));
    page_.raw(R"( width="16" height="16"/>)");
    std::string second = host.ips.empty() ? host.mac : host.ips.front();
    if (second == host.label()) {
      second = !host.product.empty() ? host.product : host.nic_vendor;
    }
    svg::squeezed(page_, {box.x + 25, box.y + 15, kHostWidth - 29, 0}, host.label(), "n1", 11);
    svg::text(page_, box.x + 25, box.y + 29, svg::fit(second, kHostWidth - (severe ? 50 : 30), 10),
              "n2");
    if (severe) {
      svg::rect(page_, {box.right() - 22, box.y + 20, 19, 13}, "badge", 6);
      page_.raw("<text class=\"bt\"").raw(svg::attribute("x", box.right() - 12));
      page_.raw(svg::attribute("y", box.y + 30)).raw(">");
      page_.text(mark->alerts > 99 ? "99" : std::to_string(mark->alerts)).raw("</text>");
    }
    page_.raw("</g>\n");
  }

  void draw_line(const PlacedLine& line) {
    constexpr std::size_t kTitles = 8;
    page_.raw(line.alarmed ? "<g class=\"wire bad\"><title>" : "<g class=\"wire\"><title>");
    for (std::size_t i = 0; i < line.titles.size() && i < kTitles; ++i) {
      page_.raw(i == 0 ? "" : "; ").text(line.titles[i]);
    }
    page_.raw("</title><path d=\"").raw(line.path).raw("\"/>");
    for (const LineEnd& arrow : line.arrows) {
      page_.raw(R"(<path class="tip" d="M)").raw(std::to_string(arrow.x)).raw(" ");
      page_.raw(std::to_string(arrow.y)).raw(arrow.up ? "l-3.5 7h7z\"/>" : "l-3.5 -7h7z\"/>");
    }
    page_.raw("</g>\n");
  }

  Html& page_;
  const NetworkView& network_;
  const HostMarks& marks_;
};

void draw(Html& page, const ReportInput& input, const ReportLimits& limits) {
  const NetworkView& network = input.context.network;
  const HostMarks marks(input.alerts);
  const std::vector<ZoneLink> links = links_of(input);
  std::vector<int> weights;  // one pass over all hosts, of which none is kept
  for (const HostView& host : network.hosts) {
    weights.push_back((marks.severe(host.id) ? kSevereWeight : 0) - role_rank(host));
  }
  const auto weight = [&](std::size_t number) { return weights[number]; };
  LayoutOptions wide;
  wide.hosts_per_zone = limits.hosts_per_zone;
  LayoutOptions narrow = wide;
  narrow.width = 362;
  narrow.gutter = 40;
  narrow.lines = 9;
  narrow.label_width = 0;
  narrow.greatest_height = 2600;
  narrow.hosts_per_zone = std::min<std::size_t>(wide.hosts_per_zone, 12);
  narrow.zones_per_lane = 6;
  const TopologyLayout on_desk = lay_out(network, links, weight, wide);
  Drawing drawing(page, input, marks);
  page.raw("<figure>\n");
  drawing.draw(on_desk, "wide", false);
  const TopologyLayout on_phone = lay_out(network, links, weight, narrow);
  drawing.draw(on_phone, "narrow", true);
  page.raw("<figcaption class=\"legend\">");
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kKey = {
      {{"g-plc", "controller"},
       {"g-io", "remote I/O"},
       {"g-hmi", "client, HMI"},
       {"g-eng", "engineering"},
       {"g-srv", "server"},
       {"g-gw", "gateway"},
       {"g-rt", "router"},
       {"g-scan", "scanner"}}};
  for (const auto& [glyph, words] : kKey) {
    page.raw("<span>");
    add_glyph(page, glyph);
    page.raw(words).raw("</span>");
  }
  page.raw(
      "<span><i class=\"key src\"></i>source of a high or critical alert</span>"
      "<span><i class=\"key bad\"></i>its target</span>"
      "<span><i class=\"key line\"></i>no conduit allows it</span>"
      "<span>d discover, r read, w write, c control, p program, a admin</span></figcaption>\n"
      "</figure>\n");
  for (const auto& [kind, hidden] : {std::pair{"more wide", on_desk.hidden_links},
                                     std::pair{"more narrow", on_phone.hidden_links}}) {
    if (hidden != 0) {
      page.raw("<p class=\"").raw(kind).raw("\">").text(plural(hidden, "line"));
      page.raw(" of less traffic not drawn; the matrix below has them.</p>\n");
    }
  }
}

// Zones that the site file names and that nobody was heard in.
void add_silent(Html& page, const NetworkView& network) {
  std::string words;
  for (const ZoneView& zone : network.zones) {
    if (zone.hosts.empty() && words.size() < 400) {
      words += (words.empty() ? "" : ", ") + zone.name;
    }
  }
  if (!words.empty()) {
    page.raw("<p class=\"more\">Nothing was heard of: ").text(words).raw(".</p>\n");
  }
}

// A start for a site file: each network that was seen, once, at the lowest level of its hosts.
void suggest_zones(Html& page, const NetworkView& network) {
  struct Start {
    std::string members;
    double level = 0;
    std::size_t hosts = 0;
  };
  constexpr std::size_t kShown = 6;
  std::vector<Start> starts;
  for (const ZoneView& zone : network.zones) {
    if (!zone.level || zone.label.find('/') == std::string::npos) {
      continue;
    }
    const auto known = std::find_if(starts.begin(), starts.end(), [&](const Start& start) {
      return start.members == zone.label;
    });
    if (known != starts.end()) {
      known->level = std::min(known->level, *zone.level);
      known->hosts += zone.hosts.size();
    } else if (starts.size() < kShown) {
      starts.push_back({zone.label, *zone.level, zone.hosts.size()});
    }
  }
  if (starts.empty()) {
    return;
  }
  page.raw(
      "<details class=\"screen\"><summary>A start for a site file, from the addresses "
      "seen</summary><p>Name the zones, put each host where it belongs and say which conduits are "
      "wanted:</p><pre>");
  for (std::size_t i = 0; i < starts.size(); ++i) {
    page.raw(i == 0 ? "" : "\n").raw("[[zone]]\nname = \"zone-").raw(std::to_string(i + 1));
    page.raw("\"\nlevel = ").text(level_text(starts[i].level)).raw("\nmembers = [\"");
    page.text(starts[i].members).raw("\"]  # ").text(plural(starts[i].hosts, "host")).raw("\n");
  }
  page.raw("</pre></details>\n");
}

}  // namespace

void add_topology(Html& page, const ReportInput& input, const ReportLimits& limits) {
  const NetworkView& network = input.context.network;
  page.raw("<section id=\"zones\">\n<h2>Zones and topology</h2>\n");
  if (network.has_zones) {
    page.raw("<p class=\"lead\">Zones of <code>").text(network.site_file);
    page.raw(
        "</code> by Purdue level. A line goes from who opens to who answers, with the protocols "
        "and the classes of operations on it.</p>\n");
    draw(page, input, limits);
    add_silent(page, network);
  } else {
    page.raw(
        "<p><b>Conduit rules are off</b>: no site file with zones was given, so nothing says "
        "who may talk to whom. Write one and run again with <code>--site "
        "site.toml</code>. Until then hosts stand by network and by the level that their "
        "behaviour suggests.</p>\n");
    suggest_zones(page, network);
    if (!network.hosts.empty()) {
      draw(page, input, limits);
    }
  }
  page.raw("</section>\n");
}

}  // namespace prahari
