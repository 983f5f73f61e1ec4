// Where the zones, hosts and conduits of the drawing stand. Only numbers: report_topology.cpp
// draws.
//
// Zones stand in rows by Purdue level. Lines run between the rows, each on a track of its own, and
// in a gutter on the right where they pass a row: none crosses a box, no two lie on each other. The
// same network gives the same drawing. Bounded: the more hosts there are, the fewer of a zone are
// drawn, and a box says how many are not.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerts/network_view.hpp"
#include "alerts/svg.hpp"

namespace prahari {

// Traffic from one zone to another; numbers of NetworkView::zones.
struct ZoneLink {
  std::size_t from = 0;
  std::size_t to = 0;
  bool alarmed = false;  // some of it no conduit allows
  std::map<std::string, std::uint8_t>
      services;  // to a bit per Operation; if alarmed: those refused
  std::string title;
};

struct LayoutOptions {
  int width = 940;
  int label_width = 86;  // of the names of levels, at the left; 0: above the rows
  int gutter = 58;       // on the right, for lines that pass a row
  int greatest_height = 1240;
  std::size_t hosts_per_zone = 24;
  std::size_t zones_per_lane = 12;
  std::size_t lines = 16;
};

struct PlacedHost {
  std::size_t host = 0;
  svg::Rect box;
};

struct PlacedZone {
  std::size_t zone = kNoHost;  // kNoHost: stands for zones that are not drawn
  std::size_t row = 0;
  svg::Rect box;
  std::vector<PlacedHost> hosts;
  std::size_t hidden_hosts = 0;
  std::size_t hidden_zones = 0;
};

struct Lane {
  std::optional<double> level;
  svg::Rect box;
};

struct LineEnd {
  int x = 0;
  int y = 0;
  bool up = false;  // the arrow points upwards
};

// One line: from each of its sources to each of its targets.
struct PlacedLine {
  bool alarmed = false;
  std::string path;  // of an SVG path
  std::vector<LineEnd> arrows;
  std::string label;  // "modbus r w · enip r"
  std::vector<std::string> titles;
  int label_x = 0;
  int label_y = 0;
};

struct TopologyLayout {
  int width = 0;
  int height = 0;
  std::vector<Lane> lanes;
  std::vector<PlacedZone> zones;
  std::vector<PlacedLine> lines;
  std::size_t hidden_links = 0;
};

inline constexpr int kSevereWeight = 100;  // a zone with a host of at least half of it is drawn
inline constexpr int kHostWidth = 140;
inline constexpr int kHostHeight = 36;
inline constexpr int kZoneHeader = 21;
inline constexpr int kLabelSize = 10;  // of the words at a line, in pixels

// "r w" for read and write: discover, read, write, control, program, admin.
[[nodiscard]] std::string operation_letters(std::uint8_t operations);

// `weight` says which hosts of a zone are drawn where not all are: the greatest. Links come in the
// order of their weight.
[[nodiscard]] TopologyLayout lay_out(const NetworkView& network, const std::vector<ZoneLink>& links,
                                     const std::function<int(std::size_t)>& weight,
                                     const LayoutOptions& options);

}  // namespace prahari
