// DHCP and BOOTP: what a device says of itself when it asks for an address, and who got which.
//
// RFC 951, RFC 2131, RFC 2132; RFC 3046 (relay), RFC 4702 (full name).

#include <algorithm>
#include <bit>
#include <string>

#include "dissectors/datagram_session.hpp"
#include "dissectors/frame_facts.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t {
  kType,
  kXid,
  kClientMac,
  kClientIp,
  kYourIp,
  kServerIp,
  kRelay,
  kHostname,
  kFqdn,
  kDomain,
  kVendorClass,
  kRequestedIp,
  kServerId,
  kRouter,
  kLease,
  kParameters,
  kClientId,
  kCircuit,
  kRemote
};
constexpr std::array<std::string_view, kRemote + 1> kFields = {
    "type",     "xid",        "client_mac", "client_ip",    "your_ip",      "server_ip", "relay",
    "hostname", "fqdn",       "domain",     "vendor_class", "requested_ip", "server_id", "router",
    "lease",    "parameters", "client_id",  "circuit",      "remote"};

enum ProblemIndex : std::uint8_t { kForeign, kTruncated };
constexpr std::array kProblems = {
    Problem{"non_dhcp_on_port", "the DHCP port carries something else", false},
    Problem{"dhcp_truncated", "an option of the DHCP message ends before its length does", false},
};

constexpr std::size_t kFixed = 236;  // up to the options
constexpr std::uint32_t kMagic = 0x63825363;
constexpr std::uint8_t kRequestOp = 1;
constexpr std::uint8_t kReplyOp = 2;
constexpr std::uint8_t kEthernet = 1;
constexpr std::size_t kMostOptions = 128;

constexpr std::uint8_t kConfidence = 80;
constexpr std::uint8_t kFingerprintConfidence = 60;
constexpr std::uint8_t kServerConfidence = 90;

enum Type : std::uint8_t {
  kBootp,
  kDiscover,
  kOffer,
  kRequest,
  kDecline,
  kAck,
  kNak,
  kRelease,
  kInform
};
constexpr std::array<std::string_view, 9> kNames = {
    "BOOTP Request", "DHCP Discover", "DHCP Offer",   "DHCP Request", "DHCP Decline",
    "DHCP ACK",      "DHCP NAK",      "DHCP Release", "DHCP Inform"};

// What one message says; views into the packet.
struct Said {
  std::uint8_t op = 0;
  std::uint8_t type = kBootp;
  std::uint32_t xid = 0;
  IpAddress client_ip;
  IpAddress your_ip;
  IpAddress server_ip;
  IpAddress relay;
  MacAddress mac;
  Bytes hostname;
  Bytes fqdn;  // behind its flags
  Bytes domain;
  Bytes vendor_class;
  Bytes parameters;
  Bytes client_id;
  Bytes circuit;
  Bytes remote;
  IpAddress requested;
  IpAddress server_id;
  IpAddress mask;
  IpAddress router;
  std::uint32_t lease = 0;
  bool fqdn_in_labels = false;
  bool truncated = false;
};

void read_relay(Bytes value, Said& said) noexcept {
  Reader in{value};
  while (in.remaining() >= 2) {
    const std::uint8_t kind = in.u8();
    const Bytes body = in.take(in.u8());
    if (kind == 1) {
      said.circuit = body;
    } else if (kind == 2) {
      said.remote = body;
    }
  }
}

void read_fqdn(Bytes value, Said& said) noexcept {
  constexpr std::uint8_t kInLabels = 4;
  Reader in{value};
  const std::uint8_t flags = in.u8();
  in.skip(2);
  said.fqdn_in_labels = (flags & kInLabels) != 0;
  said.fqdn = in.rest();
}

void read_option(std::uint8_t code, Bytes value, Said& said) noexcept {
  Reader in{value};
  switch (code) {
    case 1:
      said.mask = IpAddress::read_v4(in);
      break;
    case 3:
      said.router = IpAddress::read_v4(in);
      break;
    case 12:
      said.hostname = value;
      break;
    case 15:
      said.domain = value;
      break;
    case 50:
      said.requested = IpAddress::read_v4(in);
      break;
    case 51:
      said.lease = in.be32();
      break;
    case 53:
      said.type = in.u8();
      break;
    case 54:
      said.server_id = IpAddress::read_v4(in);
      break;
    case 55:
      said.parameters = value;
      break;
    case 60:
      said.vendor_class = value;
      break;
    case 61:
      said.client_id = value;
      break;
    case 81:
      read_fqdn(value, said);
      break;
    case 82:
      read_relay(value, said);
      break;
    default:
      break;
  }
}

void read_options(Reader& in, Said& said) noexcept {
  constexpr std::uint8_t kPad = 0;
  constexpr std::uint8_t kEnd = 255;
  for (std::size_t i = 0; i < kMostOptions && in.remaining() > 0;) {
    const std::uint8_t code = in.u8();
    if (code == kEnd) {
      return;
    }
    if (code == kPad) {
      continue;
    }
    const Bytes value = in.take(in.u8());
    if (!in.ok()) {
      said.truncated = true;
      return;
    }
    read_option(code, value, said);
    ++i;
  }
}

Said read_message(Bytes datagram) noexcept {
  constexpr std::size_t kNamesSize = 192;  // server and boot file
  Said said;
  Reader in{datagram};
  said.op = in.u8();
  const std::uint8_t hardware = in.u8();
  const std::uint8_t size = in.u8();
  in.skip(1);
  said.xid = in.be32();
  in.skip(4);
  said.client_ip = IpAddress::read_v4(in);
  said.your_ip = IpAddress::read_v4(in);
  said.server_ip = IpAddress::read_v4(in);
  said.relay = IpAddress::read_v4(in);
  Reader mac = in.sub(16);
  if (hardware == kEthernet && size == 6) {
    said.mac = MacAddress::read(mac);
  }
  in.skip(kNamesSize);
  if (in.be32() == kMagic) {
    read_options(in, said);
  }
  return said;
}

// "line2.plant.local" of labels with a length each, or as it is.
std::string fqdn_text(const Said& said) {
  constexpr std::size_t kMost = 253;
  TextBuffer buffer;
  if (!said.fqdn_in_labels) {
    return std::string{clean_text(said.fqdn, buffer)};
  }
  std::string text;
  Reader in{said.fqdn};
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

std::string list_text(Bytes parameters) {
  std::string text;
  for (const std::byte one : parameters.first(std::min<std::size_t>(parameters.size(), 60))) {
    text += text.empty() ? "" : ",";
    text += std::to_string(std::to_integer<unsigned>(one));
  }
  return text;
}

void tell_software(const Said& said, const Facts& facts) {
  TextBuffer buffer;
  const std::string_view words = clean_text(said.vendor_class, buffer);
  if (words.starts_with("MSFT ")) {
    facts.value(Of::os, "Windows");
  } else if (words.starts_with("android-dhcp-")) {
    facts.value(Of::os, "Android");
  }
  facts.value(Of::software, words);
}

// RFC 4361: an id that stays when the MAC address changes. One that is the MAC address says
// nothing.
void tell_client_id(const Said& said, const Identity::Host* client, Emitter& out) {
  constexpr std::uint8_t kDuid = 255;
  constexpr std::size_t kShortest = 7;
  constexpr std::size_t kLongest = 64;
  Reader in{said.client_id};
  if (in.u8() != kDuid) {
    return;
  }
  in.skip(4);  // of the interface
  const Bytes id = in.rest();
  if (in.ok() && id.size() >= kShortest && id.size() <= kLongest) {
    TextBuffer buffer;
    Facts{out, "DHCP client id", kConfidence, client}.value(Of::station, hex_text(id, buffer));
  }
}

void tell_client(const Said& said, Emitter& out) {
  const Identity::Host client{said.mac, {}};
  const Facts facts{out, "DHCP request", kConfidence, &client};
  const std::string fqdn = fqdn_text(said);
  if (fqdn.empty()) {
    facts.text(Of::name, said.hostname);
  } else {
    facts.value(Of::name, fqdn);
  }
  tell_software(said, facts);
  tell_client_id(said, &client, out);
  const Facts shape{out, "DHCP parameter list", kFingerprintConfidence, &client};
  if (!said.parameters.empty()) {
    shape.value(Of::fingerprint, "dhcp " + list_text(said.parameters));
  }
  if (said.type == kBootp) {
    facts.value(Of::ip_config, "none, asks by BOOTP");
  }
  TextBuffer circuit;
  TextBuffer remote;
  if (!said.circuit.empty()) {
    std::string port = "circuit " + std::string{clean_text(said.circuit, circuit)};
    if (!said.remote.empty()) {
      port += " of " + std::string{clean_text(said.remote, remote)};
    }
    Facts{out, "DHCP relay", kConfidence, &client}.value(Of::neighbour, port);
  }
}

void tell_lease(const Said& said, Emitter& out) {
  const IpAddress ip = said.your_ip.unspecified() ? said.client_ip : said.your_ip;
  if (ip.unspecified() || said.mac.empty() || said.mac.group() || ip.multicast()) {
    return;
  }
  const Identity::Host client{said.mac, ip};
  out.host(client);
  std::string text = to_string(ip);
  if (!said.mask.empty() && !said.mask.unspecified()) {
    unsigned prefix = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      prefix += static_cast<unsigned>(std::popcount(said.mask.octets[i]));
    }
    text += '/' + std::to_string(prefix);
  }
  if (!said.router.empty() && !said.router.unspecified()) {
    text += ", gateway " + to_string(said.router);
  }
  text += said.type == kBootp ? ", by BOOTP" : ", by DHCP";
  const Facts facts{out, "DHCP answer", kConfidence, &client};
  facts.value(Of::ip_config, text);
  facts.text(Of::domain, said.domain);
}

void show(const Said& said, Fields& fields) {
  const auto text = [&](Field field, Bytes raw) {
    if (!raw.empty()) {
      show_text(fields, field, raw);
    }
  };
  const auto address = [&](Field field, const IpAddress& ip) {
    if (!ip.empty() && !ip.unspecified()) {
      fields.text(field, to_string(ip));
    }
  };
  fields.number(kType, said.type);
  fields.number(kXid, said.xid);
  if (!said.mac.empty()) {
    fields.text(kClientMac, to_string(said.mac));
  }
  address(kClientIp, said.client_ip);
  address(kYourIp, said.your_ip);
  address(kServerIp, said.server_ip);
  address(kRelay, said.relay);
  text(kHostname, said.hostname);
  if (!said.fqdn.empty()) {
    fields.text(kFqdn, fqdn_text(said));
  }
  text(kDomain, said.domain);
  text(kVendorClass, said.vendor_class);
  address(kRequestedIp, said.requested);
  address(kServerId, said.server_id);
  address(kRouter, said.router);
  if (said.lease != 0) {
    fields.number(kLease, said.lease);
  }
  if (!said.parameters.empty()) {
    fields.text(kParameters, list_text(said.parameters));
  }
  if (!said.client_id.empty()) {
    fields.hex(kClientId, said.client_id);
  }
  text(kCircuit, said.circuit);
  text(kRemote, said.remote);
}

bool is_dhcp(Bytes datagram) noexcept {
  constexpr std::uint8_t kMostHardware = 16;
  Reader in{datagram};
  const std::uint8_t op = in.u8();
  in.skip(1);
  const std::uint8_t size = in.u8();
  return datagram.size() >= kFixed && (op == kRequestOp || op == kReplyOp) && size <= kMostHardware;
}

class DhcpSession final : public DatagramSession {
 public:
  DhcpSession() noexcept : DatagramSession(Protocol::dhcp, kForeign) {}

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    const Said said = read_message(pdu.bytes);
    const bool reply = said.op == kReplyOp;
    if (pdu.direction == Direction::unknown) {
      out.client_is(reply ? other(pdu.side) : pdu.side);
    }
    if (!reply && !said.mac.empty() && !said.mac.group()) {
      tell_client(said, out);
    }
    if (reply && (said.type == kAck || said.type == kBootp)) {
      tell_lease(said, out);
    }
    if (reply) {
      const Facts server{out, "DHCP answer", kServerConfidence};
      server.value(Of::service, said.type == kBootp ? "BOOTP server" : "DHCP server");
    }
    Message message = announcement(Protocol::dhcp, name_of(said));
    message.kind = reply ? Kind::response : Kind::request;
    message.direction = reply ? Direction::to_client : Direction::to_server;
    message.function = said.type;
    if (said.type == kAck || said.type == kNak) {
      message.outcome = said.type == kAck ? Outcome::success : Outcome::failure;
    }
    message.problems = said.truncated ? 1U << kTruncated : 0U;
    if (Fields* fields = out.fields()) {
      show(said, *fields);
    }
    out.message(message);
  }

 private:
  static std::string_view name_of(const Said& said) noexcept {
    if (said.type == kBootp && said.op == kReplyOp) {
      return "BOOTP Reply";
    }
    return said.type < kNames.size() ? kNames[said.type] : "DHCP Message";
  }

  [[nodiscard]] bool mine(Bytes datagram) const noexcept override { return is_dhcp(datagram); }
};

Probe probe(const ProbeInput& input) noexcept {
  if (!input.bound || input.transport != Transport::udp || !is_dhcp(input.head)) {
    return {};
  }
  const bool request = Reader{input.head}.u8() == kRequestOp;
  return {Probe::Answer::yes, request ? Direction::to_server : Direction::to_client, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 67},
                                  Binding{Binding::Layer::udp_port, 68}};

}  // namespace

extern constinit const Dissector dhcp_dissector;
constinit const Dissector dhcp_dissector{
    .protocol = Protocol::dhcp,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<DhcpSession>();
    },
    .opaque = true,
};

}  // namespace prahari
