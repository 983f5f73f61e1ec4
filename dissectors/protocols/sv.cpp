// Sampled values: currents and voltages as a merging unit measures them, without IP.
//
// IEC 61850-9-2 clause 8; ASN.1 BER lengths as in ISO/IEC 8825-1.

#include "dissectors/ber.hpp"
#include "dissectors/frame_facts.hpp"
#include "dissectors/hash.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kAppId, kUnits, kSvId };
constexpr std::array<std::string_view, kSvId + 1> kFields = {"app_id", "units", "sv_id"};

enum ProblemIndex : std::uint8_t { kTruncated };
constexpr std::array kProblems = {
    Problem{"sv_malformed", "the sampled values do not end where their lengths say"}};

constexpr std::uint8_t kConfidence = 90;
constexpr std::uint8_t kLengthOctets = 2;  // a frame needs no more

struct Said {
  std::uint16_t app_id = 0;
  std::uint32_t units = 0;  // measurements in the frame
  Bytes sv_id;              // of the first of them
  bool ok = false;
};

// The value under this tag, which must come next.
Reader inside(Reader& in, std::uint8_t tag) noexcept {
  if (in.u8() != tag) {
    in.fail();
  }
  return in.sub(ber::read_length(in, kLengthOctets));
}

Said read(Bytes payload) noexcept {
  constexpr std::uint8_t kSavPdu = 0x60;
  constexpr std::uint8_t kHowMany = 0x80;
  constexpr std::uint8_t kSecurity = 0x81;
  constexpr std::uint8_t kSequence = 0xa2;
  constexpr std::uint8_t kUnit = 0x30;
  Said said;
  Reader in{payload};
  said.app_id = in.be16();
  in.skip(6);
  Reader pdu = inside(in, kSavPdu);
  Reader count = inside(pdu, kHowMany);
  said.units = count.u8();
  Reader ahead = pdu;
  if (ahead.u8() == kSecurity) {
    inside(pdu, kSecurity);
  }
  Reader sequence = inside(pdu, kSequence);
  Reader first = inside(sequence, kUnit);
  said.sv_id = inside(first, kHowMany).rest();
  said.ok = in.ok() && count.ok() && pdu.ok() && sequence.ok() && first.ok() && !said.sv_id.empty();
  return said;
}

void on_frame(const Layers& layers, Emitter& out) {
  const Said said = read(layers.payload);
  const OneLine id{said.sv_id};
  if (said.ok) {
    const Facts facts{out, "sampled values", kConfidence};
    facts.value(Identity::Field::service, id.text());
  }
  Message message;
  message.protocol = Protocol::sv;
  message.kind = Kind::oneway;
  message.operation = Operation::read;
  message.cyclic = true;
  message.name = "Sampled Values";
  message.target.table = "stream";
  message.target.text = id.text();
  message.problems = !said.ok && layers.payload_missing == 0 ? 1U << kTruncated : 0U;
  if (Fields* fields = out.fields()) {
    fields->number(kAppId, said.app_id);
    fields->number(kUnits, said.units);
    show_text(*fields, kSvId, said.sv_id);
  }
  out.message(message);
}

// Thousands a second that differ in the samples only.
std::uint64_t alike(const Layers& layers) noexcept {
  const Said said = read(layers.payload);
  return Hasher{0}
      .add(as_text(said.sv_id))
      .add(std::uint64_t{said.app_id} << 1U | (said.ok ? 1U : 0U))
      .value();
}

constexpr std::array kBindings = {Binding{Binding::Layer::ethertype, 0x88ba}};

}  // namespace

extern constinit const Dissector sv_dissector;
constinit const Dissector sv_dissector{
    .protocol = Protocol::sv,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kTruncated,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
    .on_frame = on_frame,
    .alike = alike,
};

}  // namespace prahari
