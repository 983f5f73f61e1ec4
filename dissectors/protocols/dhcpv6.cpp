// DHCPv6: names and software of those who ask, by the hardware address in their DUID.
//
// RFC 8415; RFC 4704 (full name).

#include <algorithm>
#include <string>

#include "dissectors/datagram_session.hpp"
#include "dissectors/frame_facts.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t { kType, kXid, kDuid, kMac, kFqdn, kVendorClass, kAddress, kServerDuid };
constexpr std::array<std::string_view, kServerDuid + 1> kFields = {
    "type", "xid", "duid", "mac", "fqdn", "vendor_class", "address", "server_duid"};

enum ProblemIndex : std::uint8_t { kForeign, kTruncated };
constexpr std::array kProblems = {
    Problem{"non_dhcpv6_on_port", "the DHCPv6 port carries something else", false},
    Problem{"dhcpv6_truncated", "an option of the DHCPv6 message ends before its length does",
            false},
};

constexpr std::uint8_t kConfidence = 80;
constexpr std::uint8_t kServerConfidence = 90;
constexpr std::size_t kMostOptions = 64;
constexpr std::uint8_t kAdvertise = 2;
constexpr std::uint8_t kReply = 7;
constexpr std::uint8_t kReconfigure = 10;
constexpr std::uint8_t kRelayForward = 12;
constexpr std::uint8_t kRelayReply = 13;
constexpr std::uint8_t kLeaseQueryReply = 15;  // and what follows it, RFC 5007, RFC 5460

constexpr std::array<std::string_view, 18> kNames = {
    "DHCPv6 Message",          "DHCPv6 Solicit",
    "DHCPv6 Advertise",        "DHCPv6 Request",
    "DHCPv6 Confirm",          "DHCPv6 Renew",
    "DHCPv6 Rebind",           "DHCPv6 Reply",
    "DHCPv6 Release",          "DHCPv6 Decline",
    "DHCPv6 Reconfigure",      "DHCPv6 Information",
    "DHCPv6 Relay Forward",    "DHCPv6 Relay Reply",
    "DHCPv6 Lease Query",      "DHCPv6 Lease Query Reply",
    "DHCPv6 Lease Query Done", "DHCPv6 Lease Query Data"};

struct Said {
  std::uint8_t type = 0;
  std::uint32_t xid = 0;
  Bytes duid;
  Bytes server_duid;
  Bytes vendor_class;
  MacAddress mac;
  IpAddress address;
  std::string fqdn;
  bool truncated = false;
};

constexpr bool from_server(std::uint8_t type) noexcept {
  return type == kAdvertise || type == kReply || type == kReconfigure || type == kRelayReply ||
         type >= kLeaseQueryReply;
}

MacAddress mac_of(Bytes duid) noexcept {
  constexpr std::uint16_t kWithTime = 1;
  constexpr std::uint16_t kPlain = 3;
  constexpr std::uint16_t kEthernet = 1;
  Reader in{duid};
  const std::uint16_t kind = in.be16();
  const std::uint16_t hardware = in.be16();
  if ((kind != kWithTime && kind != kPlain) || hardware != kEthernet) {
    return {};
  }
  in.skip(kind == kWithTime ? 4 : 0);
  const MacAddress mac = MacAddress::read(in);
  return in.ok() && in.remaining() == 0 && !mac.group() ? mac : MacAddress{};
}

std::string name_in(Reader in) {
  constexpr std::size_t kMost = 253;
  std::string text;
  TextBuffer buffer;
  in.skip(1);
  while (in.remaining() > 0 && text.size() < kMost) {
    const Bytes label = in.take(in.u8());
    if (label.empty()) {
      break;
    }
    text += text.empty() ? "" : ".";
    text += clean_text(label, buffer);
  }
  text.resize(std::min(text.size(), kMost));
  return text;
}

IpAddress address_in(Reader in) noexcept {
  constexpr std::uint16_t kAddressOption = 5;
  in.skip(12);
  const std::uint16_t code = in.be16();
  in.skip(2);
  const IpAddress ip = IpAddress::read_v6(in);
  return in.ok() && code == kAddressOption ? ip : IpAddress{};
}

void read_option(std::uint16_t code, Reader body, Said& said) {
  switch (code) {
    case 1:
      said.duid = body.rest();
      said.mac = mac_of(said.duid);
      break;
    case 2:
      said.server_duid = body.rest();
      break;
    case 3:
      said.address = address_in(body);
      break;
    case 16:
      body.skip(4);
      said.vendor_class = body.take(body.be16());
      break;
    case 39:
      said.fqdn = name_in(body);
      break;
    default:
      break;
  }
}

Said read(Bytes datagram) {
  Said said;
  Reader in{datagram};
  said.type = in.u8();
  if (said.type == kRelayForward || said.type == kRelayReply) {
    return said;  // hop count, addresses, and the message in an option
  }
  said.xid = in.be24();
  for (std::size_t i = 0; i < kMostOptions && in.remaining() > 0; ++i) {
    const std::uint16_t code = in.be16();
    const std::uint16_t size = in.be16();
    const Reader body = in.sub(size);
    if (!in.ok()) {
      said.truncated = true;
      break;
    }
    read_option(code, body, said);
  }
  return said;
}

void tell(const Said& said, Emitter& out) {
  if (from_server(said.type)) {
    Facts{out, "DHCPv6 answer", kServerConfidence}.value(Of::service, "DHCPv6 server");
  }
  if (said.mac.empty()) {
    return;
  }
  const Identity::Host client{said.mac, {}};
  if (!from_server(said.type)) {
    const Facts facts{out, "DHCPv6 request", kConfidence, &client};
    facts.value(Of::name, said.fqdn);
    TextBuffer buffer;
    const std::string_view words = clean_text(said.vendor_class, buffer);
    facts.value(Of::os, words.starts_with("MSFT ") ? "Windows" : std::string_view{});
    facts.value(Of::software, words);
  } else if (said.type == kReply && !said.address.empty()) {
    Facts{out, "DHCPv6 answer", kConfidence, &client}.value(
        Of::ip_config, to_string(said.address) + ", by DHCPv6");
  }
}

void show(const Said& said, Fields& fields) {
  fields.number(kType, said.type);
  fields.number(kXid, said.xid);
  if (!said.duid.empty()) {
    fields.hex(kDuid, said.duid);
  }
  if (!said.mac.empty()) {
    fields.text(kMac, to_string(said.mac));
  }
  if (!said.fqdn.empty()) {
    fields.text(kFqdn, said.fqdn);
  }
  if (!said.vendor_class.empty()) {
    show_text(fields, kVendorClass, said.vendor_class);
  }
  if (!said.address.empty()) {
    fields.text(kAddress, to_string(said.address));
  }
  if (!said.server_duid.empty()) {
    fields.hex(kServerDuid, said.server_duid);
  }
}

bool is_dhcpv6(Bytes datagram) noexcept {
  const std::uint8_t type = Reader{datagram}.u8();
  return datagram.size() >= 4 && type >= 1 && type < kNames.size();
}

class Dhcpv6Session final : public DatagramSession {
 public:
  Dhcpv6Session() noexcept : DatagramSession(Protocol::dhcpv6, kForeign) {}

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    const Said said = read(pdu.bytes);
    const bool answer = from_server(said.type);
    if (pdu.direction == Direction::unknown) {
      out.client_is(answer ? other(pdu.side) : pdu.side);
    }
    if (!said.truncated) {
      tell(said, out);
    }
    Message message = announcement(Protocol::dhcpv6, kNames[said.type % kNames.size()]);
    message.kind = answer ? Kind::response : Kind::request;
    message.direction = answer ? Direction::to_client : Direction::to_server;
    message.function = said.type;
    message.problems = said.truncated ? 1U << kTruncated : 0U;
    if (Fields* fields = out.fields()) {
      show(said, *fields);
    }
    out.message(message);
  }

 private:
  [[nodiscard]] bool mine(Bytes datagram) const noexcept override { return is_dhcpv6(datagram); }
};

Probe probe(const ProbeInput& input) noexcept {
  if (!input.bound || input.transport != Transport::udp || !is_dhcpv6(input.head)) {
    return {};
  }
  const bool answer = from_server(Reader{input.head}.u8());
  return {Probe::Answer::yes, answer ? Direction::to_client : Direction::to_server, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 546},
                                  Binding{Binding::Layer::udp_port, 547}};

}  // namespace

extern constinit const Dissector dhcpv6_dissector;
constinit const Dissector dhcpv6_dissector{
    .protocol = Protocol::dhcpv6,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<Dhcpv6Session>();
    },
    .opaque = true,
};

}  // namespace prahari
