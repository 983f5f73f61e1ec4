#include "inventory/json_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

namespace prahari {
namespace {

constexpr bool plain(char c) noexcept { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

}  // namespace

void JsonWriter::separate() {
  const char last = out_.empty() ? '{' : out_.back();
  if (last != '{' && last != '[' && last != ':') {
    out_ += ',';
  }
}

JsonWriter& JsonWriter::begin(char bracket) {
  separate();
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  out_ += '"';
  out_ += name;
  out_ += "\":";
  return *this;
}

// Nearly every text needs no escape. The library knows about the rest.
JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  if (std::ranges::all_of(value, plain)) {
    out_ += '"';
    out_ += value;
    out_ += '"';
  } else {
    using Json = nlohmann::json;
    out_ += Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return *this;
}

template <class Integer>
JsonWriter& JsonWriter::integer(Integer value) {
  separate();
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out_.append(digits.data(), end);
  return *this;
}

JsonWriter& JsonWriter::number(std::uint64_t value) { return integer(value); }
JsonWriter& JsonWriter::number(std::int64_t value) { return integer(value); }

JsonWriter& JsonWriter::number(double value) {
  separate();
  out_ += nlohmann::json(value).dump();
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::null() {
  separate();
  out_ += "null";
  return *this;
}

}  // namespace prahari
