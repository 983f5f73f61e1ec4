#include "rules/silence.hpp"

#include "rules/describe.hpp"

namespace prahari {
namespace {

bool is_controller(const Party& party, const RuleContext& context) {
  const HostKey key = host_key(party);
  if (is_protected(key, party.asset, context) || context.baseline == nullptr) {
    return is_protected(key, party.asset, context);
  }
  const BaselineHostIndex host = context.baseline->host(key);
  return context.baseline->host_entry(host).role == to_string(Role::controller);
}

}  // namespace

std::uint32_t silent_unit(Protocol protocol, std::uint32_t unit) noexcept {
  return protocol == Protocol::modbus ? unit : 0;
}

std::string of_unit_words(std::uint32_t unit) {
  return unit == 0 ? std::string{} : " unit " + std::to_string(unit);
}

Party party_of(const HostPlace& place, const RuleContext& context) {
  Party party;
  party.ip = place.ip;
  party.mac = place.mac;
  party.vlan = place.vlan;
  party.asset = place.ip.empty() ? context.inventory.find(place.mac)
                                 : context.inventory.find(place.ip, place.vlan);
  return party;
}

void complete_silence(Finding& finding, std::string_view what, const RuleContext& context) {
  finding.kind = kDeviceSilent;
  finding.severity = is_controller(finding.source, context) ? Severity::high : Severity::medium;
  finding.confidence = 80;
  finding.quiet = kSilenceQuiet;
  finding.dedup_key = party_id(finding.source, context.inventory);
  finding.dedup_key += what;
  finding.certin = CertInClass::none;
  finding.attack = {kSilenceAttack[0], kSilenceAttack[1]};
}

}  // namespace prahari
