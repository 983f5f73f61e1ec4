#include "alerts/topology_layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "alerts/topology_lines.hpp"

namespace prahari {
namespace {

constexpr int kGap = 6;       // between hosts
constexpr int kPad = 8;       // of a zone
constexpr int kZoneGap = 10;  // between zones of a row
constexpr int kRestWidth = 190;

int host_columns(std::size_t cells) {
  return std::max(1, static_cast<int>(std::lround(std::sqrt(static_cast<double>(cells)))));
}

class Placer {
 public:
  Placer(const NetworkView& network, const std::function<int(std::size_t)>& weight,
         const LayoutOptions& options, std::size_t hosts_per_zone)
      : network_(network), weight_(weight), options_(options), limit_(hosts_per_zone) {}

  TopologyLayout take(const std::vector<ZoneLink>& links) {
    layout_.width = options_.width;
    for (std::size_t first = 0; first < network_.zones.size();) {
      std::size_t end = first + 1;
      while (end < network_.zones.size() &&
             network_.zones[end].level == network_.zones[first].level) {
        ++end;
      }
      place_lane(first, end);
      first = end;
    }
    LineRouter router(layout_, links, {.rows = rows_, .limit = options_.lines});
    place_rows(router);
    router.finish(options_.label_width, options_.width - options_.gutter);
    return std::move(layout_);
  }

 private:
  struct Row {
    std::vector<std::size_t> zones;
  };

  [[nodiscard]] int area() const noexcept {
    return options_.width - options_.label_width - options_.gutter - 2 * kPad;
  }
  [[nodiscard]] int most_columns() const noexcept {
    return std::max(1, (area() - 2 * kPad + kGap) / (kHostWidth + kGap));
  }

  // The zones of one level. Where there are too many, those without a host of a severe alert, and
  // of them the emptiest, stand together in one box.
  void place_lane(std::size_t first, std::size_t end) {
    std::vector<std::size_t> order;
    for (std::size_t zone = first; zone < end; ++zone) {
      if (!network_.zones[zone].hosts.empty()) {
        order.push_back(zone);
      }
    }
    if (order.empty()) {
      return;
    }
    PlacedZone rest;
    if (order.size() > options_.zones_per_lane) {
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const bool severe = has_severe(a);
        return severe != has_severe(b)
                   ? severe
                   : network_.zones[a].hosts.size() > network_.zones[b].hosts.size();
      });
      for (std::size_t i = options_.zones_per_lane - 1; i < order.size(); ++i) {
        ++rest.hidden_zones;
        rest.hidden_hosts += network_.zones[order[i]].hosts.size();
      }
      order.resize(options_.zones_per_lane - 1);
      std::sort(order.begin(), order.end());
    }
    const std::size_t first_row = rows_;
    open_row();
    for (const std::size_t zone : order) {
      put(make_zone(zone, order.size() == 1));
    }
    if (rest.hidden_zones != 0) {
      rest.box.width = std::min(kRestWidth, area());
      rest.box.height = kZoneHeader + 18;
      put(std::move(rest));
    }
    layout_.lanes.emplace_back().level = network_.zones[first].level;
    lanes_.emplace_back(first_row, rows_);
  }

  [[nodiscard]] bool has_severe(std::size_t zone) const {
    const std::vector<std::size_t>& hosts = network_.zones[zone].hosts;
    return std::any_of(hosts.begin(), hosts.end(),
                       [&](std::size_t host) { return weight_(host) >= kSevereWeight / 2; });
  }

  void open_row() {
    ++rows_;
    used_ = 0;
  }

  void put(PlacedZone zone) {
    if (used_ != 0 && used_ + kZoneGap + zone.box.width > area()) {
      open_row();
    }
    zone.row = rows_ - 1;
    zone.box.x = options_.label_width + kPad + used_ + (used_ == 0 ? 0 : kZoneGap);
    used_ = zone.box.right() - options_.label_width - kPad;
    layout_.zones.push_back(std::move(zone));
  }

  // Hosts in the order of the zone; where not all fit, the weightiest of them.
  PlacedZone make_zone(std::size_t number, bool alone) {
    PlacedZone out;
    out.zone = number;
    std::vector<std::size_t> hosts = network_.zones[number].hosts;
    if (hosts.size() > limit_) {
      std::vector<std::pair<int, std::size_t>> order;  // weight, place in the zone
      order.reserve(hosts.size());
      for (std::size_t i = 0; i < hosts.size(); ++i) {
        order.emplace_back(-weight_(hosts[i]), i);
      }
      const auto middle = order.begin() + static_cast<std::ptrdiff_t>(limit_ - 1);
      std::nth_element(order.begin(), middle, order.end());
      std::sort(order.begin(), middle, [](auto a, auto b) { return a.second < b.second; });
      std::vector<std::size_t> shown;
      for (auto at = order.begin(); at != middle; ++at) {
        shown.push_back(hosts[at->second]);
      }
      out.hidden_hosts = hosts.size() - shown.size();
      hosts = std::move(shown);
    }
    const std::size_t cells = hosts.size() + (out.hidden_hosts == 0 ? 0 : 1);
    const int columns =
        std::min(alone ? static_cast<int>(cells) : host_columns(cells), most_columns());
    const int rows = (static_cast<int>(cells) + columns - 1) / columns;
    out.box.width = columns * (kHostWidth + kGap) - kGap + 2 * kPad;
    out.box.height = kZoneHeader + rows * (kHostHeight + kGap) - kGap + kPad;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      const int column = static_cast<int>(i) % columns;
      const int row = static_cast<int>(i) / columns;
      out.hosts.push_back({hosts[i],
                           {kPad + column * (kHostWidth + kGap),
                            kZoneHeader + row * (kHostHeight + kGap), kHostWidth, kHostHeight}});
    }
    return out;
  }

  // Now that the lines are known that run between them.
  void place_rows(LineRouter& router) {
    const int header = options_.label_width == 0 ? 17 : 0;
    int y = 0;
    std::size_t lane = 0;
    for (std::size_t row = 0; row < rows_; ++row) {
      const bool starts = lanes_[lane].first == row;
      const int lead = row == 0 ? 0 : 8;
      router.place_channel(row, y + lead);
      y += lead + router.channel_height(row) + (starts ? 14 + header : 4);
      if (starts) {
        layout_.lanes[lane].box = {0, y - 8 - header, options_.width - options_.gutter, 0};
      }
      y += place_row(row, y);
      if (lanes_[lane].second == row + 1) {
        svg::Rect& box = layout_.lanes[lane++].box;
        box.height = y + 8 - box.y;
      }
    }
    router.place_channel(rows_, y + 8);
    layout_.height = y + 12 + router.channel_height(rows_);
  }

  int place_row(std::size_t row, int y) {
    int height = 0;
    for (PlacedZone& zone : layout_.zones) {
      if (zone.row != row) {
        continue;
      }
      zone.box.y = y;
      height = std::max(height, zone.box.height);
      for (PlacedHost& host : zone.hosts) {
        host.box.x += zone.box.x;
        host.box.y += zone.box.y;
      }
    }
    return height;
  }

  const NetworkView& network_;
  const std::function<int(std::size_t)>& weight_;
  const LayoutOptions& options_;
  std::size_t limit_;
  TopologyLayout layout_;
  std::size_t rows_ = 0;
  std::vector<std::pair<std::size_t, std::size_t>> lanes_;  // first row, row behind the last
  int used_ = 0;                                            // of the last row
};

}  // namespace

std::string operation_letters(std::uint8_t operations) {
  constexpr std::string_view kLetters = "drwcpa";
  std::string out;
  for (std::size_t i = 0; i < kOperations; ++i) {
    if ((static_cast<unsigned>(operations) >> i & 1U) != 0) {
      out += out.empty() ? "" : " ";
      out += kLetters[i];
    }
  }
  return out;
}

TopologyLayout lay_out(const NetworkView& network, const std::vector<ZoneLink>& links,
                       const std::function<int(std::size_t)>& weight,
                       const LayoutOptions& options) {
  TopologyLayout out;
  for (const std::size_t limit :
       {std::size_t{96}, std::size_t{24}, std::size_t{16}, std::size_t{12}, std::size_t{8},
        std::size_t{6}, std::size_t{4}, std::size_t{2}}) {
    if (limit <= options.hosts_per_zone || limit == 2) {
      out = Placer(network, weight, options, limit).take(links);
      if (out.height <= options.greatest_height) {
        break;
      }
    }
  }
  return out;
}

}  // namespace prahari
