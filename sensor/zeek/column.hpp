// A Zeek log as a table of columns over what one line is made from.

#pragma once

#include <array>
#include <string_view>

#include "sensor/zeek/cell.hpp"
#include "sensor/zeek/where.hpp"

namespace prahari::zeek {

// `Line` is a struct with a member `where`, and whatever else the log shows.
template <class Line>
struct Column {
  std::string_view name;
  std::string_view type;  // Zeek's name: "count", "vector[count]"
  void (*put)(Cell& cell, const Line& line);
};

// What every log begins with.
template <class Line>
inline constexpr std::array<Column<Line>, 6> kConnection = {{
    {"ts", "time", [](Cell& c, const Line& l) { c.time(l.where.time); }},
    {"uid", "string", [](Cell& c, const Line& l) { c.text(l.where.uid.view()); }},
    {"id.orig_h", "addr", [](Cell& c, const Line& l) { c.address(l.where.orig.ip); }},
    {"id.orig_p", "port", [](Cell& c, const Line& l) { c.count(l.where.orig.port); }},
    {"id.resp_h", "addr", [](Cell& c, const Line& l) { c.address(l.where.resp.ip); }},
    {"id.resp_p", "port", [](Cell& c, const Line& l) { c.count(l.where.resp.port); }},
}};

// What ICSNPP's logs go on with: who really sent this message.
template <class Line>
inline constexpr std::array<Column<Line>, 5> kSides = {{
    {"is_orig", "bool", [](Cell& c, const Line& l) { c.boolean(l.where.is_orig); }},
    {"source_h", "addr", [](Cell& c, const Line& l) { c.address(l.where.source().ip); }},
    {"source_p", "port", [](Cell& c, const Line& l) { c.count(l.where.source().port); }},
    {"destination_h", "addr", [](Cell& c, const Line& l) { c.address(l.where.destination().ip); }},
    {"destination_p", "port", [](Cell& c, const Line& l) { c.count(l.where.destination().port); }},
}};

template <class Line, std::size_t... N>
constexpr auto join(const std::array<Column<Line>, N>&... parts) {
  std::array<Column<Line>, (N + ...)> all{};
  std::size_t at = 0;
  const auto add = [&](const auto& part) {
    for (const Column<Line>& column : part) {
      all[at++] = column;
    }
  };
  (add(parts), ...);
  return all;
}

}  // namespace prahari::zeek
