// A baseline to its file.

#include "rules/baseline_json.hpp"

#include <array>

#include "capture/time_text.hpp"
#include "inventory/json_writer.hpp"
#include "rules/week_hours.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

void add_link(JsonWriter& json, const BaselineLink& link) {
  json.key("client").text(to_string(link.client));
  json.key("server").text(to_string(link.server));
  json.key("service").text(to_string(link.service));
}

void add_text(JsonWriter& json, std::string_view key, std::string_view text) {
  if (!text.empty()) {
    json.key(key).text(printable(text));
  }
}

void add_range(JsonWriter& json, std::string_view key, const RobustRange& range) {
  json.key(key).begin_object();
  json.key("median").number(range.median).key("mad").number(range.mad).end_object();
}

void add_values(JsonWriter& json, const ValueRange& range) {
  json.begin_array().number(range.least).number(range.most).end_array();
}

void add(JsonWriter& json, const BaselineHost& host) {
  json.key("host").text(to_string(host.place));
  if (!host.mac.empty()) {
    json.key("mac").text(to_string(host.mac));
  }
  add_text(json, "name", host.name);
  add_text(json, "role", host.role);
  if (host.quiet) {
    json.key("quiet").number(*host.quiet);
  }
}

void add(JsonWriter& json, const BaselineFact& fact) {
  json.key("host").text(to_string(fact.host));
  if (fact.unit != Identity::kNoUnit) {
    json.key("unit").number(std::uint64_t{fact.unit});
  }
  json.key("field").text(to_string(fact.field));
  json.key("source").text(printable(fact.source));
  json.key("value").text(printable(fact.value));
}

void add(JsonWriter& json, const BaselineCertificate& certificate) {
  json.key("host").text(to_string(certificate.host));
  json.key("protocol").text(to_string(certificate.protocol));
  json.key("use").text(printable(certificate.use));
  json.key("thumbprint").text(printable(certificate.thumbprint));
}

void add(JsonWriter& json, const BaselineTalker& talker) {
  add_link(json, talker.link);
  json.key("decoded").boolean(talker.decoded);
  if (talker.per_minute) {
    add_range(json, "messages_per_minute", *talker.per_minute);
  }
  if (talker.write_rate) {
    add_range(json, "writes_per_minute", *talker.write_rate);
  }
  if (talker.bytes_per_minute) {
    json.key("bytes_per_minute").number(*talker.bytes_per_minute);
  }
}

void add(JsonWriter& json, const BaselineOperation& operation) {
  add_link(json, operation.link);
  json.key("class").text(to_string(operation.operation));
  json.key("function").number(std::uint64_t{operation.function});
  if (operation.sub_function != 0) {
    json.key("sub").number(std::uint64_t{operation.sub_function});
  }
  add_text(json, "object", operation.object);
  add_text(json, "name", operation.name);
  if (operation.size) {
    json.key("bytes").begin_array();
    json.number(std::uint64_t{operation.size->least}).number(std::uint64_t{operation.size->most});
    json.end_array();
  }
}

void add(JsonWriter& json, const BaselineTarget& target) {
  add_link(json, target.link);
  json.key("unit").number(std::uint64_t{target.unit});
  add_text(json, "table", target.table);
  if (target.first <= target.last) {
    json.key("first").number(std::uint64_t{target.first});
    json.key("last").number(std::uint64_t{target.last});
  }
  add_text(json, "text", target.text);
  if (target.times > 0) {
    json.key("times").number(target.times);
  }
  if (!target.values.empty()) {
    json.key("values").begin_array();
    for (const ValueRange& range : target.values) {
      add_values(json, range);
    }
    json.end_array();
  }
  if (target.step) {
    json.key("step").number(*target.step);
  }
  if (target.limits) {
    json.key("limits");
    add_values(json, *target.limits);
  }
  if (target.most_step) {
    json.key("most_step").number(*target.most_step);
  }
}

void add(JsonWriter& json, const BaselinePoll& poll) {
  add_link(json, poll.link);
  json.key("unit").number(std::uint64_t{poll.unit});
  json.key("function").number(std::uint64_t{poll.function});
  if (poll.sub_function != 0) {
    json.key("sub").number(std::uint64_t{poll.sub_function});
  }
  json.key("address").number(std::uint64_t{poll.address});
  json.key("by").text(poll.by_client ? "client" : "server");
  add_text(json, "text", poll.text);
  add_text(json, "name", poll.name);
  add_range(json, "interval", poll.interval);
  json.key("times").number(poll.times);
}

template <class Entry>
std::string line_of(const Entry& entry) {
  std::string line;
  JsonWriter json{line};
  json.begin_object();
  add(json, entry);
  json.end_object();
  return line;
}

template <class Entry>
void add_list(std::string& out, std::string_view name, const std::vector<Entry>& entries) {
  out += ",\n      \"";
  out += name;
  out += "\": [";
  bool first = true;
  for (const Entry& entry : entries) {
    out += first ? "\n        " : ",\n        ";
    first = false;
    out += line_of(entry);
  }
  out += entries.empty() ? "]" : "\n      ]";
}

std::string progress_json(const LearningProgress& progress) {
  std::string out;
  JsonWriter json{out};
  json.begin_object();
  json.key("from").text(format_time(progress.from));
  json.key("to").text(format_time(progress.to));
  json.key("last_new").text(format_time(progress.last_new));
  json.key("entries").number(progress.entries);
  json.key("new_of_late").number(progress.new_of_late);
  json.key("not_kept").number(progress.not_kept);
  json.key("percent").number(static_cast<std::uint64_t>(progress.percent()));
  json.end_object();
  return out;
}

std::string text_json(std::string_view text) {
  std::string out;
  JsonWriter{out}.text(printable(text));
  return out;
}

void add_zone(std::string& out, const BaselineZone& zone) {
  out += "    {\n      \"zone\": " + text_json(zone.name);
  out += ",\n      \"state\": ";
  out += zone.state == BaselineZone::State::locked ? "\"locked\"" : "\"learning\"";
  out += ",\n      \"progress\": " + progress_json(zone.progress);
  out += ",\n      \"hours\": ";
  std::string hours;
  JsonWriter{hours}.texts(hours_text(zone.hours));
  out += hours;
  add_list(out, "hosts", zone.hosts);
  add_list(out, "facts", zone.facts);
  add_list(out, "certificates", zone.certificates);
  add_list(out, "talkers", zone.talkers);
  add_list(out, "operations", zone.operations);
  add_list(out, "writes", zone.writes);
  add_list(out, "reads", zone.reads);
  add_list(out, "polls", zone.polls);
  out += "\n    }";
}

}  // namespace

std::string entry_json(const BaselineHost& host) { return line_of(host); }
std::string entry_json(const BaselineTalker& talker) { return line_of(talker); }
std::string entry_json(const BaselineOperation& operation) { return line_of(operation); }
std::string entry_json(const BaselineTarget& target) { return line_of(target); }
std::string entry_json(const BaselinePoll& poll) { return line_of(poll); }

std::string baseline_json(BaselineData data) {
  sort(data);
  std::string out = "{\n  \"schema\": " + text_json(kBaselineSchema);
  out += ",\n  \"name\": " + text_json(data.name);
  out += ",\n  \"site\": " + text_json(data.site);
  out += ",\n  \"learned\": {\"from\":\"" + format_time(data.from) + R"(","to":")" +
         format_time(data.to) + R"("})";
  out += ",\n  \"zones\": [";
  bool first = true;
  for (const BaselineZone& zone : data.zones) {
    out += first ? "\n" : ",\n";
    first = false;
    add_zone(out, zone);
  }
  out += data.zones.empty() ? "]" : "\n  ]";
  return out + "\n}\n";
}

}  // namespace prahari
