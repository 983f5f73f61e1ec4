// HSRP: Cisco's routers that share an address.
//
// RFC 2281 (version 1); version 2 as Wireshark reads it.

#include <string>

#include "dissectors/datagram_session.hpp"
#include "dissectors/frame_facts.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t { kVersion, kOp, kState, kPriority, kGroup, kVirtualIp };
constexpr std::array<std::string_view, kVirtualIp + 1> kFields = {
    "version", "op", "state", "priority", "group", "virtual_ip"};

enum ProblemIndex : std::uint8_t { kForeign };
constexpr std::array kProblems = {
    Problem{"non_hsrp_on_port", "the HSRP port carries something else", false}};

constexpr std::uint8_t kConfidence = 90;
constexpr std::size_t kOldSize = 20;
constexpr std::size_t kNewSize = 42;  // type, length and the group state
constexpr std::uint8_t kLastOp = 3;

struct Said {
  std::uint8_t version = 1;
  std::uint8_t op = 0;
  std::uint8_t state = 0;
  std::uint32_t priority = 0;
  std::uint16_t group = 0;
  IpAddress ip;  // the shared one
};

Said read_old(Reader in) noexcept {
  Said said;
  in.skip(1);
  said.op = in.u8();
  said.state = in.u8();
  in.skip(2);
  said.priority = in.u8();
  said.group = in.u8();
  in.skip(9);  // and the password
  said.ip = IpAddress::read_v4(in);
  return said;
}

Said read_new(Reader in) noexcept {
  constexpr std::uint8_t kIpv6 = 6;
  Said said;
  in.skip(2);
  said.version = in.u8();
  said.op = in.u8();
  said.state = in.u8();
  const std::uint8_t family = in.u8();
  said.group = in.be16();
  in.skip(6);
  said.priority = in.be32();
  in.skip(8);
  said.ip = family == kIpv6 ? IpAddress::read_v6(in) : IpAddress::read_v4(in);
  return said;
}

bool is_old(Bytes datagram) noexcept {
  Reader in{datagram};
  return datagram.size() >= kOldSize && in.u8() == 0 && in.u8() <= kLastOp;
}

bool is_new(Bytes datagram) noexcept {
  Reader in{datagram};
  return datagram.size() >= kNewSize && in.u8() == 1 && in.u8() == 40 && in.u8() == 2 &&
         in.u8() <= kLastOp;
}

std::string_view name_of(std::uint8_t op) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"HSRP Hello", "HSRP Coup", "HSRP Resign",
                                                      "HSRP Advertise"};
  return op < kNames.size() ? kNames[op] : "HSRP Message";
}

class HsrpSession final : public DatagramSession {
 public:
  HsrpSession() noexcept : DatagramSession(Protocol::hsrp, kForeign) {}

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    const Said said = is_new(pdu.bytes) ? read_new(Reader{pdu.bytes}) : read_old(Reader{pdu.bytes});
    bool& told = told_[static_cast<std::size_t>(pdu.side)];
    if (!told && said.op < kLastOp) {
      told = true;
      const Facts facts{out, "HSRP", kConfidence};
      facts.value(Of::device_type, "router");
      facts.value(Of::service,
                  "virtual router " + std::to_string(said.group) + ": " + to_string(said.ip));
    }
    Message message = announcement(Protocol::hsrp, name_of(said.op));
    message.direction = pdu.direction;
    message.function = said.op;
    if (Fields* fields = out.fields()) {
      fields->number(kVersion, said.version);
      fields->number(kOp, said.op);
      fields->number(kState, said.state);
      fields->number(kPriority, said.priority);
      fields->number(kGroup, said.group);
      fields->text(kVirtualIp, to_string(said.ip));
    }
    out.message(message);
  }

 private:
  [[nodiscard]] bool mine(Bytes datagram) const noexcept override {
    return is_old(datagram) || is_new(datagram);
  }

  std::array<bool, 2> told_{};
};

Probe probe(const ProbeInput& input) noexcept {
  const bool mine = input.bound && input.transport == Transport::udp &&
                    (is_old(input.head) || is_new(input.head));
  return {mine ? Probe::Answer::yes : Probe::Answer::no, Direction::unknown, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 1985},
                                  Binding{Binding::Layer::udp_port, 2029}};

}  // namespace

extern constinit const Dissector hsrp_dissector;
constinit const Dissector hsrp_dissector{
    .protocol = Protocol::hsrp,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<HsrpSession>();
    },
    .opaque = true,
};

}  // namespace prahari
