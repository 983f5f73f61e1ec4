#include "rules/baseline_seen.hpp"

#include <algorithm>

#include "dissectors/registry.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::size_t kLongestText = 200;

bool names_no_host(const Endpoint& end) noexcept {
  return end.ip.multicast() || end.ip.broadcast() || end.ip.unspecified() || end.mac.group() ||
         (end.ip.empty() && end.mac.empty());
}

bool plain(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

bool between_hosts(const Event& event) noexcept {
  return !names_no_host(event.client) && !names_no_host(event.server);
}

BaselineService message_service(const Event& event) noexcept {
  return {.protocol = event.protocol, .transport = Transport::none, .port = 0};
}

BaselineService flow_service(const Event& event) noexcept {
  if (event.transport != Transport::tcp && event.transport != Transport::udp) {
    return {.protocol = Protocol::unknown, .transport = event.transport, .port = 0};
  }
  if (!tells_service(event)) {  // picked up in the middle: nothing tells who serves whom
    return {.protocol = Protocol::unknown, .transport = event.transport, .port = 0};
  }
  const auto layer =
      event.transport == Transport::udp ? Binding::Layer::udp_port : Binding::Layer::tcp_port;
  const Protocol home = at_home({layer, event.server.port});
  if (home != Protocol::unknown) {
    return {.protocol = home, .transport = Transport::none, .port = 0};
  }
  const std::uint16_t port =
      event.server.port < kFirstDynamicPort ? event.server.port : std::uint16_t{0};
  return {.protocol = Protocol::unknown, .transport = event.transport, .port = port};
}

bool tells_service(const Event& event) noexcept {
  return event.flow_facts.client_known &&
         (event.transport == Transport::tcp || event.transport == Transport::udp);
}

bool asks(const Event& event) noexcept {
  return event.message.kind == Kind::request || event.message.kind == Kind::oneway;
}

void see_target(const Event& event, SeenTarget& out) {
  const MessageFacts& message = event.message;
  out.query = {.unit = message.unit,
               .table = message.table,
               .first = message.address,
               .count = message.count,
               .text = event.text.substr(0, kLongestText)};
  out.forgotten = event.kind == EventKind::tally && message.count == 0 && message.table.empty();
  if (!plain(out.query.text)) {
    out.kept = printable(out.query.text);
    out.query.text = out.kept;
  }
}

bool see_poll(const Event& event, PollQuery& out) noexcept {
  const MessageFacts& message = event.message;
  const std::string_view text = event.text.substr(0, kLongestText);
  out = {.unit = message.unit,
         .function = message.function,
         .sub_function = message.sub_function,
         .address = text.empty() && message.count > 0 ? message.address : 0,
         .by_client = event.from_client,
         .text = text};
  return !message.further && plain(text);
}

Heard heard_in(const Event& event, const Parties& parties) noexcept {
  switch (event.kind) {
    case EventKind::message:
    case EventKind::tally:
      return event.from_client ? Heard{.client = parties.client} : Heard{.server = parties.server};
    case EventKind::host:
      return {.client = parties.client};
    case EventKind::flow:  // when one ends, nothing need have been sent for long
      return event.flow_facts.stage == FlowStage::opened ? Heard{.client = parties.client}
             : event.flow_facts.stage == FlowStage::established
                 ? Heard{.client = parties.client, .server = parties.server}
                 : Heard{};
    default:
      return {};
  }
}

std::string_view section_of(const HostKey& host, const Policy& policy) noexcept {
  return policy.has_zones() ? policy.zone_name(policy.zone_of(host)) : kWholeSite;
}

HostKey device_key(const Endpoint& end, const VlanTags& vlan, AssetIndex asset,
                   const Inventory& inventory) noexcept {
  return {.ip = end.ip,
          .mac = asset == kNone ? MacAddress{} : inventory.asset(asset).mac,
          .vlan = vlan};
}

}  // namespace prahari
