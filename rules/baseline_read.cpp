// A baseline from its file. The file may come from anybody: its size, depth, number of entries and
// lengths are bounded, and the first thing that is wrong is said with its place.

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "inventory/json_file.hpp"
#include "rules/baseline_entry.hpp"
#include "rules/baseline_json.hpp"
#include "rules/baseline_outline.hpp"
#include "rules/week_hours.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

using baseline_file::Entry;
using baseline_file::Json;
using baseline_file::Outline;
using baseline_file::Place;

constexpr std::uint64_t kMostNumber = std::uint64_t{1} << 53U;
constexpr std::size_t kMostZones = 4096;
constexpr std::size_t kNodesPerEntry = 64;
constexpr std::size_t kMostNodes = 8'000'000;  // each takes up to a hundred bytes while it is read

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
void read_list(const Entry& zone, const char* member, Outline& outline, std::size_t& left,
               std::vector<Item>& out) {
  zone.each(member, left, [&](const Json& item) {
    const std::string_view text = outline.take(item);
    const Json entry = text.empty() ? item : Json::parse(text);
    read(Entry{entry, zone.place()}, out.emplace_back());
    --left;
  });
}

BaselineZone read_zone(const Json& json, Place& place, Outline& outline, std::size_t& left) {
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
  read_list(in, "hosts", outline, left, out.hosts);
  read_list(in, "facts", outline, left, out.facts);
  read_list(in, "certificates", outline, left, out.certificates);
  read_list(in, "talkers", outline, left, out.talkers);
  read_list(in, "operations", outline, left, out.operations);
  read_list(in, "writes", outline, left, out.writes);
  read_list(in, "reads", outline, left, out.reads);
  read_list(in, "polls", outline, left, out.polls);
  return out;
}

BaselineData read_data(const Json& json, Place& place, Outline& outline) {
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
          [&](const Json& item) { out.zones.push_back(read_zone(item, place, outline, left)); });
  return out;
}

// Said of the whole, so that the line and column are those of the file.
std::string what_is_no_json(std::string_view text) {
  try {
    const auto keep = [](int /*depth*/, Json::parse_event_t /*event*/, const Json& /*value*/) {
      return false;
    };
    const Json nothing = Json::parse(text, keep);
  } catch (const Json::exception& error) {
    return printable(error.what());
  }
  return "a value is not what it may be there";
}

Error input_error(const std::string& name, const std::string& text) {
  return {name + ':' + text + "; mend that place, or learn anew with prahari analyze --learn",
          Error::Kind::input};
}

}  // namespace

Result<BaselineData> parse_baseline(std::string_view json, const std::string& name,
                                    const BaselineLimits& limits) {
  Outline outline{json};
  const std::size_t most_nodes = std::min(kMostNodes, (limits.entries + 1) * kNodesPerEntry - 1);
  if (json.size() > limits.bytes || !outline.draw(limits.depth, most_nodes)) {
    return input_error(name, " expected a baseline of at most " + std::to_string(limits.bytes) +
                                 " bytes and " + std::to_string(limits.depth) +
                                 " levels of brackets");
  }
  try {
    const Json read = Json::parse(outline.text());
    Place place{limits};
    BaselineData out = read_data(read, place, outline);
    if (!place.ok()) {
      return input_error(name, place.error());
    }
    sort(out);
    return out;
  } catch (const Json::exception&) {
    return input_error(name, " expected JSON: " + what_is_no_json(json));
  }
}

Result<BaselineData> load_baseline(const std::filesystem::path& file,
                                   const BaselineLimits& limits) {
  const auto text = read_bounded(file, limits.bytes);
  return text ? parse_baseline(*text, file.string(), limits) : text.error();
}

}  // namespace prahari
