// prahari policy explain: which line decides about two hosts, and why.

#include <array>
#include <charconv>
#include <chrono>

#include <nlohmann/json.hpp>

#include "alerts/text.hpp"
#include "capture/time_text.hpp"
#include "rules/member.hpp"
#include "rules/wording.hpp"
#include "sensor/policy_question.hpp"
#include "sensor/policy_source.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

std::string level_words(double level) {
  return level == level ? ", level " + number_text(level) : std::string{};
}

std::string zone_words(const AskedHost& host, const Policy& policy) {
  const Membership& is = host.membership;
  std::string words =
      "zone " + std::string{policy.zone_name(is.zone)} + level_words(policy.level(is.zone));
  return is.member == nullptr ? words + ", since no zone names it"
                              : words + ", by " + in_quotes(to_string(*is.member)) + " in " +
                                    place_of(policy.site(), is.file, is.line);
}

std::string as_text(const Policy& policy, const AskedHost& from, const AskedHost& to,
                    const Question& question, Timestamp now, const Answer& answer) {
  std::string out = "from      " + from.words + ": " + zone_words(from, policy) + '\n';
  out += "to        " + to.words + ": " + zone_words(to, policy) + '\n';
  if (question.allow) {
    out += "asked     " + question.allow->text + ", " + format_time(now).substr(0, 19) + "Z (" +
           weekday_words(now, policy.site().timezone) + " at the site)\n";
  }
  std::string_view head = "looked at ";
  for (const PolicyStep& step : answer.steps) {
    out += std::string{head} + step.place + "  " + step.what + ": " + step.says + '\n';
    head = "          ";
  }
  out += "verdict   " + answer.verdict +
         (answer.decided_by.empty() ? "" : " (" + answer.decided_by + ')') + '\n';
  std::string safe;
  std::string_view rest = out;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    safe += terminal_text(rest.substr(0, end), 1000) + '\n';
    rest.remove_prefix(end + 1);
  }
  return safe;
}

Json host_json(const AskedHost& host, const Policy& policy) {
  const Membership& is = host.membership;
  const double level = policy.level(is.zone);
  return {{"ip", host.key.ip.empty() ? Json() : Json(to_string(host.key.ip))},
          {"mac", host.key.mac.empty() ? Json() : Json(to_string(host.key.mac))},
          {"host", host.words},
          {"zone", policy.zone_name(is.zone)},
          {"level", level == level ? Json(level) : Json()},
          {"member", is.member == nullptr ? Json() : Json(to_string(*is.member))},
          {"file", is.member == nullptr ? Json() : Json(policy.site().file_of(is.file))},
          {"line", is.member == nullptr ? Json() : Json(is.line)}};
}

std::string as_json(const Policy& policy, const AskedHost& from, const AskedHost& to,
                    const Question& question, Timestamp now, const Answer& answer) {
  Json steps = Json::array();
  for (const PolicyStep& step : answer.steps) {
    steps.push_back({{"place", step.place}, {"what", step.what}, {"says", step.says}});
  }
  const Json out = {{"from", host_json(from, policy)},
                    {"to", host_json(to, policy)},
                    {"asked", question.allow ? Json(question.allow->text) : Json()},
                    {"at", format_time(now)},
                    {"looked_at", std::move(steps)},
                    {"allowed", answer.allowed},
                    {"verdict", answer.verdict},
                    {"decided_by", answer.decided_by.empty() ? Json() : Json(answer.decided_by)}};
  return dump_json(out, 2) + '\n';
}

Result<Timestamp> time_of(const Arguments& arguments) {
  if (!arguments.has("at")) {
    return Timestamp{std::chrono::system_clock::now().time_since_epoch()};
  }
  Timestamp at;
  if (!parse_time(arguments.value("at"), at)) {
    return Error{"--at: expected a time such as 2026-11-22T09:00:00+05:30, found " +
                     in_quotes(arguments.value("at")),
                 Error::Kind::usage};
  }
  return at;
}

Result<std::optional<std::uint16_t>> vlan_of(const Arguments& arguments) {
  if (!arguments.has("vlan")) {
    return std::optional<std::uint16_t>{};
  }
  const std::string text = arguments.value("vlan");
  std::uint16_t id = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc{} || end != text.data() + text.size() || id > 4094) {
    return Error{"--vlan: expected a number from 0 to 4094, found " + in_quotes(text),
                 Error::Kind::usage};
  }
  return std::optional{id};
}

Exit run_explain(const Arguments& arguments) {
  const auto now = time_of(arguments);
  const auto vlan = vlan_of(arguments);
  if (!now || !vlan) {
    return report(!now ? now.error() : vlan.error());
  }
  auto site = load_good_site(arguments.value("site"));
  if (!site) {
    return report(site.error());
  }
  const Policy policy{std::move(*site)};
  std::optional<State> state;
  if (arguments.has("state")) {
    auto opened = open_state(arguments);
    if (!opened) {
      return report(opened.error());
    }
    state.emplace(std::move(*opened));
  }
  State* known = state ? &*state : nullptr;
  const auto from = host_of(arguments.value("FROM"), policy, known, *vlan);
  const auto to = host_of(arguments.value("TO"), policy, known, *vlan);
  if (!from || !to) {
    return report(!from ? from.error() : to.error());
  }
  Question question;
  if (arguments.has("PROTOCOL")) {
    auto asked = question_of(arguments.value("PROTOCOL"), arguments.value("OP"), *now);
    if (!asked) {
      return report(asked.error());
    }
    question = std::move(*asked);
  }
  const Answer answer = answer_of(policy, *from, *to, question, *now);
  const bool json = arguments.value("format", "table") == "json";
  const Status shown = write_out(json ? as_json(policy, *from, *to, question, *now, answer)
                                      : as_text(policy, *from, *to, question, *now, answer));
  if (!shown) {
    return report(shown.error());
  }
  return answer.allowed ? Exit::done : Exit::found;
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    {.names = "FROM",
     .value = "HOST",
     .help = "who opens: an address, a MAC address or the name of an asset",
     .required = true},
    {.names = "TO", .value = "HOST", .help = "who answers", .required = true},
    {.names = "PROTOCOL",
     .value = "P",
     .help = "such as modbus, tcp/443 or icmp; without it all that is allowed is listed"},
    {.names = "OP",
     .value = "OP",
     .help = "operation class, and targets if you like: write@unit=1,holding=100-119"},
    {.names = "--site", .value = "FILE", .help = "the site file (TOML)", .required = true},
    {.names = "--state",
     .value = "DIR",
     .help = "look up names, MAC addresses and VLANs in this result folder"},
    {.names = "--vlan", .value = "N", .help = "the VLAN in which they meet"},
    {.names = "--at",
     .value = "TIME",
     .help = "when, such as 2026-11-22T09:00:00+05:30 (default: now)"},
    {.names = "--format", .value = "F", .help = "table (default) or json", .choices = "table|json"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari policy explain --site site.toml 10.20.10.10 10.20.110.21 modbus "
    "write@unit=1,holding=100"
    "\tMay the HMI write this register, and which line says so",
    "prahari policy explain --site site.toml HMI-1 'PLC-1 filler'\tAll that is allowed between two",
});

}  // namespace

extern constinit const CommandSpec policy_explain_command{
    .path = "policy explain",
    .summary = "say which line of a site file decides about two hosts, and why",
    .description =
        "Names the zone of each host and the member that puts it there, every entry that was "
        "looked at, and what decides: conduit, schedule, exception, permit or ignore. Status 0: "
        "allowed; 1: refused.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_explain,
};

}  // namespace prahari
