// prahari policy explain: which line decides about two hosts, and why.

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <nlohmann/json.hpp>

#include "alerts/text.hpp"
#include "capture/time_text.hpp"
#include "dissectors/registry.hpp"
#include "rules/allow_parser.hpp"
#include "rules/conduit_finding.hpp"
#include "rules/exception_state.hpp"
#include "rules/member.hpp"
#include "rules/site_names.hpp"
#include "rules/wording.hpp"
#include "sensor/policy_source.hpp"
#include "sensor/state.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kUnspecified = "(unspecified)";  // no table of any protocol

// One end of the question.
struct Host {
  HostKey key;
  std::string words;
  Membership membership;
};

// What is asked: one request for each target that was named.
struct Question {
  std::optional<Allow> allow;
  std::vector<std::string> texts;  // that the requests look into
  std::vector<Request> requests;
  bool any_target = false;  // none was named, though the protocol has some
};

// A line of the site file that was looked at, and what it says.
struct Step {
  std::string place;
  std::string what;
  std::string says;
};

struct Answer {
  bool allowed = false;
  std::string verdict;
  std::string decided_by;  // file and line; empty where none
  std::vector<Step> steps;
};

std::string place_of(const Site& site, std::uint16_t file, int line) {
  return site.file_of(file) + ':' + std::to_string(line);
}

std::string host_text(const HostKey& key) {
  return key.ip.empty() ? to_string(key.mac) : to_string(key.ip);
}

// A name of the site file or of the inventory; the error says what was expected.
Result<HostKey> named_host(const std::string& text, const Policy& policy, State* state) {
  for (const SiteAsset& asset : policy.site().assets) {
    if (asset.name != text) {
      continue;
    }
    HostKey key;
    if (const auto* mac = std::get_if<MacPattern>(&asset.match);
        mac != nullptr && mac->octets == 6) {
      key.mac = mac->mac;
      return key;
    }
    const auto* prefix = std::get_if<IpPrefix>(&asset.match);
    if (prefix != nullptr && prefix->length == (prefix->network.v4() ? 32 : 128)) {
      key.ip = prefix->network;
      return key;
    }
    return Error{in_quotes(text) + " is several hosts (" + to_string(asset.match) +
                     "); name one by its address",
                 Error::Kind::usage};
  }
  if (state != nullptr) {
    auto found = state->reader.assets_named(text);
    if (!found) {
      return found.error();
    }
    if (!found->empty()) {
      const Asset& asset = found->front().asset;
      HostKey key{asset.ip(), asset.mac, {}};
      return key;
    }
  }
  std::vector<std::string_view> names;
  for (const SiteAsset& asset : policy.site().assets) {
    names.push_back(asset.name);
  }
  return Error{"no host is called " + in_quotes(text) +
                   "; expected an address, a MAC address or the name of an [[asset]]" +
                   (state == nullptr ? ", or with --state a name of the inventory" : "") +
                   did_you_mean(text, names),
               Error::Kind::usage};
}

// What an inventory knows of the address: its MAC address and VLAN decide about zones too.
void complete(HostKey& key, State* state) {
  if (state == nullptr) {
    return;
  }
  const auto found = state->reader.assets_named(host_text(key));
  if (!found || found->size() != 1) {
    return;
  }
  const Asset& asset = found->front().asset;
  if (key.mac.empty() && !asset.has_role(Role::router)) {
    key.mac = asset.mac;
  }
  if (key.ip.empty()) {
    key.ip = asset.ip();
  }
  for (const AddressUse& use : asset.addresses) {
    if (use.ip == key.ip && use.heard && key.vlan.count == 0) {
      key.vlan = use.vlan;
    }
  }
}

Result<Host> host_of(const std::string& text, const Policy& policy, State* state,
                     std::optional<std::uint16_t> vlan) {
  HostKey key;
  const std::string_view mac = std::string_view{text}.substr(text.starts_with("mac:") ? 4 : 0);
  if (!parse(text, key.ip) && !parse(mac, key.mac)) {
    auto named = named_host(text, policy, state);
    if (!named) {
      return named.error();
    }
    key = *named;
  }
  if (vlan) {
    key.vlan.push(*vlan);
  }
  complete(key, state);
  Host host{key, host_text(key), policy.membership(key)};
  if (const SiteAsset* asset = policy.asset_of(key)) {
    host.words += " (" + asset->name + ')';
  }
  return host;
}

Target target_of(const TargetLimit& limit, std::uint32_t unit, std::vector<std::string>& texts) {
  Target target;
  target.unit = unit;
  if (limit.match == TargetLimit::Match::device) {
    return target;
  }
  target.table = limit.name;
  target.count = 1;
  if (limit.match == TargetLimit::Match::numbers) {
    target.address = limit.ranges.front().first;
    target.count = limit.ranges.front().last - limit.ranges.front().first + 1;
    return target;
  }
  texts.push_back(limit.text);
  if (limit.match == TargetLimit::Match::elements) {
    const NumberRange& range = limit.ranges.front();
    texts.back() += '[' + std::to_string(range.first) + ']' + limit.rest;
    target.count = range.last - range.first + 1;
  }
  target.text = texts.back();
  return target;
}

Result<Question> question_of(const std::string& protocol, const std::string& operation,
                             Timestamp now) {
  Question question;
  const std::string text = operation.empty() ? protocol : protocol + ':' + operation;
  auto parsed = parse_allow(text);
  if (const auto* problem = std::get_if<std::string>(&parsed)) {
    return Error{*problem, Error::Kind::usage};
  }
  question.allow = std::get<Allow>(std::move(parsed));
  const Allow& allow = *question.allow;
  Request plain;
  plain.time = now;
  plain.transport = Transport::tcp;
  if (allow.protocol == "any" || (!allow.operation && !allow.calls && !operation.empty())) {
    return Error{"expected one protocol and one operation class, found " + in_quotes(text),
                 Error::Kind::usage};
  }
  for (const Dissector* one : all_dissectors()) {
    if (to_string(one->protocol) == allow.protocol && !one->opaque) {
      plain.protocol = one->protocol;
      plain.has_operation = true;
      plain.operation = allow.operation.value_or(Operation::control);
      plain.name = allow.calls ? "Call" : "";
    }
  }
  if (!plain.has_operation) {
    plain.transport = allow.protocol == "icmp"            ? Transport::icmp
                      : allow.protocol.starts_with("udp") ? Transport::udp
                                                          : Transport::tcp;
    const std::string_view port =
        std::string_view{allow.protocol}.substr(std::min<std::size_t>(4, allow.protocol.size()));
    std::from_chars(port.begin(), port.end(), plain.server_port);
    question.requests.push_back(plain);
    return question;
  }
  std::uint32_t unit = 0;
  for (const TargetLimit& limit : allow.targets) {
    unit = limit.name == "unit" ? limit.ranges.front().first : unit;
  }
  question.texts.reserve(allow.targets.size());
  for (const TargetLimit& limit : allow.targets) {
    if (limit.name != "unit") {
      question.requests.push_back(plain);
      question.requests.back().target = target_of(limit, unit, question.texts);
    }
  }
  if (question.requests.empty()) {
    question.any_target = true;
    plain.target = {.table = kUnspecified, .text = {}, .unit = unit, .address = 0, .count = 1};
    question.requests.push_back(plain);
  }
  return question;
}

std::string says(ConduitEntryVerdict verdict, const Conduit& conduit, const Question& question) {
  switch (verdict) {
    case ConduitEntryVerdict::allows:
      return "allows it";
    case ConduitEntryVerdict::closed:
      return "allows it, but only " + conduit.schedule.words();
    case ConduitEntryVerdict::other_target:
      return question.any_target ? "allows it on these targets only" : "other targets";
    default:
      return "another protocol or class";
  }
}

class Explainer {
 public:
  Explainer(const Policy& policy, const Host& from, const Host& to, const Question& question,
            Timestamp now)
      : policy_(policy), from_(from), to_(to), question_(question), now_(now) {}

  Answer run() {
    if (from_.membership.zone == to_.membership.zone) {
      answer_.allowed = true;
      answer_.verdict = "allowed: both are in zone " + zone(from_) +
                        ", and traffic inside one zone needs no conduit";
      return answer_;
    }
    if (!policy_.has_zones()) {
      answer_.allowed = true;
      answer_.verdict = "allowed: the file has no zones, so conduit rules are off";
      return answer_;
    }
    if (question_.requests.empty()) {
      list_all();
      return answer_;
    }
    for (const Request& request : question_.requests) {
      consider(request);
      if (!answer_.allowed) {
        return answer_;
      }
    }
    return answer_;
  }

 private:
  [[nodiscard]] std::string zone(const Host& host) const {
    return std::string{policy_.zone_name(host.membership.zone)};
  }
  [[nodiscard]] std::string pair() const { return zone(from_) + " -> " + zone(to_); }

  // Without a question: everything that may pass.
  void list_all() {
    for (const ConsideredEntry& entry :
         policy_.consider(from_.membership.zone, to_.membership.zone, {})) {
      add(*entry.conduit, *entry.allow,
          entry.conduit->schedule.always() ? "allowed"
                                           : "allowed " + entry.conduit->schedule.words());
    }
    answer_.allowed = !answer_.steps.empty();
    answer_.verdict = answer_.allowed ? "allowed: what the conduits " + pair() + " list above"
                                      : "refused: no conduit " + pair() + " allows anything";
    for (const Exception& one : policy_.site().exceptions) {
      if (policy_.at(one.from, from_.key) && policy_.at(one.to, to_.key)) {
        add_exception(one, state_words(one, now_));
        answer_.allowed = answer_.allowed || now_ < one.until;
      }
    }
  }

  void add(const Conduit& conduit, const Allow& allow, std::string text) {
    const int line = allow.line == 0 ? conduit.line : allow.line;
    answer_.steps.push_back({place_of(policy_.site(), conduit.file, line),
                             "conduit " + pair() + "  " + allow.text, std::move(text)});
  }

  void add_exception(const Exception& one, std::string text) {
    answer_.steps.push_back({place_of(policy_.site(), one.file, one.line),
                             "exception " + one.from + " -> " + one.to + ", owner " + one.owner,
                             std::move(text)});
  }

  void decide(bool allowed, std::string verdict, std::string place) {
    answer_.allowed = allowed;
    answer_.verdict = std::move(verdict);
    answer_.decided_by = std::move(place);
  }

  void consider(const Request& request) {
    const Site& site = policy_.site();
    for (const ConsideredEntry& entry :
         policy_.consider(from_.membership.zone, to_.membership.zone, request)) {
      add(*entry.conduit, *entry.allow, says(entry.verdict, *entry.conduit, question_));
    }
    const Verdict verdict = policy_.judge(from_.membership.zone, to_.membership.zone, request);
    if (verdict.allowed) {
      const std::string place = place_of(site, verdict.conduit->file, verdict.allow->line);
      decide(true,
             "allowed by " + in_quotes(verdict.allow->text, 200) + " of the conduit " + pair(),
             place);
      return;
    }
    refuse(verdict);
    except(request);
    permit(request);
    silence(request);
  }

  void refuse(const Verdict& verdict) {
    const std::string what = in_quotes(question_.allow->text, 200);
    if (verdict.closed) {
      decide(false,
             "refused: the conduit " + pair() + " allows it only " +
                 verdict.conduit->schedule.words() + ", and it is " +
                 weekday_words(now_, policy_.site().timezone),
             place_of(policy_.site(), verdict.conduit->file, verdict.conduit->line));
    } else if (verdict.depends_on_target) {
      decide(false,
             question_.any_target
                 ? "refused in general: it is allowed on some targets only; name the target"
                 : "refused: the conduit " + pair() + " allows it on other targets only",
             "");
    } else {
      decide(false, "refused: no conduit " + pair() + " allows " + what, "");
    }
  }

  void except(const Request& request) {
    const Policy::Excepted found = policy_.excepted(from_.key, to_.key, request);
    const Exception* one = found.holds != nullptr ? found.holds : found.over;
    if (one == nullptr) {
      return;
    }
    add_exception(*one, found.holds != nullptr ? "allows it, " + state_words(*one, now_)
                                               : state_words(*one, now_));
    if (found.holds != nullptr) {
      decide(
          true,
          "allowed by an exception that " + one->owner + " answers for, " + state_words(*one, now_),
          place_of(policy_.site(), one->file, one->line));
    }
  }

  void permit(const Request& request) {
    if (!request.has_operation || answer_.allowed) {
      return;
    }
    const Permit* permit = policy_.permitted(from_.key, to_.key, request.operation, now_);
    if (permit != nullptr) {
      const std::string place = place_of(policy_.site(), permit->file, permit->line);
      answer_.steps.push_back({place, "permit " + permit->ticket, "covers it"});
      decide(true,
             "allowed as planned work: permit " + permit->ticket + " covers it, and it is recorded",
             place);
    }
  }

  void silence(const Request& request) {
    if (answer_.allowed) {
      return;
    }
    Finding finding;
    finding.kind = kConduitKind;
    finding.has_operation = request.has_operation;
    finding.source.ip = from_.key.ip;
    finding.source.mac = from_.key.mac;
    finding.source.vlan = from_.key.vlan;
    finding.destination.ip = to_.key.ip;
    finding.destination.mac = to_.key.mac;
    finding.destination.vlan = to_.key.vlan;
    if (const Ignore* ignore = policy_.ignored(finding, now_)) {
      const std::string place = place_of(policy_.site(), ignore->file, ignore->line);
      answer_.steps.push_back({place, "ignore: " + ignore->reason, "silences the alert"});
      answer_.verdict += "; an [[ignore]] silences the alert";
      answer_.decided_by = place;
    }
    for (const Host* host : {&from_, &to_}) {
      if (policy_.is_off(kConduitKind, host->membership.zone)) {
        answer_.verdict += "; zone " + zone(*host) + " has conduit-violation switched off";
      }
    }
  }

  const Policy& policy_;
  const Host& from_;
  const Host& to_;
  const Question& question_;
  Timestamp now_;
  Answer answer_;
};

std::string level_words(double level) {
  return level == level ? ", level " + number_text(level) : std::string{};
}

std::string zone_words(const Host& host, const Policy& policy) {
  const Membership& is = host.membership;
  std::string words =
      "zone " + std::string{policy.zone_name(is.zone)} + level_words(policy.level(is.zone));
  return is.member == nullptr ? words + ", since no zone names it"
                              : words + ", by " + in_quotes(to_string(*is.member)) + " in " +
                                    place_of(policy.site(), is.file, is.line);
}

std::string as_text(const Policy& policy, const Host& from, const Host& to,
                    const Question& question, Timestamp now, const Answer& answer) {
  std::string out = "from      " + from.words + ": " + zone_words(from, policy) + '\n';
  out += "to        " + to.words + ": " + zone_words(to, policy) + '\n';
  if (question.allow) {
    out += "asked     " + question.allow->text + ", " + format_time(now).substr(0, 19) + "Z (" +
           weekday_words(now, policy.site().timezone) + " at the site)\n";
  }
  std::string_view head = "looked at ";
  for (const Step& step : answer.steps) {
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

Json host_json(const Host& host, const Policy& policy) {
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

std::string as_json(const Policy& policy, const Host& from, const Host& to,
                    const Question& question, Timestamp now, const Answer& answer) {
  Json steps = Json::array();
  for (const Step& step : answer.steps) {
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
  const Answer answer = Explainer{policy, *from, *to, question, *now}.run();
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
