#include "alerts/host_marks.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "alerts/summary_text.hpp"

namespace prahari {

HostMarks::HostMarks(std::span<const Alert> alerts) {
  for (const Alert* alert : by_weight(alerts)) {
    const bool severe = alert->finding.severity >= Severity::high;
    for (const std::string* id : {&alert->source_asset, &alert->destination_asset}) {
      const bool twice = id == &alert->destination_asset && *id == alert->source_asset;
      if (id->empty() || twice) {
        continue;
      }
      HostMark& mark = marks_[*id];
      if (mark.alerts++ == 0) {
        mark.worst = alert->finding.severity;
        mark.first = alert->id;
      }
      mark.source |= severe && id == &alert->source_asset;
    }
  }
}

const HostMark* HostMarks::of(std::string_view host) const {
  const auto found = marks_.find(host);
  return found == marks_.end() ? nullptr : &found->second;
}

bool HostMarks::severe(std::string_view host) const {
  const HostMark* mark = of(host);
  return mark != nullptr && mark->worst >= Severity::high;
}

bool is_unknown(const HostView& host, const NetworkView& network) {
  return network.has_zones && !host.from_site_file &&
         (host.zone.empty() || host.zone == "unassigned");
}

int role_rank(const HostView& host) {
  constexpr std::array<std::string_view, 7> kOrder = {"controller",  "adapter", "gateway", "hmi",
                                                      "engineering", "client",  "router"};
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    if (host.has_role(kOrder[i])) {
      // A server of operations answers like a controller; those of the cells come before it.
      const double level = host.level.value_or(host.proposed_level.value_or(1));
      return i == 0 && level < 2 ? -1 : static_cast<int>(i);
    }
  }
  return host.internal ? static_cast<int>(kOrder.size()) : static_cast<int>(kOrder.size()) + 1;
}

std::vector<std::size_t> hosts_in_order(const NetworkView& network) {
  struct Place {
    int rank = 0;
    IpAddress ip;
    std::size_t host = 0;
  };
  std::vector<Place> places;
  places.reserve(network.hosts.size());
  for (const HostView& host : network.hosts) {
    Place& place = places.emplace_back();
    place.rank = role_rank(host);
    place.host = places.size() - 1;
    if (!host.ips.empty()) {
      parse(host.ips.front(), place.ip);
    }
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.rank, a.ip, a.host) < std::tie(b.rank, b.ip, b.host);
  });
  std::vector<std::size_t> out;
  out.reserve(places.size());
  for (const Place& place : places) {
    out.push_back(place.host);
  }
  return out;
}

const std::string_view kGlyphs =
    R"svg(<svg class="glyphs" width="0" height="0" aria-hidden="true"><defs>
<symbol id="g-plc" viewBox="0 0 16 16"><path d="M4 3h8v10H4zM1.5 5H4M1.5 8H4M1.5 11H4M12 5h2.5M12 8h2.5M12 11h2.5M6.5 5.5h3M6.5 8h3"/></symbol>
<symbol id="g-io" viewBox="0 0 16 16"><path d="M2 4h12v8H2zM6 4v8M10 4v8M3.5 6.5h1M7.5 6.5h1M11.5 6.5h1"/></symbol>
<symbol id="g-hmi" viewBox="0 0 16 16"><path d="M1.5 3h13v8h-13zM6 13.5h4M8 11v2.5M4 8.5l2.5-2.5 2 1.5L12 5"/></symbol>
<symbol id="g-eng" viewBox="0 0 16 16"><path d="M3 3.5h10v7H3zM1 13h14M6.5 5.5L5 7l1.5 1.5M9.5 5.5L11 7l-1.5 1.5"/></symbol>
<symbol id="g-srv" viewBox="0 0 16 16"><path d="M3 4c0-2 10-2 10 0v8c0 2-10 2-10 0zM3 4c0 2 10 2 10 0M3 8c0 2 10 2 10 0"/></symbol>
<symbol id="g-gw" viewBox="0 0 16 16"><path d="M1.5 4.5h13v7h-13zM4 7h7l-2-1.5M12 9H5l2 1.5"/></symbol>
<symbol id="g-rt" viewBox="0 0 16 16"><path d="M8 1.5a6.5 6.5 0 1 0 .01 0zM8 3.5v3.5M8 9v3.5M3.5 8H7M9 8h3.5M6.5 5L8 3.5 9.5 5M6.5 11L8 12.5 9.5 11"/></symbol>
<symbol id="g-scan" viewBox="0 0 16 16"><path d="M7 2.5a4.5 4.5 0 1 0 .01 0zM10.3 10.3L14 14"/></symbol>
<symbol id="g-net" viewBox="0 0 16 16"><path d="M8 1.5a6.5 6.5 0 1 0 .01 0zM1.5 8h13M8 1.5c-4 4-4 9 0 13M8 1.5c4 4 4 9 0 13"/></symbol>
<symbol id="g-any" viewBox="0 0 16 16"><path d="M2.5 3.5h11v7h-11zM5 13h6"/></symbol>
</defs></svg>
)svg";

std::string_view glyph_of(const HostView& host) {
  struct Sign {
    std::string_view word;
    std::string_view glyph;
  };
  // What a person says it is comes before what it was seen to do.
  constexpr std::array<Sign, 6> kTags = {{{"hmi", "g-hmi"},
                                          {"historian", "g-srv"},
                                          {"engineering", "g-eng"},
                                          {"jump-host", "g-srv"},
                                          {"controller", "g-plc"},
                                          {"gateway", "g-gw"}}};
  constexpr std::array<Sign, 9> kSeen = {{{"scanner", "g-scan"},
                                          {"router", "g-rt"},
                                          {"gateway", "g-gw"},
                                          {"adapter", "g-io"},
                                          {"controller", "g-plc"},
                                          {"hmi", "g-hmi"},
                                          {"engineering", "g-eng"},
                                          {"io-scanner", "g-plc"},
                                          {"client", "g-hmi"}}};
  for (const Sign& sign : kTags) {
    if (host.has_tag(sign.word)) {
      return sign.glyph;
    }
  }
  for (const Sign& sign : kSeen) {
    if (host.has_role(sign.word)) {
      return sign.glyph;
    }
  }
  return host.internal ? "g-any" : "g-net";
}

void add_glyph(Html& page, std::string_view glyph) {
  page.raw(R"(<svg class="glyph" aria-hidden="true"><use href="#)").raw(glyph).raw("\"/></svg>");
}

void add_alert_chip(Html& page, const HostMark* mark) {
  if (mark == nullptr) {
    return;
  }
  page.raw("<a class=\"chip ").raw(to_string(mark->worst)).raw("\" href=\"#").text(mark->first);
  page.raw("\">").text(plural(mark->alerts, "alert")).raw("</a>");
}

}  // namespace prahari
