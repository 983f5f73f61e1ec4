// IKE, the opening of IPsec, and ESP over UDP. RFC 2408, RFC 7296, RFC 3948.

#include <algorithm>
#include <string>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kVersion, kExchange, kInitiator, kResponder, kMessageId, kVendorIds };
constexpr auto kFields = std::to_array<std::string_view>(
    {"version", "exchange", "initiator", "responder", "message_id", "vendor_ids"});

constexpr std::array kProblems = {
    Problem{"non_ipsec_on_port", "bytes on the IKE port are no IKE", false}};

constexpr std::uint8_t kV1 = 0x10;
constexpr std::uint8_t kV2 = 0x20;
constexpr std::uint8_t kVendorId1 = 13;
constexpr std::uint8_t kVendorId2 = 43;
constexpr std::uint8_t kAggressive = 4;
constexpr std::uint8_t kOfVendorId = 70;
constexpr std::uint8_t kOfPort = 40;
constexpr int kMostPayloads = 32;

struct Known {
  std::string_view id;  // how it begins
  std::string_view software;
};
constexpr auto kKnown = std::to_array<Known>(
    {{"\x88\x2f\xe5\x6d\x6f\xd2\x0d\xbc\x22\x51\x61\x3b\x2e\xbe\x5b\xeb", "strongSwan"},
     {"\x1e\x2b\x51\x69\x05\x99\x1c\x7d\x7c\x96\xfc\xbf\xb5\x87\xe4\x61", "Windows IPsec"},
     {"\x12\xf5\xf2\x8c\x45\x71\x68\xa9\x70\x2d\x9f\xe2\x74\xcc", "Cisco Unity"},
     {"\x82\x99\x03\x17\x57\xa3\x60\x82\xc6\xa6\x21\xde", "FortiGate"}});

enum class Sort : std::uint8_t { none, ike, esp, keepalive };

struct Ike {
  Bytes initiator;
  Bytes responder;
  std::uint8_t next = 0;
  std::uint8_t version = 0;
  std::uint8_t exchange = 0;
  std::uint8_t flags = 0;
  std::uint32_t message = 0;
  Bytes payloads;
};

bool read_ike(Bytes bytes, Ike& out) noexcept {
  Reader in{bytes};
  out.initiator = in.take(8);
  out.responder = in.take(8);
  out.next = in.u8();
  out.version = in.u8();
  out.exchange = in.u8();
  out.flags = in.u8();
  out.message = in.be32();
  const std::size_t length = in.be32();
  out.payloads = in.rest();
  const bool exchange = out.version == kV1 ? (out.exchange > 0 && out.exchange <= 6) ||
                                                 out.exchange == 32 || out.exchange == 33
                        : out.version == kV2 ? out.exchange >= 34 && out.exchange <= 44
                                             : false;
  return in.ok() && exchange && length == bytes.size() && Reader{out.initiator}.be64() != 0;
}

// With or without the four zero octets of port 4500 in front.
Sort sort_of(Bytes bytes, Ike& out) noexcept {
  constexpr std::size_t kMarker = 4;
  constexpr std::size_t kLeastEsp = 24;
  if (read_ike(bytes, out)) {
    return Sort::ike;
  }
  Reader in{bytes};
  if (bytes.size() == 1 && in.u8() == 0xff) {
    return Sort::keepalive;
  }
  Reader marked{bytes};
  if (marked.be32() == 0) {
    return bytes.size() > kMarker && read_ike(bytes.subspan(kMarker), out) ? Sort::ike : Sort::none;
  }
  return bytes.size() >= kLeastEsp ? Sort::esp : Sort::none;
}

// The first message of an exchange has no responder yet.
Direction direction_of(const Ike& ike) noexcept {
  constexpr std::uint8_t kInit = 34;
  constexpr std::uint8_t kResponse = 0x20;
  if (Reader{ike.responder}.be64() == 0) {
    return Direction::to_server;
  }
  const bool answer = ike.exchange == kInit && (ike.flags & kResponse) != 0;
  return answer ? Direction::to_client : Direction::unknown;
}

class IpsecSession final : public PlainSession {
 public:
  explicit IpsecSession(std::uint8_t /*variant*/) noexcept : PlainSession(Protocol::ipsec) {}

  // ESP is not told of packet by packet.
  void on_pdu(const Pdu& given, Emitter& out) override {
    Ike ike;
    if (sort_of(given.bytes, ike) != Sort::ike) {
      return;
    }
    Pdu pdu = given;
    learn(pdu, direction_of(ike), out);
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->number(kVersion, ike.version >> 4U);
      fields->number(kExchange, ike.exchange);
      fields->hex(kInitiator, ike.initiator);
      fields->hex(kResponder, ike.responder);
      fields->number(kMessageId, ike.message);
    }
    if (pdu.direction == Direction::to_client) {
      tell({Identity::Field::service, kOfPort, "IKE answer", "ike"}, pdu, out);
    }
    if (ike.version == kV1 && ike.exchange == kAggressive) {
      tell_posture(Posture::Aspect::channel_used, "IKE", "version 1, aggressive mode",
                   Posture::bit(Posture::Flaw::deprecated), pdu, out);
    }
    read_payloads(ike, pdu, fields, out);
    say(ike.version == kV1 ? "IKEv1" : "IKEv2", ike.exchange, pdu, out);
  }

 private:
  void read_payloads(const Ike& ike, const Pdu& pdu, Fields* fields, Emitter& out) {
    constexpr std::uint8_t kEncrypted1 = 0x01;
    constexpr std::uint8_t kEncrypted2 = 46;
    if (ike.version == kV1 && (ike.flags & kEncrypted1) != 0) {
      return;
    }
    if (fields != nullptr) {
      fields->begin_list(kVendorIds);
    }
    Reader in{ike.payloads};
    std::uint8_t type = ike.next;
    for (int i = 0; i < kMostPayloads && type != 0 && type != kEncrypted2; ++i) {
      const std::uint8_t next = in.u8();
      in.skip(1);
      const std::size_t length = in.be16();
      const Bytes body = in.take(length < 4 ? length : length - 4);
      if (!in.ok() || length < 4) {
        break;
      }
      if (type == (ike.version == kV1 ? kVendorId1 : kVendorId2)) {
        tell_vendor_id(body, pdu, fields, out);
      }
      type = next;
    }
    if (fields != nullptr) {
      fields->end_list();
    }
  }

  void tell_vendor_id(Bytes id, const Pdu& pdu, Fields* fields, Emitter& out) {
    const std::string_view text = as_text(id);
    const auto* const known =
        std::ranges::find_if(kKnown, [text](const Known& one) { return text.starts_with(one.id); });
    if (known != kKnown.end()) {
      tell({Identity::Field::software, kOfVendorId, "IKE vendor id", known->software}, pdu, out);
    }
    if (fields != nullptr) {
      fields->item_hex(id.first(std::min<std::size_t>(id.size(), 32)));
    }
  }
};

Probe probe(const ProbeInput& input) noexcept {
  Ike ike;
  if (!input.bound || input.transport != Transport::udp || sort_of(input.head, ike) != Sort::ike) {
    return {};
  }
  return {Probe::Answer::yes, direction_of(ike), 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 500},
                                  Binding{Binding::Layer::udp_port, 4500}};

}  // namespace

extern constinit const Dissector ipsec_dissector;
constinit const Dissector ipsec_dissector{
    .protocol = Protocol::ipsec,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<IpsecSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
