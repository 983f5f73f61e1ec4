// LACP: several links bundled into one, and who is at both ends of them.
//
// IEEE 802.1AX-2020 section 6.4.2.

#include <string>

#include "dissectors/frame_facts.hpp"
#include "dissectors/hash.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t {
  kActor,
  kActorKey,
  kActorPort,
  kActorState,
  kPartner,
  kPartnerKey,
  kPartnerPort,
  kPartnerState
};
constexpr std::array<std::string_view, kPartnerState + 1> kFields = {
    "actor",   "actor_key",   "actor_port",   "actor_state",
    "partner", "partner_key", "partner_port", "partner_state"};

enum ProblemIndex : std::uint8_t { kTruncated };
constexpr std::array kProblems = {
    Problem{"lacp_truncated", "the LACP frame ends before its fields do", false}};

constexpr std::uint8_t kConfidence = 90;
constexpr std::uint8_t kLacp = 1;  // among the slow protocols

struct End {
  MacAddress system;
  std::uint16_t key = 0;
  std::uint16_t port = 0;
  std::uint8_t state = 0;
};

struct Said {
  std::uint8_t subtype = 0;
  End actor;
  End partner;
  bool ok = false;
};

End read_end(Reader& in, std::uint8_t kind) noexcept {
  constexpr std::uint8_t kSize = 20;
  End end;
  const bool expected = in.u8() == kind;
  const bool sized = in.u8() == kSize;
  in.skip(2);
  end.system = MacAddress::read(in);
  end.key = in.be16();
  in.skip(2);
  end.port = in.be16();
  end.state = in.u8();
  in.skip(3);
  if (!expected || !sized) {
    in.fail();
  }
  return end;
}

Said read(Bytes payload) noexcept {
  Said said;
  Reader in{payload};
  said.subtype = in.u8();
  in.skip(1);
  said.actor = read_end(in, 1);
  said.partner = read_end(in, 2);
  said.ok = in.ok();
  return said;
}

void tell(const Said& said, Emitter& out) {
  const Facts facts{out, "LACP", kConfidence};
  if (!said.actor.system.empty()) {
    facts.value(Of::mac, to_string(said.actor.system));
  }
  if (!said.partner.system.empty()) {
    facts.value(Of::neighbour, "port " + std::to_string(said.partner.port) + " of " +
                                   to_string(said.partner.system) + ", bundled");
  }
}

void show(const Said& said, Fields& fields) {
  fields.text(kActor, to_string(said.actor.system));
  fields.number(kActorKey, said.actor.key);
  fields.number(kActorPort, said.actor.port);
  fields.number(kActorState, said.actor.state);
  fields.text(kPartner, to_string(said.partner.system));
  fields.number(kPartnerKey, said.partner.key);
  fields.number(kPartnerPort, said.partner.port);
  fields.number(kPartnerState, said.partner.state);
}

void on_frame(const Layers& layers, Emitter& out) {
  const Said said = read(layers.payload);
  if (said.subtype != kLacp) {
    return;
  }
  if (said.ok) {
    tell(said, out);
  }
  Message message = announcement(Protocol::lacp, "LACP");
  message.problems = !said.ok && layers.payload_missing == 0 ? 1U << kTruncated : 0U;
  if (Fields* fields = out.fields()) {
    show(said, *fields);
  }
  out.message(message);
}

std::uint64_t alike(const Layers& layers) noexcept {
  const Said said = read(layers.payload);
  return Hasher{0}
      .add(said.actor.system)
      .add(said.partner.system)
      .add(std::uint64_t{said.subtype} << 32U | std::uint64_t{said.actor.port} << 16U |
           said.partner.port)
      .value();
}

constexpr std::array kBindings = {Binding{Binding::Layer::ethertype, 0x8809}};

}  // namespace

extern constinit const Dissector lacp_dissector;
constinit const Dissector lacp_dissector{
    .protocol = Protocol::lacp,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kTruncated,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
    .opaque = true,
    .on_frame = on_frame,
    .alike = alike,
};

}  // namespace prahari
