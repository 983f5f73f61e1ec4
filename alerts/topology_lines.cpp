#include "alerts/topology_lines.hpp"

#include <algorithm>
#include <tuple>

namespace prahari {
namespace {

constexpr int kTrack = 15;
constexpr std::size_t kServicesShown = 5;

std::string label_of(const std::map<std::string, std::uint8_t>& services) {
  std::vector<std::pair<bool, std::string>> order;  // without operations, words
  for (const auto& [service, operations] : services) {
    const std::string letters = operation_letters(operations);
    std::string words = service;
    if (!letters.empty()) {
      words.append(" ").append(letters);
    }
    order.emplace_back(letters.empty(), std::move(words));
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  for (std::size_t i = 0; i < order.size() && i < kServicesShown; ++i) {
    out += (i == 0 ? "" : " · ") + order[i].second;
  }
  return order.size() > kServicesShown
             ? out + " · +" + std::to_string(order.size() - kServicesShown)
             : out;
}

void move_to(std::string& path, int x, int y) {
  path += "M" + std::to_string(x) + " " + std::to_string(y);
}
void down_to(std::string& path, int y) { path += "V" + std::to_string(y); }
void across_to(std::string& path, int x) { path += "H" + std::to_string(x); }

}  // namespace

LineRouter::LineRouter(TopologyLayout& layout, const std::vector<ZoneLink>& links, Options options)
    : layout_(layout), limit_(options.limit), channels_(options.rows + 1) {
  for (std::size_t i = 0; i < layout.zones.size(); ++i) {
    const std::size_t zone = layout.zones[i].zone;
    if (zone != kNoHost) {
      places_.resize(std::max(places_.size(), zone + 1), kNoHost);
      places_[zone] = i;
    }
  }
  bundle(links);
}

std::size_t LineRouter::placed(std::size_t zone) const {
  return zone < places_.size() ? places_[zone] : kNoHost;
}

// One source to several zones of a row first, then several zones of a row to one target.
void LineRouter::bundle(const std::vector<ZoneLink>& links) {
  using Key = std::tuple<std::size_t, std::size_t, bool>;
  const auto from_key = [&](const ZoneLink& link) {
    return Key{link.from, layout_.zones[placed(link.to)].row, link.alarmed};
  };
  const auto to_key = [&](const ZoneLink& link) {
    return Key{link.to, layout_.zones[placed(link.from)].row, link.alarmed};
  };
  std::map<Key, std::vector<const ZoneLink*>> fans;
  std::vector<const ZoneLink*> drawable;
  for (const ZoneLink& link : links) {
    if (placed(link.from) == kNoHost || placed(link.to) == kNoHost) {
      ++layout_.hidden_links;
      continue;
    }
    drawable.push_back(&link);
    fans[from_key(link)].push_back(&link);
  }
  std::map<Key, std::vector<const ZoneLink*>> funnels;
  for (const ZoneLink* link : drawable) {
    if (fans[from_key(*link)].size() == 1) {
      funnels[to_key(*link)].push_back(link);
    }
  }
  for (const ZoneLink* link : drawable) {  // the weightiest first, each group once
    const auto& fan = fans[from_key(*link)];
    const auto& group = fan.size() > 1 ? fan : funnels[to_key(*link)];
    if (group.front() != link) {
      continue;
    }
    if (bundles_.size() < limit_) {
      add(group);
    } else {
      layout_.hidden_links += group.size();
    }
  }
}

void LineRouter::add(const std::vector<const ZoneLink*>& links) {
  Bundle& bundle = bundles_.emplace_back();
  const auto add_end = [&](std::vector<End>& ends, std::size_t zone) {
    const std::size_t at = placed(zone);
    if (std::find_if(ends.begin(), ends.end(), [&](const End& end) { return end.zone == at; }) ==
        ends.end()) {
      ends.push_back({at, 0, 0, false});
    }
  };
  for (const ZoneLink* link : links) {
    add_end(bundle.sources, link->from);
    add_end(bundle.targets, link->to);
    bundle.alarmed = link->alarmed;
    bundle.titles.push_back(link->title);
    for (const auto& [service, operations] : link->services) {
      bundle.services[service] |= operations;
    }
  }
  give_tracks(bundle);
}

void LineRouter::give_tracks(Bundle& bundle) {
  const std::size_t from = layout_.zones[bundle.sources.front().zone].row;
  const std::size_t to = layout_.zones[bundle.targets.front().zone].row;
  const bool rises = from > to;
  bundle.out_channel = rises ? from : from + 1;
  bundle.in_channel = rises || from == to ? to + 1 : to;
  bundle.in_track = channels_[bundle.in_channel].tracks++;
  if (bundle.out_channel != bundle.in_channel) {
    bundle.out_track = channels_[bundle.out_channel].tracks++;
    bundle.gutter = gutter_tracks_++;
  }
  for (End& end : bundle.sources) {
    end.top = rises;
  }
  for (End& end : bundle.targets) {
    end.top = !rises && from != to;
  }
}

int LineRouter::channel_height(std::size_t channel) const {
  const int tracks = channels_[channel].tracks;
  return tracks == 0 ? 0 : tracks * kTrack + 6;
}

int LineRouter::track_y(std::size_t channel, int track) const {
  return channels_[channel].top + (track + 1) * kTrack;
}

int LineRouter::middle(const std::vector<End>& ends) const {
  int sum = 0;
  for (const End& end : ends) {
    sum += layout_.zones[end.zone].box.x + layout_.zones[end.zone].box.width / 2;
  }
  return sum / static_cast<int>(ends.size());
}

struct LineRouter::Port {
  std::size_t zone;
  bool top;
  int towards;
  std::size_t bundle;
  End* end;
};

// The ends at one side of a box stand apart, in the order of where their lines go; none stands
// right above or below an end at the other side of the channel.
void LineRouter::place_ends() {
  std::vector<Port> ports;
  for (std::size_t i = 0; i < bundles_.size(); ++i) {
    for (End& end : bundles_[i].sources) {
      ports.push_back({end.zone, end.top, middle(bundles_[i].targets), i, &end});
    }
    for (End& end : bundles_[i].targets) {
      ports.push_back({end.zone, end.top, middle(bundles_[i].sources), i, &end});
    }
  }
  std::stable_sort(ports.begin(), ports.end(), [](const Port& a, const Port& b) {
    return std::tie(a.zone, a.top, a.towards, a.bundle) <
           std::tie(b.zone, b.top, b.towards, b.bundle);
  });
  for (std::size_t first = 0; first < ports.size();) {
    std::size_t end = first;
    while (end < ports.size() && ports[end].zone == ports[first].zone &&
           ports[end].top == ports[first].top) {
      ++end;
    }
    place_side(std::span{ports}.subspan(first, end - first));
    first = end;
  }
}

void LineRouter::place_side(std::span<const Port> ports) {
  const PlacedZone& zone = layout_.zones[ports.front().zone];
  const int count = static_cast<int>(ports.size());
  auto& taken = channels_[ports.front().top ? zone.row : zone.row + 1].taken;
  for (int i = 0; i < count; ++i) {
    const Port& port = ports[static_cast<std::size_t>(i)];
    End& place = *port.end;
    place.x = zone.box.x + zone.box.width * (i + 1) / (count + 1);
    place.y = place.top ? zone.box.y : zone.box.bottom();
    const auto collides = [&](const std::pair<int, std::size_t>& line) {
      return line.second != port.bundle && std::abs(line.first - place.x) < 5;
    };
    for (int tries = 0; tries < 12 && std::any_of(taken.begin(), taken.end(), collides) &&
                        place.x + 6 < zone.box.right();
         ++tries) {
      place.x += 6;
    }
    taken.emplace_back(place.x, port.bundle);
  }
}

void LineRouter::draw(Bundle& bundle, int left, int right) {
  const int in_y = track_y(bundle.in_channel, bundle.in_track);
  const bool passes = bundle.gutter >= 0;
  const int out_y = passes ? track_y(bundle.out_channel, bundle.out_track) : in_y;
  const int step = std::min(8, (layout_.width - right - 14) / std::max(1, gutter_tracks_));
  const int gutter_x = right + 8 + bundle.gutter * std::max(2, step);
  PlacedLine line;
  line.alarmed = bundle.alarmed;
  line.titles = std::move(bundle.titles);
  std::vector<int> out_xs;
  std::vector<int> in_xs;
  for (const End& end : bundle.sources) {
    move_to(line.path, end.x, end.y);
    down_to(line.path, out_y);
    (passes ? out_xs : in_xs).push_back(end.x);
  }
  for (const End& end : bundle.targets) {
    move_to(line.path, end.x, in_y);
    down_to(line.path, end.y);
    line.arrows.push_back({end.x, end.y, !end.top});
    in_xs.push_back(end.x);
  }
  if (passes) {
    out_xs.push_back(gutter_x);
    in_xs.push_back(gutter_x);
    const auto [low, high] = std::minmax_element(out_xs.begin(), out_xs.end());
    move_to(line.path, *low, out_y);
    across_to(line.path, *high);
    move_to(line.path, gutter_x, out_y);
    down_to(line.path, in_y);
  }
  const auto [low, high] = std::minmax_element(in_xs.begin(), in_xs.end());
  move_to(line.path, *low, in_y);
  across_to(line.path, *high);
  line.label = svg::fit(label_of(bundle.services), right - left - 20, kLabelSize);
  const int wide = svg::width_of(line.label) * kLabelSize / 100;
  line.label_x = std::max(left + 4, std::min(*low + 5, right - 6 - wide));
  line.label_y = in_y - 3;
  layout_.lines.push_back(std::move(line));
}

void LineRouter::finish(int left, int right) {
  place_ends();
  for (const bool alarmed : {false, true}) {  // those in red on top
    for (Bundle& bundle : bundles_) {
      if (bundle.alarmed == alarmed) {
        draw(bundle, left, right);
      }
    }
  }
}

}  // namespace prahari
