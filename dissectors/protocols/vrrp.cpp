// VRRP: routers that share an address.
//
// RFC 3768 (version 2), RFC 9568 (version 3).

#include <string>

#include "dissectors/frame_facts.hpp"
#include "dissectors/hash.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t { kVersion, kGroup, kPriority, kAuthentication, kAddresses };
constexpr std::array<std::string_view, kAddresses + 1> kFields = {"version", "group", "priority",
                                                                  "authentication", "addresses"};

enum ProblemIndex : std::uint8_t { kTruncated };
constexpr std::array kProblems = {
    Problem{"vrrp_truncated", "the VRRP message ends before its addresses do", false}};

constexpr std::uint8_t kConfidence = 90;

struct Said {
  std::uint8_t version = 0;
  std::uint8_t type = 0;
  std::uint8_t group = 0;
  std::uint8_t priority = 0;
  std::uint8_t count = 0;
  std::uint8_t authentication = 0;  // version 2: 0 none, 1 a password in clear
  Bytes addresses;
  std::size_t size = 4;  // of one
};

Said read(const Layers& layers) noexcept {
  constexpr std::uint8_t kOld = 2;
  Said said;
  Reader in{layers.payload};
  const std::uint8_t first = in.u8();
  said.version = static_cast<std::uint8_t>(first >> 4U);
  said.type = first & 0x0fU;
  said.group = in.u8();
  said.priority = in.u8();
  said.count = in.u8();
  const std::uint8_t authentication = in.u8();
  said.authentication = said.version == kOld ? authentication : std::uint8_t{0};
  in.skip(3);
  said.size = layers.network == Network::ipv6 ? 16 : 4;
  said.addresses = in.take(said.count * said.size);
  if (!in.ok()) {
    said.addresses = {};
  }
  return said;
}

template <class Visit>
void each_address(const Said& said, const Visit& visit) {
  Reader in{said.addresses};
  while (in.remaining() >= said.size) {
    visit(said.size == 4 ? IpAddress::read_v4(in) : IpAddress::read_v6(in));
  }
}

void tell(const Said& said, Emitter& out) {
  constexpr std::size_t kMostShown = 8;
  const Facts facts{out, "VRRP", kConfidence};
  facts.value(Of::device_type, "router");
  std::string text = "virtual router " + std::to_string(said.group) + ':';
  std::size_t shown = 0;
  each_address(said, [&](const IpAddress& ip) {
    if (shown++ < kMostShown) {
      text += ' ' + to_string(ip);
    }
  });
  facts.value(Of::service, text);
}

void show(const Said& said, Fields& fields) {
  fields.number(kVersion, said.version);
  fields.number(kGroup, said.group);
  fields.number(kPriority, said.priority);
  if (said.version == 2) {
    fields.number(kAuthentication, said.authentication);
  }
  fields.begin_list(kAddresses);
  each_address(said, [&](const IpAddress& ip) { fields.item(to_string(ip)); });
  fields.end_list();
}

void on_frame(const Layers& layers, Emitter& out) {
  constexpr std::uint8_t kHopLimit = 255;
  constexpr std::uint8_t kAdvertisement = 1;
  const Said said = read(layers);
  const bool known = (said.version == 2 || said.version == 3) && said.type == kAdvertisement;
  if (!known || layers.ttl != kHopLimit) {
    return;
  }
  const bool whole = said.count > 0 && !said.addresses.empty();
  if (whole) {
    tell(said, out);
  }
  Message message = announcement(Protocol::vrrp, "VRRP Advertisement");
  message.problems = !whole && layers.payload_missing == 0 ? 1U << kTruncated : 0U;
  if (Fields* fields = out.fields()) {
    show(said, *fields);
  }
  out.message(message);
}

std::uint64_t alike(const Layers& layers) noexcept {
  const Said said = read(layers);
  return Hasher{0}
      .add(std::uint64_t{said.group} << 16U | std::uint64_t{said.priority} << 8U | said.version)
      .add(as_text(said.addresses))
      .add(layers.src)
      .value();
}

constexpr std::array kBindings = {Binding{Binding::Layer::ip_protocol, 112}};

}  // namespace

extern constinit const Dissector vrrp_dissector;
constinit const Dissector vrrp_dissector{
    .protocol = Protocol::vrrp,
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
