// One object of a baseline file, member by member. What is wrong is said with its place in the
// file; only the first mistake counts, and what is asked for after it yields nothing of worth.

#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "capture/time_text.hpp"
#include "rules/baseline_json.hpp"
#include "rules/wording.hpp"

namespace prahari::baseline_file {

using Json = nlohmann::json;

// Where in the file the reader is, and the first thing that was wrong.
class Place {
 public:
  explicit Place(const BaselineLimits& limits) : limits_(limits) {}

  void enter(std::string part) { parts_.push_back(std::move(part)); }
  void leave() { parts_.pop_back(); }

  [[nodiscard]] bool ok() const noexcept { return error_.empty(); }
  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  [[nodiscard]] const BaselineLimits& limits() const noexcept { return limits_; }

  void fail(std::string_view member, const std::string& expected, const Json* found) {
    if (!ok()) {
      return;
    }
    for (const std::string& part : parts_) {
      error_ += '/' + part;
    }
    if (!member.empty()) {
      error_ += '/';
      error_ += member;
    }
    error_ +=
        ": expected " + expected + ", found " + (found == nullptr ? "nothing" : shown(*found));
  }

 private:
  static std::string shown(const Json& found) {
    if (found.is_structured()) {
      return found.is_object() ? "an object" : "a list of " + std::to_string(found.size());
    }
    return found.is_string() ? in_quotes(found.get_ref<const std::string&>(), 60) : found.dump();
  }

  const BaselineLimits& limits_;
  std::vector<std::string> parts_;
  std::string error_;
};

class Entry {
 public:
  Entry(const Json& json, Place& place) : json_(json), place_(place) {
    if (!json.is_object()) {
      place.fail({}, "an object", &json);
    }
  }

  [[nodiscard]] const Json* find(const char* member) const {
    if (!json_.is_object()) {
      return nullptr;
    }
    const auto found = json_.find(member);
    return found == json_.end() ? nullptr : &*found;
  }

  std::string text(const char* member, bool required = true) const {
    const Json* found = find(member);
    if (found == nullptr && !required) {
      return {};
    }
    if (found == nullptr || !found->is_string()) {
      place_.fail(member, "a text", found);
      return {};
    }
    const auto& text = found->get_ref<const std::string&>();
    if (text.size() > place_.limits().text) {
      place_.fail(member, "at most " + std::to_string(place_.limits().text) + " bytes", found);
      return {};
    }
    return printable(text);
  }

  std::uint64_t number(const char* member, std::uint64_t most, bool required = true) const {
    const Json* found = find(member);
    if (found == nullptr && !required) {
      return 0;
    }
    if (found == nullptr || !found->is_number_unsigned() || found->get<std::uint64_t>() > most) {
      place_.fail(member, "a number from 0 to " + std::to_string(most), found);
      return 0;
    }
    return found->get<std::uint64_t>();
  }
  template <class Integer>
  Integer integer(const char* member, bool required = true) const {
    return static_cast<Integer>(number(member, std::numeric_limits<Integer>::max(), required));
  }

  double real(const char* member, const Json* found) const {
    const double value = found != nullptr && found->is_number() ? found->get<double>() : NAN;
    if (!std::isfinite(value)) {
      place_.fail(member, "a number", found);
      return 0;
    }
    return value;
  }
  double real(const char* member) const { return real(member, find(member)); }

  std::optional<double> optional_real(const char* member) const {
    const Json* found = find(member);
    return found == nullptr ? std::nullopt : std::optional{real(member, found)};
  }

  bool boolean(const char* member) const {
    const Json* found = find(member);
    if (found == nullptr || !found->is_boolean()) {
      place_.fail(member, "true or false", found);
      return false;
    }
    return found->get<bool>();
  }

  Timestamp time(const char* member) const {
    Timestamp out{};
    if (!parse_time(text(member), out) || out < Timestamp{} || out > kLatestTime) {
      place_.fail(member, "a time such as 2026-11-22T03:30:00Z", find(member));
      return {};
    }
    return out;
  }

  template <class Value>
  Value parsed(const char* member, const char* expected) const {
    Value out{};
    if (!parse(text(member), out)) {
      place_.fail(member, expected, find(member));
    }
    return out;
  }
  HostPlace host(const char* member) const {
    return parsed<HostPlace>(member, R"(an address or "mac ...", with " vlan ..." behind it)");
  }
  [[nodiscard]] BaselineLink link() const {
    return {host("client"), host("server"),
            parsed<BaselineService>("service", R"(a protocol, or such as "tcp/443")")};
  }

  // One of the names of an enum whose values count from 0.
  template <class Enum>
  Enum choice(const char* member, std::size_t count) const {
    const std::string word = text(member);
    for (std::size_t i = 0; i < count; ++i) {
      if (to_string(static_cast<Enum>(i)) == word) {
        return static_cast<Enum>(i);
      }
    }
    std::string words;
    for (std::size_t i = 0; i < count; ++i) {
      words += (i == 0 ? "" : ", ") + std::string(to_string(static_cast<Enum>(i)));
    }
    place_.fail(member, "one of " + words, find(member));
    return {};
  }

  bool either(const char* member, std::string_view yes, std::string_view no) const {
    const std::string word = text(member);
    if (word != yes && word != no) {
      place_.fail(member, in_quotes(yes) + " or " + in_quotes(no), find(member));
    }
    return word == yes;
  }

  std::optional<RobustRange> range(const char* member) const {
    const Json* found = find(member);
    if (found == nullptr) {
      return std::nullopt;
    }
    place_.enter(member);
    const Entry inner{*found, place_};
    const RobustRange out{inner.real("median"), inner.real("mad")};
    if (out.median < 0 || out.mad < 0) {
      place_.fail({}, "no negative number", found);
    }
    place_.leave();
    return out;
  }

  std::optional<ValueRange> values(const char* member, const Json* found) const {
    if (found == nullptr) {
      return std::nullopt;
    }
    if (!found->is_array() || found->size() != 2) {
      place_.fail(member, "[least, most]", found);
      return std::nullopt;
    }
    const ValueRange out{real(member, &(*found)[0]), real(member, &(*found)[1])};
    if (out.least > out.most) {
      place_.fail(member, "[least, most]", found);
    }
    return out;
  }

  std::optional<ByteRange> bytes(const char* member) const {
    const std::optional<ValueRange> range = values(member, find(member));
    if (!range) {
      return std::nullopt;
    }
    constexpr double kMost = 0xffff;
    if (range->least < 1 || range->most > kMost) {
      place_.fail(member, "numbers of bytes from 1 to 65535", find(member));
      return std::nullopt;
    }
    return ByteRange{static_cast<std::uint32_t>(range->least),
                     static_cast<std::uint32_t>(range->most)};
  }

  // Calls take(item) for each of a list; one that is not there is empty.
  template <class Take>
  void each(const char* member, std::size_t most, Take take) const {
    const Json* found = find(member);
    if (found == nullptr) {
      return;
    }
    if (!found->is_array() || found->size() > most) {
      place_.fail(member, "a list of at most " + std::to_string(most), found);
      return;
    }
    place_.enter(member);
    for (std::size_t i = 0; i < found->size() && place_.ok(); ++i) {
      place_.enter(std::to_string(i));
      take((*found)[i]);
      place_.leave();
    }
    place_.leave();
  }

  [[nodiscard]] Place& place() const noexcept { return place_; }

 private:
  const Json& json_;
  Place& place_;
};

}  // namespace prahari::baseline_file
