// A line of a log whose columns are many and of which few are there at a time: filled from left to
// right by name, what is passed over is unset.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sensor/zeek/cell.hpp"
#include "sensor/zeek/log_folder.hpp"
#include "sensor/zeek/where.hpp"

namespace prahari::zeek {

struct Heading {
  std::string_view name;
  std::string_view type;
};

// Behind the columns of the connection and of the two sides, which every one of these logs has.
struct Log {
  std::string_view name;
  std::span<const Heading> columns;
};

class Row {
 public:
  Row(const Log& log, const Where& where);

  // The cell of that column, which must come behind all that were asked for before. Takes one
  // value; cell() before the next.
  Cell cell(std::string_view column);
  // The next column, whatever it is called.
  Cell next();

  void write(LogFolder& out);

 private:
  const Log& log_;
  Timestamp time_;
  std::string text_;
  std::size_t at_ = 0;  // columns that are done
};

}  // namespace prahari::zeek
