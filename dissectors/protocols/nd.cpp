// IPv6 neighbour discovery: who has which address, and who routes.
//
// RFC 4861 sections 4.1 to 4.5. It is believed only with a hop limit of 255: not routed.

#include <string>

#include "dissectors/frame_facts.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t { kType, kTarget, kLinkAddress, kPrefix, kLifetime, kMtu, kRouterFlag };
constexpr std::array<std::string_view, kRouterFlag + 1> kFields = {
    "type", "target", "link_address", "prefix", "lifetime", "mtu", "router"};

enum ProblemIndex : std::uint8_t { kTruncated };
constexpr std::array kProblems = {Problem{
    "nd_truncated", "an option of the neighbour discovery ends before its length does", false}};

enum Type : std::uint8_t {
  kRouterSolicitation = 133,
  kRouterAdvertisement = 134,
  kNeighbourSolicitation = 135,
  kNeighbourAdvertisement = 136,
  kRedirect = 137
};

constexpr std::uint8_t kHopLimit = 255;
constexpr std::uint8_t kConfidence = 90;
constexpr std::size_t kMostOptions = 32;

struct Said {
  std::uint16_t type = 0;
  std::uint32_t first = 0;  // flags, or hop limit, flags and lifetime
  IpAddress target;
  MacAddress mac;  // of the sender; of the target in an advertisement
  IpAddress prefix;
  std::uint8_t prefix_size = 0;
  std::uint32_t mtu = 0;
  bool truncated = false;
};

void read_option(std::uint8_t kind, Reader body, Said& said) noexcept {
  constexpr std::uint8_t kSourceLink = 1;
  constexpr std::uint8_t kTargetLink = 2;
  constexpr std::uint8_t kPrefixOption = 3;
  constexpr std::uint8_t kMtuOption = 5;
  const bool of_target = said.type == kNeighbourAdvertisement || said.type == kRedirect;
  if (kind == (of_target ? kTargetLink : kSourceLink)) {
    said.mac = MacAddress::read(body);
  } else if (kind == kPrefixOption) {
    said.prefix_size = body.u8();
    body.skip(13);
    said.prefix = IpAddress::read_v6(body);
  } else if (kind == kMtuOption) {
    body.skip(2);
    said.mtu = body.be32();
  }
}

Said read(const Layers& layers) noexcept {
  constexpr std::size_t kUnit = 8;
  Said said;
  said.type = layers.src_port;
  Reader in{layers.payload};
  said.first = in.be32();
  if (said.type == kRouterAdvertisement) {
    in.skip(8);
  } else if (said.type != kRouterSolicitation) {
    said.target = IpAddress::read_v6(in);
  }
  if (said.type == kRedirect) {
    in.skip(16);
  }
  said.truncated = !in.ok();
  for (std::size_t i = 0; i < kMostOptions && in.remaining() >= 2; ++i) {
    const std::uint8_t kind = in.u8();
    const std::size_t size = in.u8() * kUnit;
    Reader body = in.sub(size < 2 ? in.remaining() + 1 : size - 2);
    if (!in.ok()) {
      said.truncated = true;
      break;
    }
    read_option(kind, body, said);
  }
  if (said.mac.group()) {
    said.mac = {};
  }
  return said;
}

std::string_view name_of(std::uint16_t type) noexcept {
  constexpr std::array<std::string_view, 5> kNames = {"Router Solicitation", "Router Advertisement",
                                                      "Neighbour Solicitation",
                                                      "Neighbour Advertisement", "Redirect"};
  return kNames[type - kRouterSolicitation];
}

bool names_host(const IpAddress& ip) noexcept {
  return !ip.empty() && !ip.unspecified() && !ip.multicast();
}

void tell(const Said& said, const Layers& layers, Emitter& out) {
  constexpr std::uint32_t kIsRouter = 0x80000000;
  constexpr std::uint32_t kLifetimeMask = 0xffff;
  const bool advertises = said.type == kNeighbourAdvertisement;
  const IpAddress& ip = advertises ? said.target : layers.src;
  if (said.type != kRedirect && !said.mac.empty() && names_host(ip)) {
    out.host({said.mac, ip});
  }
  const bool router = (advertises && (said.first & kIsRouter) != 0) ||
                      (said.type == kRouterAdvertisement && (said.first & kLifetimeMask) != 0);
  if (router) {
    Facts{out, "IPv6 neighbour discovery", kConfidence}.value(Of::device_type, "router");
  }
}

void show(const Said& said, Fields& fields) {
  constexpr std::uint32_t kLifetimeMask = 0xffff;
  fields.number(kType, said.type);
  if (!said.target.empty()) {
    fields.text(kTarget, to_string(said.target));
  }
  if (!said.mac.empty()) {
    fields.text(kLinkAddress, to_string(said.mac));
  }
  if (!said.prefix.empty()) {
    fields.text(kPrefix, to_string(said.prefix) + '/' + std::to_string(said.prefix_size));
  }
  if (said.type == kRouterAdvertisement) {
    fields.number(kLifetime, said.first & kLifetimeMask);
  }
  if (said.mtu != 0) {
    fields.number(kMtu, said.mtu);
  }
  if (said.type == kNeighbourAdvertisement) {
    fields.boolean(kRouterFlag, said.first >> 31U != 0);
  }
}

bool is_nd(const Layers& layers) noexcept {
  return layers.network == Network::ipv6 && layers.src_port >= kRouterSolicitation &&
         layers.src_port <= kRedirect && layers.dst_port == 0 && layers.ttl == kHopLimit;
}

void on_frame(const Layers& layers, Emitter& out) {
  if (!is_nd(layers)) {
    return;
  }
  const Said said = read(layers);
  const bool whole = !said.truncated;
  if (whole) {
    tell(said, layers, out);
  }
  Message message = announcement(Protocol::nd, name_of(said.type));
  message.function = said.type;
  message.problems = !whole && layers.payload_missing == 0 ? 1U << kTruncated : 0U;
  if (Fields* fields = out.fields()) {
    show(said, *fields);
  }
  out.message(message);
}

constexpr std::array kBindings = {Binding{Binding::Layer::ip_protocol, 58}};

}  // namespace

extern constinit const Dissector nd_dissector;
constinit const Dissector nd_dissector{
    .protocol = Protocol::nd,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kTruncated,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
    .opaque = true,
    .on_frame = on_frame,
};

}  // namespace prahari
