// The protocol's own fields of one message, as JSON values, for `dissect` and `--messages`.
//
// A dissector fills it inside its one decode function, and only when somebody asked
// (Emitter::fields() is not null), so the hot path never pays. Fields are named by their index
// in Dissector::fields; what is not set reads as null. The buffer is reused: no heap per message
// once it has grown.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/reader.hpp"

namespace prahari {

// Appends `text` as a JSON string with quotes. Bytes that are no valid UTF-8 become U+FFFD;
// control characters are escaped, so that the line is safe on a terminal.
void append_json_string(std::string& out, std::string_view text);

class Fields {
 public:
  static constexpr std::size_t kMax = 40;

  void clear() noexcept;

  void number(std::size_t field, std::int64_t value);
  void boolean(std::size_t field, bool value);
  void text(std::size_t field, std::string_view value);
  void hex(std::size_t field, Bytes value);  // lower case, no separators

  // A list or an object: begin, then items, then end. One at a time.
  void begin_list(std::size_t field);
  void item(std::int64_t value);
  void item_real(double value);  // null for what JSON has no number for
  void item(std::string_view value);
  void item_hex(Bytes value);
  // An object as an item: begin_item, then members, then end_item.
  void begin_item();
  void end_item();
  void end_list();
  void begin_object(std::size_t field);
  void member(std::string_view name, std::int64_t value);
  void member(std::string_view name, std::string_view value);
  void end_object();

  // The JSON text of a field, "null" when it was not set.
  [[nodiscard]] std::string_view json(std::size_t field) const noexcept;

 private:
  struct Slice {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;  // equal to begin: not set
  };

  void start(std::size_t field);
  void finish();
  void separate();

  std::string buffer_;
  std::array<Slice, kMax> slices_{};
  std::size_t open_ = 0;
  bool first_item_ = true;
};

}  // namespace prahari
