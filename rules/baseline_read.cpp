// A baseline from its file. The file may come from anybody: its size, depth, number of entries and
// lengths are bounded, and the first thing that is wrong is said with its place.

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "capture/time_text.hpp"
#include "inventory/json_file.hpp"
#include "rules/baseline_json.hpp"
#include "rules/week_hours.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMostNumber = std::uint64_t{1} << 53U;
constexpr std::size_t kMostZones = 4096;
constexpr std::size_t kNodesPerEntry = 64;
constexpr std::size_t kMostNodes = 8'000'000;  // each takes up to a hundred bytes while it is read

// Brackets outside of strings; the reader builds a tree, whose depth and size must be bounded.
struct Shape {
  std::size_t depth = 0;
  std::size_t nodes = 0;
};
Shape shape_of(std::string_view json) noexcept {
  Shape shape;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      i += c == '\\' ? 1 : 0;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      shape.depth = std::max(shape.depth, ++depth);
      ++shape.nodes;
    } else if (c == '}' || c == ']') {
      depth -= depth > 0 ? 1 : 0;
    } else if (c == ',') {
      ++shape.nodes;
    }
  }
  return shape;
}

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

void read(const Entry& in, BaselineHost& out) {
  out.place = in.host("host");
  if (in.find("mac") != nullptr) {
    out.mac = in.parsed<MacAddress>("mac", "a MAC address");
  }
  out.name = in.text("name", false);
  out.role = in.text("role", false);
  out.quiet = in.optional_real("quiet");
}

void read(const Entry& in, BaselineFact& out) {
  out.host = in.host("host");
  if (in.find("unit") != nullptr) {
    out.unit = in.integer<std::uint32_t>("unit");
  }
  out.field = in.choice<Identity::Field>("field", kIdentityFields);
  out.source = in.text("source");
  out.value = in.text("value");
}

void read(const Entry& in, BaselineCertificate& out) {
  out.host = in.host("host");
  out.protocol = in.choice<Protocol>("protocol", static_cast<std::size_t>(Protocol::unknown));
  out.use = in.text("use");
  out.thumbprint = in.text("thumbprint");
}

void read(const Entry& in, BaselineTalker& out) {
  out.link = in.link();
  out.decoded = in.boolean("decoded");
  out.per_minute = in.range("messages_per_minute");
  out.write_rate = in.range("writes_per_minute");
  out.bytes_per_minute = in.optional_real("bytes_per_minute");
}

void read(const Entry& in, BaselineOperation& out) {
  out.link = in.link();
  out.operation = in.choice<Operation>("class", kOperations);
  out.function = in.integer<std::uint16_t>("function");
  out.sub_function = in.integer<std::uint16_t>("sub", false);
  out.object = in.text("object", false);
  out.name = in.text("name", false);
  out.size = in.bytes("bytes");
}

void read(const Entry& in, BaselineTarget& out) {
  out.link = in.link();
  out.unit = in.integer<std::uint32_t>("unit");
  out.table = in.text("table", false);
  out.first = 1;  // no address, unless one is said
  if (in.find("first") != nullptr) {
    out.first = in.integer<std::uint32_t>("first");
    out.last = in.integer<std::uint32_t>("last");
    if (out.first > out.last) {
      in.place().fail("last", "no less than \"first\"", in.find("last"));
    }
  }
  out.text = in.text("text", false);
  out.times = in.number("times", kMostNumber, false);
  in.each("values", BaselineTarget::kRanges, [&](const Json& item) {
    out.values.push_back(in.values("", &item).value_or(ValueRange{}));
  });
  out.step = in.optional_real("step");
  out.limits = in.values("limits", in.find("limits"));
  out.most_step = in.optional_real("most_step");
}

void read(const Entry& in, BaselinePoll& out) {
  out.link = in.link();
  out.unit = in.integer<std::uint32_t>("unit");
  out.function = in.integer<std::uint16_t>("function");
  out.sub_function = in.integer<std::uint16_t>("sub", false);
  out.address = in.integer<std::uint32_t>("address");
  out.by_client = in.either("by", "client", "server");
  out.text = in.text("text", false);
  out.name = in.text("name", false);
  if (in.find("interval") == nullptr) {
    in.place().fail("interval", R"({"median": ..., "mad": ...} in seconds)", nullptr);
  }
  out.interval = in.range("interval").value_or(RobustRange{});
  out.times = in.number("times", kMostNumber);
}

void read_progress(const Entry& zone, LearningProgress& out) {
  const Json* found = zone.find("progress");
  if (found == nullptr) {
    return;  // a person wrote the file
  }
  zone.place().enter("progress");
  const Entry in{*found, zone.place()};
  out.from = in.time("from");
  out.to = in.time("to");
  out.last_new = in.time("last_new");
  out.entries = in.number("entries", kMostNumber);
  out.new_of_late = in.number("new_of_late", kMostNumber);
  out.not_kept = in.number("not_kept", kMostNumber);
  zone.place().leave();
}

template <class Item>
void read_list(const Entry& zone, const char* member, std::size_t& left, std::vector<Item>& out) {
  zone.each(member, left, [&](const Json& item) {
    read(Entry{item, zone.place()}, out.emplace_back());
    --left;
  });
}

BaselineZone read_zone(const Json& json, Place& place, std::size_t& left) {
  BaselineZone out;
  const Entry in{json, place};
  out.name = in.text("zone");
  out.state = in.either("state", "locked", "learning") ? BaselineZone::State::locked
                                                       : BaselineZone::State::learning;
  read_progress(in, out.progress);
  in.each("hours", kWeekHours, [&](const Json& item) {
    if (!item.is_string() || !parse_hours(item.get_ref<const std::string&>(), out.hours)) {
      place.fail({}, "hours such as \"Mon 06-14\"", &item);
    }
  });
  read_list(in, "hosts", left, out.hosts);
  read_list(in, "facts", left, out.facts);
  read_list(in, "certificates", left, out.certificates);
  read_list(in, "talkers", left, out.talkers);
  read_list(in, "operations", left, out.operations);
  read_list(in, "writes", left, out.writes);
  read_list(in, "reads", left, out.reads);
  read_list(in, "polls", left, out.polls);
  return out;
}

BaselineData read_data(const Json& json, Place& place) {
  BaselineData out;
  const Entry in{json, place};
  const Json* schema = in.find("schema");
  if (schema == nullptr || *schema != kBaselineSchema) {
    place.fail("schema", in_quotes(kBaselineSchema), schema);
    return out;
  }
  out.name = in.text("name");
  out.site = in.text("site", false);
  if (const Json* learned = in.find("learned")) {
    place.enter("learned");
    const Entry period{*learned, place};
    out.from = period.time("from");
    out.to = period.time("to");
    place.leave();
  }
  std::size_t left = place.limits().entries;
  if (in.find("zones") == nullptr) {
    place.fail("zones", "a list", nullptr);
  }
  in.each("zones", kMostZones,
          [&](const Json& item) { out.zones.push_back(read_zone(item, place, left)); });
  return out;
}

Error input_error(const std::string& name, const std::string& text) {
  return {name + ':' + text + "; mend that place, or learn anew with prahari analyze --learn",
          Error::Kind::input};
}

}  // namespace

Result<BaselineData> parse_baseline(std::string_view json, const std::string& name,
                                    const BaselineLimits& limits) {
  const Shape shape = shape_of(json);
  if (json.size() > limits.bytes || shape.depth > limits.depth || shape.nodes > kMostNodes ||
      shape.nodes / kNodesPerEntry > limits.entries) {
    return input_error(name, " expected a baseline of at most " + std::to_string(limits.bytes) +
                                 " bytes and " + std::to_string(limits.depth) +
                                 " levels of brackets");
  }
  try {
    const Json read = Json::parse(json.begin(), json.end());
    Place place{limits};
    BaselineData out = read_data(read, place);
    if (!place.ok()) {
      return input_error(name, place.error());
    }
    sort(out);
    return out;
  } catch (const Json::exception& error) {
    return input_error(name, std::string(" expected JSON: ") + printable(error.what()));
  }
}

Result<BaselineData> load_baseline(const std::filesystem::path& file,
                                   const BaselineLimits& limits) {
  const auto text = read_bounded(file, limits.bytes);
  return text ? parse_baseline(*text, file.string(), limits) : text.error();
}

}  // namespace prahari
