// What the alerts say of each host, and how hosts are drawn and ordered in the report.

#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/alert.hpp"
#include "alerts/html.hpp"
#include "alerts/network_view.hpp"

namespace prahari {

struct HostMark {
  std::uint64_t alerts = 0;
  Severity worst = Severity::info;
  bool source = false;  // did what one of high or critical severity is about
  std::string first;    // id of the weightiest
};

// By the id of the asset.
class HostMarks {
 public:
  explicit HostMarks(std::span<const Alert> alerts);
  // Null where no alert names it.
  [[nodiscard]] const HostMark* of(std::string_view host) const;
  [[nodiscard]] bool severe(std::string_view host) const;

 private:
  std::map<std::string, HostMark, std::less<>> marks_;
};

// Whether the site file names devices and this is none of them.
[[nodiscard]] bool is_unknown(const HostView& host, const NetworkView& network);

// Controllers first, strangers last.
[[nodiscard]] int role_rank(const HostView& host);

// By rank, then address, 10.0.0.9 before 10.0.0.10.
[[nodiscard]] std::vector<std::size_t> hosts_in_order(const NetworkView& network);

// The drawings that add_glyph() uses; once for each page.
extern const std::string_view kGlyphs;

// The id of the drawing for what the host is: "g-plc".
[[nodiscard]] std::string_view glyph_of(const HostView& host);
void add_glyph(Html& page, std::string_view glyph);

// "3 alerts" in the colour of the worst, leading to it; nothing where there is none.
void add_alert_chip(Html& page, const HostMark* mark);

}  // namespace prahari
