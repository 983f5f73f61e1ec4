#include "sensor/zeek/row.hpp"

#include <cassert>
#include <utility>

#include "sensor/zeek/column.hpp"

namespace prahari::zeek {
namespace {

struct Line {
  const Where& where;
};

constexpr auto kFirst = join(kConnection<Line>, kSides<Line>);

std::pair<std::string, std::string> head_of(const Log& log) {
  std::pair<std::string, std::string> head;
  for (const Column<Line>& column : kFirst) {
    (head.first += '\t') += column.name;
    (head.second += '\t') += column.type;
  }
  for (const Heading& column : log.columns) {
    (head.first += '\t') += column.name;
    (head.second += '\t') += column.type;
  }
  return head;
}

}  // namespace

Row::Row(const Log& log, const Where& where) : log_(log), time_(where.time) {
  const Line line{where};
  for (const Column<Line>& column : kFirst) {
    Cell cell{text_};
    column.put(cell, line);
    text_ += '\t';
  }
  text_.pop_back();
}

Cell Row::cell(std::string_view column) {
  while (at_ < log_.columns.size() && log_.columns[at_].name != column) {
    next().unset();
  }
  assert(at_ < log_.columns.size());
  return next();
}

Cell Row::next() {
  text_ += '\t';
  ++at_;
  return Cell{text_};
}

void Row::write(LogFolder& out) {
  while (at_ < log_.columns.size()) {
    next().unset();
  }
  assert(at_ == log_.columns.size());
  out.write_text(
      log_.name, [this] { return head_of(log_); }, time_, text_);
}

}  // namespace prahari::zeek
