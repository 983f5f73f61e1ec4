// Roles that follow from what a device says of itself: its type, its services, its software.
//
// Words are taken from fields whose sources are known, and a name that people gave is never one of
// them. Behaviour comes first: what a device was seen to do stands in classifier.cpp.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "inventory/classifier.hpp"

namespace prahari {
namespace {

using Field = Identity::Field;

constexpr std::uint8_t kFounded = 60;
constexpr std::uint8_t kServed = 40;  // that it answers in a protocol is beyond doubt

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

// How a text is compared with the words of a rule; both are in lower case.
enum class Match : std::uint8_t { whole, start, within };

struct Rule {
  Field field;
  Match match;
  std::string_view words;
  Role role;
};

constexpr auto kRules = std::to_array<Rule>({
    // LLDP and CDP capabilities, STP, VRRP and HSRP, SNMP sysServices
    {Field::device_type, Match::whole, "bridge", Role::network_switch},
    {Field::device_type, Match::within, "ethernet switch", Role::network_switch},
    {Field::device_type, Match::whole, "router", Role::router},
    {Field::device_type, Match::whole, "access point", Role::access_point},
    {Field::device_type, Match::whole, "telephone", Role::telephone},
    // PROFINET DCP
    {Field::device_type, Match::whole, "profinet io controller", Role::controller},
    {Field::device_type, Match::whole, "profinet io supervisor", Role::engineering},
    {Field::device_type, Match::start, "profinet io", Role::field_device},
    // CIP device profiles
    {Field::device_type, Match::within, " drive", Role::field_device},
    {Field::device_type, Match::within, "sensor", Role::field_device},
    {Field::device_type, Match::within, "encoder", Role::field_device},
    {Field::device_type, Match::within, "discrete i/o", Role::field_device},
    {Field::device_type, Match::within, "valve", Role::field_device},
    {Field::device_type, Match::within, "motor", Role::field_device},
    {Field::device_type, Match::start, "hart device", Role::field_device},
    // Siemens order numbers
    {Field::order_number, Match::start, "6es7 21", Role::controller},
    {Field::order_number, Match::start, "6es7 31", Role::controller},
    {Field::order_number, Match::start, "6es7 41", Role::controller},
    {Field::order_number, Match::start, "6es7 51", Role::controller},
    {Field::order_number, Match::start, "6es7 151-1", Role::field_device},
    {Field::order_number, Match::start, "6es7 151-3", Role::field_device},
    {Field::order_number, Match::start, "6es7 151-7", Role::controller},
    {Field::order_number, Match::start, "6es7 151-8", Role::controller},
    {Field::order_number, Match::start, "6es7 155", Role::field_device},
    {Field::order_number, Match::start, "6gk5", Role::network_switch},
    {Field::order_number, Match::start, "6av", Role::hmi},
    // What it serves
    {Field::service, Match::whole, "dhcp server", Role::infrastructure},
    {Field::service, Match::whole, "dhcpv6 server", Role::infrastructure},
    {Field::service, Match::whole, "bootp server", Role::infrastructure},
    {Field::service, Match::whole, "dns", Role::infrastructure},
    {Field::service, Match::start, "ntp", Role::infrastructure},
    {Field::service, Match::start, "virtual router", Role::router},
    {Field::service, Match::whole, "openvpn", Role::remote_access},
    {Field::service, Match::whole, "ike", Role::remote_access},
    {Field::service, Match::whole, "rdp", Role::remote_access},
    {Field::service, Match::whole, "vnc", Role::remote_access},
    {Field::service, Match::within, "_ipp", Role::printer},
    {Field::service, Match::within, "_printer._tcp", Role::printer},
    {Field::service, Match::within, "_pdl-datastream", Role::printer},
    {Field::service, Match::within, "printdevicetype", Role::printer},
    {Field::service, Match::within, "device:printer", Role::printer},
    {Field::service, Match::within, "networkvideotransmitter", Role::camera},
    {Field::os, Match::start, "windows", Role::windows_host},
});

// Words of products, in what a device tells of its software or model.
struct Product {
  std::string_view words;
  Role role;
};
constexpr auto kProducts = std::to_array<Product>({
    {"historian", Role::historian},
    {"osisoft", Role::historian},
    {"pi data archive", Role::historian},
    {"infoplus.21", Role::historian},
    {"tia portal", Role::engineering},
    {"step 7", Role::engineering},
    {"rslogix", Role::engineering},
    {"studio 5000", Role::engineering},
    {"unity pro", Role::engineering},
    {"control expert", Role::engineering},
    {"gx works", Role::engineering},
    {"cx-programmer", Role::engineering},
    {"twincat xae", Role::engineering},
    {"pc worx", Role::engineering},
    {"simatic hmi", Role::hmi},
    {"simatic wincc", Role::hmi},
    {"factorytalk view", Role::hmi},
    {"panelview", Role::hmi},
    {"wonderware intouch", Role::hmi},
    {"intellution ifix", Role::hmi},
    {"magelis", Role::hmi},
    {"comfort panel", Role::hmi},
    {"scalance x", Role::network_switch},
    {"ethernet switch", Role::network_switch},
    {"managed switch", Role::network_switch},
    {"laserjet", Role::printer},
    {"jetdirect", Role::printer},
    {"network camera", Role::camera},
    {"ip camera", Role::camera},
});
constexpr auto kProductFields =
    std::to_array<Field>({Field::software, Field::product, Field::model, Field::description,
                          Field::application, Field::product_uri});

bool matches(const Rule& rule, std::string_view text) noexcept {
  switch (rule.match) {
    case Match::whole:
      return text == rule.words;
    case Match::start:
      return text.starts_with(rule.words);
    case Match::within:
      return text.find(rule.words) != std::string_view::npos;
  }
  return false;
}

std::string reason_of(const Fact& fact) {
  constexpr std::size_t kShown = 60;
  std::string words = fact.value.substr(0, kShown);
  return fact.source + " says: " + std::string{to_string(fact.field)} + ' ' + words +
         (fact.value.size() > kShown ? "..." : "");
}

// The words of one rule may hold of a more special one too, which stands before it.
void judge(Asset& asset, const Fact& fact, std::string_view text) {
  const auto* const rule = std::ranges::find_if(
      kRules, [&](const Rule& one) { return one.field == fact.field && matches(one, text); });
  if (rule != kRules.end()) {
    hold(asset, {rule->role, reason_of(fact), fact.first});
  }
  if (std::ranges::find(kProductFields, fact.field) != kProductFields.end()) {
    for (const Product& product : kProducts) {
      if (text.find(product.words) != std::string_view::npos) {
        hold(asset, {product.role, reason_of(fact), fact.first});
      }
    }
  }
}

bool of_device(const Fact& fact) noexcept {
  return fact.unit == Identity::kNoUnit || fact.unit == 0 || fact.unit == 255;
}

}  // namespace

bool hold_told_roles(Asset& asset) {
  bool vpn = false;
  std::vector<const Fact*> told;
  for (const Fact& fact : asset.facts) {
    if (of_device(fact) && fact.confidence >= (fact.field == Field::service ? kServed : kFounded)) {
      told.push_back(&fact);
    }
  }
  // The surest first; what is as sure, in an order that depends on content only.
  std::ranges::sort(told, [](const Fact* a, const Fact* b) {
    return std::tuple{-a->confidence, a->field, std::string_view{a->value},
                      std::string_view{a->source}} < std::tuple{-b->confidence, b->field,
                                                                std::string_view{b->value},
                                                                std::string_view{b->source}};
  });
  for (const Fact* fact : told) {
    const std::string text = lower(fact->value);
    judge(asset, *fact, text);
    vpn |= fact->field == Field::service && (text == "openvpn" || text == "ike");
  }
  return vpn;
}

}  // namespace prahari
