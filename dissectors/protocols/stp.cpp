// Spanning tree (STP, RSTP, MSTP): which bridge is the root, and which one sends.
//
// IEEE 802.1Q-2018 clause 14.

#include <string>

#include "dissectors/frame_facts.hpp"
#include "dissectors/hash.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t {
  kVersion,
  kType,
  kFlags,
  kRoot,
  kRootPriority,
  kCost,
  kBridge,
  kBridgePriority,
  kPort,
  kIsRoot
};
constexpr std::array<std::string_view, kIsRoot + 1> kFields = {
    "version", "type",   "flags",           "root", "root_priority",
    "cost",    "bridge", "bridge_priority", "port", "is_root"};

enum ProblemIndex : std::uint8_t { kTruncated };
constexpr std::array kProblems = {
    Problem{"stp_truncated", "the BPDU ends before its fields do", false}};

constexpr std::uint8_t kConfidence = 90;
constexpr std::uint8_t kTopologyChange = 0x80;
constexpr std::size_t kLlc = 3;

struct Bridge {
  std::uint16_t priority = 0;
  MacAddress mac;

  friend bool operator==(const Bridge&, const Bridge&) = default;
};

struct Bpdu {
  std::uint16_t protocol = 0;
  std::uint8_t version = 0;
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  Bridge root;
  std::uint32_t cost = 0;
  Bridge bridge;
  std::uint16_t port = 0;
  bool ok = false;
};

Bridge read_bridge(Reader& in) noexcept {
  Bridge bridge;
  bridge.priority = in.be16();
  bridge.mac = MacAddress::read(in);
  return bridge;
}

Bpdu read(Bytes payload) noexcept {
  Reader in{payload};
  in.skip(kLlc);
  Bpdu bpdu;
  bpdu.protocol = in.be16();
  bpdu.version = in.u8();
  bpdu.type = in.u8();
  if (bpdu.type != kTopologyChange) {
    bpdu.flags = in.u8();
    bpdu.root = read_bridge(in);
    bpdu.cost = in.be32();
    bpdu.bridge = read_bridge(in);
    bpdu.port = in.be16();
  }
  bpdu.ok = in.ok();
  return bpdu;
}

std::string_view name_of(const Bpdu& bpdu) noexcept {
  constexpr std::uint8_t kRapid = 2;
  if (bpdu.type == kTopologyChange) {
    return "STP Topology Change";
  }
  if (bpdu.version > kRapid) {
    return "MSTP BPDU";
  }
  return bpdu.version == kRapid ? "RSTP BPDU" : "STP BPDU";
}

void tell(const Bpdu& bpdu, Emitter& out) {
  const Facts facts{out, "spanning tree", kConfidence};
  facts.value(Of::device_type, "bridge");
  if (bpdu.type == kTopologyChange || bpdu.bridge.mac.empty()) {
    return;
  }
  const bool root = bpdu.bridge == bpdu.root;
  facts.value(Of::mac, to_string(bpdu.bridge.mac));
  facts.value(Of::service, root ? std::string{"spanning tree root"}
                                : "spanning tree below root " + to_string(bpdu.root.mac));
}

void show(const Bpdu& bpdu, Fields& fields) {
  fields.number(kVersion, bpdu.version);
  fields.number(kType, bpdu.type);
  if (bpdu.type == kTopologyChange) {
    return;
  }
  fields.number(kFlags, bpdu.flags);
  fields.text(kRoot, to_string(bpdu.root.mac));
  fields.number(kRootPriority, bpdu.root.priority);
  fields.number(kCost, bpdu.cost);
  fields.text(kBridge, to_string(bpdu.bridge.mac));
  fields.number(kBridgePriority, bpdu.bridge.priority);
  fields.number(kPort, bpdu.port);
  fields.boolean(kIsRoot, bpdu.bridge == bpdu.root);
}

void on_frame(const Layers& layers, Emitter& out) {
  const Bpdu bpdu = read(layers.payload);
  if (bpdu.protocol != 0) {
    return;
  }
  if (bpdu.ok) {
    tell(bpdu, out);
  }
  Message message = announcement(Protocol::stp, name_of(bpdu));
  message.function = bpdu.type;
  message.problems = !bpdu.ok && layers.payload_missing == 0 ? 1U << kTruncated : 0U;
  if (Fields* fields = out.fields()) {
    show(bpdu, *fields);
  }
  out.message(message);
}

// Without the times, which count up on the way.
std::uint64_t alike(const Layers& layers) noexcept {
  const Bpdu bpdu = read(layers.payload);
  return Hasher{0}
      .add(std::uint64_t{bpdu.version} << 48U | std::uint64_t{bpdu.type} << 40U |
           std::uint64_t{bpdu.port} << 16U | bpdu.root.priority)
      .add(bpdu.root.mac)
      .add(bpdu.bridge.mac)
      .value();
}

constexpr std::array kBindings = {Binding{Binding::Layer::llc, 0x4242}};

}  // namespace

extern constinit const Dissector stp_dissector;
constinit const Dissector stp_dissector{
    .protocol = Protocol::stp,
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
