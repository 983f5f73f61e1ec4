// One JSON document, appended to a text piece by piece: no tree is built. Commas are set by what
// stands before; members come in the order of the calls.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prahari {

class JsonWriter {
 public:
  // `out` must outlive the writer.
  explicit JsonWriter(std::string& out) noexcept : out_(out) {}

  JsonWriter& begin_object() { return begin('{'); }
  JsonWriter& end_object() { return end('}'); }
  JsonWriter& begin_array() { return begin('['); }
  JsonWriter& end_array() { return end(']'); }

  // The name of the next value; a literal of ours that needs no escape.
  JsonWriter& key(std::string_view name);

  // Any bytes; what is no UTF-8 becomes U+FFFD.
  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::uint64_t value);
  JsonWriter& number(std::int64_t value);
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();

  template <class Texts>
  JsonWriter& texts(const Texts& values) {
    begin_array();
    for (const auto& value : values) {
      text(value);
    }
    return end_array();
  }

 private:
  template <class Integer>
  JsonWriter& integer(Integer value);
  JsonWriter& begin(char bracket);
  JsonWriter& end(char bracket);
  void separate();

  std::string& out_;
};

}  // namespace prahari
