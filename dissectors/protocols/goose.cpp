// GOOSE: events that protection relays tell each other, without IP.
//
// IEC 61850-8-1 annex A and C; ASN.1 BER lengths as in ISO/IEC 8825-1.

#include <algorithm>

#include "dissectors/ber.hpp"
#include "dissectors/frame_facts.hpp"
#include "dissectors/hash.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t {
  kAppId,
  kControlBlock,
  kTimeToLive,
  kDataSet,
  kGoId,
  kState,
  kSequence,
  kTest,
  kRevision,
  kNeedsCommissioning,
  kEntries
};
constexpr std::array<std::string_view, kEntries + 1> kFields = {
    "app_id", "control_block", "time_to_live",        "data_set", "go_id", "state", "sequence",
    "test",   "revision",      "needs_commissioning", "entries"};

enum ProblemIndex : std::uint8_t { kTruncated };
constexpr std::array kProblems = {
    Problem{"goose_malformed", "the GOOSE message does not end where its lengths say"}};

constexpr std::uint8_t kConfidence = 90;
constexpr std::uint8_t kLengthOctets = 2;  // a frame needs no more
constexpr std::size_t kMostItems = 16;

struct Said {
  std::uint16_t app_id = 0;
  Bytes control_block;
  Bytes data_set;
  Bytes go_id;
  std::uint32_t time_to_live = 0;
  std::uint32_t state = 0;
  std::uint32_t sequence = 0;
  std::uint32_t revision = 0;
  std::uint32_t entries = 0;
  bool test = false;
  bool needs_commissioning = false;
  bool is_goose = false;
  bool ok = false;
};

std::uint32_t number(Bytes raw) noexcept {
  std::uint32_t value = 0;
  for (const std::byte one : raw.first(std::min<std::size_t>(raw.size(), 5))) {
    value = value << 8U | std::to_integer<std::uint32_t>(one);
  }
  return value;
}

void read_item(std::uint8_t tag, Bytes value, Said& said) noexcept {
  switch (tag) {
    case 0x80:
      said.control_block = value;
      break;
    case 0x81:
      said.time_to_live = number(value);
      break;
    case 0x82:
      said.data_set = value;
      break;
    case 0x83:
      said.go_id = value;
      break;
    case 0x85:
      said.state = number(value);
      break;
    case 0x86:
      said.sequence = number(value);
      break;
    case 0x87:
      said.test = number(value) != 0;
      break;
    case 0x88:
      said.revision = number(value);
      break;
    case 0x89:
      said.needs_commissioning = number(value) != 0;
      break;
    case 0x8a:
      said.entries = number(value);
      break;
    default:
      break;
  }
}

Said read(Bytes payload) noexcept {
  constexpr std::uint8_t kGoosePdu = 0x61;
  Said said;
  Reader in{payload};
  said.app_id = in.be16();
  in.skip(6);
  said.is_goose = in.u8() == kGoosePdu;
  Reader body = in.sub(ber::read_length(in, kLengthOctets));
  for (std::size_t i = 0; i < kMostItems && body.remaining() > 0; ++i) {
    const std::uint8_t tag = body.u8();
    const Bytes value = body.take(ber::read_length(body, kLengthOctets));
    if (body.ok()) {
      read_item(tag, value, said);
    }
  }
  said.ok = body.ok() && !said.control_block.empty();
  return said;
}

void show(const Said& said, Fields& fields) {
  fields.number(kAppId, said.app_id);
  show_text(fields, kControlBlock, said.control_block);
  fields.number(kTimeToLive, said.time_to_live);
  show_text(fields, kDataSet, said.data_set);
  show_text(fields, kGoId, said.go_id);
  fields.number(kState, said.state);
  fields.number(kSequence, said.sequence);
  fields.boolean(kTest, said.test);
  fields.number(kRevision, said.revision);
  fields.boolean(kNeedsCommissioning, said.needs_commissioning);
  fields.number(kEntries, said.entries);
}

void on_frame(const Layers& layers, Emitter& out) {
  const Said said = read(layers.payload);
  if (!said.is_goose) {
    return;  // management of GOOSE
  }
  const OneLine control_block{said.control_block};
  if (said.ok) {
    const Facts facts{out, "GOOSE", kConfidence};
    facts.value(Of::service, control_block.text());
    facts.text(Of::application, said.go_id);
  }
  Message message;
  message.protocol = Protocol::goose;
  message.kind = Kind::oneway;
  message.operation = Operation::read;
  message.cyclic = true;
  message.name = said.test ? "GOOSE Test" : "GOOSE";
  message.target.table = "control block";
  message.target.text = control_block.text();
  message.problems = !said.ok && layers.payload_missing == 0 ? 1U << kTruncated : 0U;
  if (Fields* fields = out.fields()) {
    show(said, *fields);
  }
  out.message(message);
}

// The same state told again.
std::uint64_t alike(const Layers& layers) noexcept {
  const Said said = read(layers.payload);
  return Hasher{0}
      .add(as_text(said.control_block))
      .add(std::uint64_t{said.state} << 24U | std::uint64_t{said.app_id} << 2U |
           (said.test ? 2U : 0U) | (said.ok ? 1U : 0U))
      .value();
}

constexpr std::array kBindings = {Binding{Binding::Layer::ethertype, 0x88b8}};

}  // namespace

extern constinit const Dissector goose_dissector;
constinit const Dissector goose_dissector{
    .protocol = Protocol::goose,
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
