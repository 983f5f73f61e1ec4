// Runs the lines of the topology drawing between its rows. Only topology_layout.cpp calls it.

#pragma once

#include <vector>

#include "alerts/topology_layout.hpp"

namespace prahari {

class LineRouter {
 public:
  struct Options {
    std::size_t rows = 0;
    std::size_t limit = 16;  // of lines
  };

  // Zones have their row and x by now. Links that share an end and a row become one line.
  LineRouter(TopologyLayout& layout, const std::vector<ZoneLink>& links, Options options);

  // The room above row `channel`, or below the last row.
  [[nodiscard]] int channel_height(std::size_t channel) const;
  void place_channel(std::size_t channel, int top) { channels_[channel].top = top; }

  // Zones have their y, too.
  void finish(int left, int right);

 private:
  struct End {
    std::size_t zone = 0;  // of TopologyLayout::zones
    int x = 0;
    int y = 0;
    bool top = false;  // of the box
  };
  struct Bundle {
    std::vector<End> sources;
    std::vector<End> targets;
    bool alarmed = false;
    std::map<std::string, std::uint8_t> services;
    std::vector<std::string> titles;
    std::size_t out_channel = 0;  // next to the sources
    std::size_t in_channel = 0;   // next to the targets
    int out_track = 0;
    int in_track = 0;
    int gutter = -1;  // number of the track in the gutter
  };
  struct Channel {
    int top = 0;
    int tracks = 0;
    std::vector<std::pair<int, std::size_t>> taken;  // x of vertical lines in it, and whose
  };

  void bundle(const std::vector<ZoneLink>& links);
  void add(const std::vector<const ZoneLink*>& links);
  void give_tracks(Bundle& bundle);
  struct Port;
  void place_ends();
  void place_side(std::span<const Port> ports);
  void draw(Bundle& bundle, int left, int right);
  [[nodiscard]] int track_y(std::size_t channel, int track) const;
  [[nodiscard]] std::size_t placed(std::size_t zone) const;
  [[nodiscard]] int middle(const std::vector<End>& ends) const;

  TopologyLayout& layout_;
  std::size_t limit_;
  std::vector<Bundle> bundles_;
  std::vector<Channel> channels_;
  std::vector<std::size_t> places_;  // by zone number
  int gutter_tracks_ = 0;
};

}  // namespace prahari
