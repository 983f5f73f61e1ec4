#include "rules/describe.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "dissectors/unit.hpp"
#include "rules/target_parser.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::chrono::days kIgnoreFor{90};
constexpr std::size_t kLongestTarget = 200;

std::string two_digits(unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); }

std::string date_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  return std::to_string(static_cast<int>(date.year())) + '-' +
         two_digits(static_cast<unsigned>(date.month())) + '-' +
         two_digits(static_cast<unsigned>(date.day()));
}

std::string minute_of(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::minutes>(time - day)};
  return date_of(day) + 'T' + two_digits(static_cast<unsigned>(clock.hours().count())) + ':' +
         two_digits(static_cast<unsigned>(clock.minutes().count())) + 'Z';
}

// How the site file names this host.
std::string selector(const Party& party, const Policy& policy) {
  const SiteAsset* asset = policy.asset_of(host_key(party));
  if (asset != nullptr) {
    return asset->name;
  }
  if (!party.ip.empty()) {
    return to_string(party.ip);
  }
  return party.mac.empty() ? std::string{} : "mac:" + to_string(party.mac);
}

// "key = "value"" and the end of the line.
std::string line(std::string_view key, std::string_view value) {
  return value.empty() ? std::string{} : std::string{key} + " = " + in_quotes(value, 1000) + '\n';
}

std::string last_of(std::uint32_t first, std::uint32_t count) {
  return count > 1 ? '-' + std::to_string(std::uint64_t{first} + count - 1) : std::string{};
}

// "tag=Recipe[3-7]" for five elements from Recipe[3] on.
std::string limit_of_text(const MessageFacts& message, std::string_view text) {
  const std::size_t open = text.rfind('[');
  std::uint32_t index = 0;
  if (message.table == "tag" && text.ends_with(']') && open != std::string_view::npos &&
      open == text.find('[') && open > 0) {
    const std::string_view digits = text.substr(open + 1, text.size() - open - 2);
    const auto [end, failed] = std::from_chars(digits.begin(), digits.end(), index);
    const std::string_view base = text.substr(0, open);
    if (failed == std::errc{} && end == digits.end() &&
        base.find_first_of(",'\"*]") == std::string_view::npos) {
      return "tag=" + std::string{base} + '[' + std::to_string(index) +
             last_of(index, message.count) + ']';
    }
  }
  return text_target(message.table, text);
}

}  // namespace

HostKey host_key(const Endpoint& end, const VlanTags& vlan) noexcept {
  return {.ip = end.ip, .mac = end.mac, .vlan = vlan};
}

HostKey host_key(const Party& party) noexcept {
  return {.ip = party.ip, .mac = party.mac, .vlan = party.vlan};
}

Party client_party(const Event& event, const RuleContext& context) {
  return {.asset = context.parties.client,
          .ip = event.client.ip,
          .mac = event.client.mac,
          .vlan = event.vlan,
          .port = event.client.port,
          .zone = {}};
}

Party server_party(const Event& event, const RuleContext& context) {
  return {.asset = context.parties.server,
          .ip = event.server.ip,
          .mac = event.server.mac,
          .vlan = event.vlan,
          .port = event.server.port,
          .zone = {}};
}

KeptParty keep(Party party, const Inventory& inventory) {
  const std::uint32_t generation = party.asset == kNone ? 0 : inventory.generation(party.asset);
  return {std::move(party), generation};
}

Party recall(const KeptParty& kept, const Inventory& inventory) {
  Party party = kept.party;
  if (party.asset != kNone && !inventory.alive(party.asset, kept.generation)) {
    party.asset = kNone;
  }
  return party;
}

std::string party_id(const Party& party, const Inventory& inventory) {
  if (party.asset != kNone) {
    return inventory.asset(party.asset).id;
  }
  std::string id = party.ip.empty() ? to_string(party.mac) : to_string(party.ip);
  for (std::size_t i = 0; i < party.vlan.count; ++i) {
    id += (i == 0 ? " vlan " : ".") + std::to_string(party.vlan.ids[i]);
  }
  return id;
}

std::string host_words(const HostKey& host, const Policy& policy) {
  std::string words = host.ip.empty() ? to_string(host.mac) : to_string(host.ip);
  const SiteAsset* asset = policy.asset_of(host);
  return asset == nullptr ? words : words + " (" + asset->name + ')';
}

std::string target_words(const Event& event) {
  const MessageFacts& message = event.message;
  if (!event.text.empty()) {
    std::string words = is_slot(message.unit) || is_route(message.unit)
                            ? unit_words(message.unit) + ' '
                            : std::string{};
    words += message.table;
    words += message.table.empty() ? "" : " ";
    return words + printable(event.text.substr(0, kLongestTarget));
  }
  const bool has_object = message.count > 0 && !message.table.empty();
  if (!has_object && message.unit == 0) {
    return {};
  }
  // Unit 0 is a device of its own in Modbus only.
  const bool named = message.unit != 0 || event.protocol == Protocol::modbus;
  std::string words = named ? unit_words(message.unit) : std::string{};
  if (has_object) {
    words += words.empty() ? "" : " ";
    words += message.table;
    words += ' ' + std::to_string(message.address) + last_of(message.address, message.count);
  }
  return words;
}

std::string target_limit(const Event& event) {
  const MessageFacts& message = event.message;
  if (message.table.empty()) {
    return {};
  }
  if (!event.text.empty()) {
    const bool writable =
        event.text.size() <= kLongestTarget && printable(event.text) == event.text;
    return writable ? '@' + limit_of_text(message, event.text) : "";
  }
  if (message.count == 0) {
    return {};
  }
  const std::string unit =
      event.protocol == Protocol::modbus ? "unit=" + std::to_string(message.unit) + ',' : "";
  return '@' + unit + std::string{message.table} + '=' + std::to_string(message.address) +
         last_of(message.address, message.count);
}

std::string protocol_words(const Event& event) {
  if (event.protocol != Protocol::unknown) {
    return std::string{to_string(event.protocol)};
  }
  std::string words{to_string(event.transport)};
  if (event.transport == Transport::tcp || event.transport == Transport::udp) {
    words += '/' + std::to_string(event.server.port);
  }
  return words;
}

void set_operation(Finding& finding, const Event& event, const RuleContext& context) {
  const MessageFacts& message = event.message;
  finding.has_operation = true;
  finding.operation = message.operation;
  finding.operation_name = message.name;
  finding.target = target_words(event);
  const std::string name =
      printable(context.inventory.target_name(context.parties.server, message.table, event.text));
  if (finding.target.find(name) == std::string::npos) {  // always there if it is empty
    finding.target += " (" + name + ')';
  }
  for (std::size_t i = 0; i < std::min(message.values.size(), Message::kValues); ++i) {
    finding.values.push_back(message.values[i]);
  }
}

Finding event_finding(std::string_view kind, const Event& event, const RuleContext& context) {
  Finding finding;
  finding.kind = kind;
  finding.source = client_party(event, context);
  finding.destination = server_party(event, context);
  finding.protocol = protocol_words(event);
  finding.transport = to_string(event.transport);
  finding.evidence.push_back(event.packet);
  finding.state = event.state;
  return finding;
}

Finding message_finding(std::string_view kind, const Event& event, const RuleContext& context) {
  Finding finding = event_finding(kind, event, context);
  set_operation(finding, event, context);
  finding.outcome = event.message.outcome;
  finding.times = event.repeats + 1U;
  return finding;
}

std::string conduit_entry(std::string_view from, std::string_view to, std::string_view allow) {
  return "[[conduit]]\n" + line("from", from) + line("to", to) + "allow = [" +
         in_quotes(allow, 1000) + "]\n";
}

std::string ignore_entry(const Finding& finding, const Policy& policy, Timestamp now) {
  const auto until = std::chrono::floor<std::chrono::days>(now) + kIgnoreFor;
  return "[[ignore]]\n" + line("kind", finding.kind) +
         line("from", selector(finding.source, policy)) +
         line("to", selector(finding.destination, policy)) + "until = " + date_of(until) + '\n' +
         line("reason", "say here why this is expected");
}

std::string permit_entry(const Finding& finding, const Policy& policy, Timestamp now) {
  const std::string window = "valid = [" + in_quotes(minute_of(now)) + ", " +
                             in_quotes(minute_of(now + std::chrono::hours{4})) + "]\n";
  return "[[permit]]\n" + line("from", selector(finding.source, policy)) +
         line("to", selector(finding.destination, policy)) + "allow = [" +
         in_quotes(to_string(finding.operation)) + "]\n" + window +
         line("ticket", "number of the approved change");
}

bool is_protected(const HostKey& host, AssetIndex asset, const RuleContext& context) {
  constexpr std::array<std::string_view, 3> kTags = {"safety", "controller", "critical"};
  const SiteAsset* known = context.policy.asset_of(host);
  const bool tagged =
      known != nullptr &&
      (known->criticality == "safety" || std::ranges::any_of(kTags, [&](std::string_view tag) {
         return std::ranges::find(known->tags, tag) != known->tags.end();
       }));
  return tagged || (asset != kNone && context.inventory.asset(asset).has_role(Role::controller));
}

}  // namespace prahari
