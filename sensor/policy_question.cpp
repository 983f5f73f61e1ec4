#include "sensor/policy_question.hpp"

#include <algorithm>
#include <charconv>

#include "dissectors/registry.hpp"
#include "rules/allow_parser.hpp"
#include "rules/member.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kUnspecified = "(unspecified)";  // no table of any protocol

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

}  // namespace

std::string place_of(const Site& site, std::uint16_t file, int line) {
  return site.file_of(file) + ':' + std::to_string(line);
}

Result<AskedHost> host_of(const std::string& text, const Policy& policy, State* state,
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
  AskedHost host{key, host_text(key), policy.membership(key)};
  if (const SiteAsset* asset = policy.asset_of(key)) {
    host.words += " (" + asset->name + ')';
  }
  return host;
}

// Of traffic that no dissector of ours reads: by its transport and port.
Request request_by_port(Request plain, std::string_view protocol) {
  plain.transport = protocol == "icmp"            ? Transport::icmp
                    : protocol.starts_with("udp") ? Transport::udp
                                                  : Transport::tcp;
  protocol.remove_prefix(std::min<std::size_t>(4, protocol.size()));
  std::from_chars(protocol.begin(), protocol.end(), plain.server_port);
  return plain;
}

// One request for each target that the words name, or one for any.
void add_targets(Question& question, Request plain) {
  const std::vector<TargetLimit>& targets = question.allow->targets;
  std::uint32_t unit = 0;
  for (const TargetLimit& limit : targets) {
    unit = limit.name == "unit" ? limit.ranges.front().first : unit;
  }
  question.texts.reserve(targets.size());
  for (const TargetLimit& limit : targets) {
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
    question.requests.push_back(request_by_port(plain, allow.protocol));
    return Result<Question>{std::move(question)};
  }
  add_targets(question, plain);
  return Result<Question>{std::move(question)};
}

}  // namespace prahari
