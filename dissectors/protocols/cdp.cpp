// CDP: what Cisco's switches, telephones and some drives say of themselves.
//
// Cisco, "Cisco Discovery Protocol", as Wireshark and tcpdump read it; it was never standardised.

#include <string>

#include "dissectors/frame_facts.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t {
  kDevice,
  kPort,
  kPlatform,
  kSoftware,
  kCapabilities,
  kAddress,
  kManagement,
  kVlan,
  kDuplex,
  kLocation
};
constexpr std::array<std::string_view, kLocation + 1> kFields = {
    "device",  "port",       "platform", "software", "capabilities",
    "address", "management", "vlan",     "duplex",   "location"};

enum ProblemIndex : std::uint8_t { kTruncated };
constexpr std::array kProblems = {
    Problem{"cdp_truncated", "a field of the CDP frame ends before its length does", false}};

constexpr std::uint8_t kConfidence = 90;
constexpr std::size_t kMostTlvs = 128;

struct Said {
  Bytes device;
  Bytes port;
  Bytes platform;
  Bytes software;
  Bytes location;
  IpAddress address;
  IpAddress management;
  std::uint32_t capabilities = 0;
  std::uint16_t vlan = 0;
  bool full_duplex = false;
  bool has_duplex = false;
  bool truncated = false;
};

// The first IPv4 address of a list.
IpAddress first_address(Bytes list) noexcept {
  constexpr std::uint8_t kNlpid = 1;
  constexpr std::uint8_t kIp = 0xcc;
  Reader in{list};
  in.skip(4);  // how many
  const std::uint8_t kind = in.u8();
  const std::uint8_t kind_size = in.u8();
  const std::uint8_t protocol = in.u8();
  const std::uint16_t size = in.be16();
  if (kind != kNlpid || kind_size != 1 || protocol != kIp || size != 4) {
    return {};
  }
  const IpAddress ip = IpAddress::read_v4(in);
  return in.ok() && !ip.unspecified() ? ip : IpAddress{};
}

void read_tlv(std::uint16_t kind, Bytes value, Said& said) noexcept {
  Reader in{value};
  switch (kind) {
    case 0x0001:
      said.device = value;
      break;
    case 0x0002:
      said.address = first_address(value);
      break;
    case 0x0003:
      said.port = value;
      break;
    case 0x0004:
      said.capabilities = in.be32();
      break;
    case 0x0005:
      said.software = value;
      break;
    case 0x0006:
      said.platform = value;
      break;
    case 0x000a:
      said.vlan = in.be16();
      break;
    case 0x000b:
      said.full_duplex = in.u8() != 0;
      said.has_duplex = in.ok();
      break;
    case 0x0016:
      said.management = first_address(value);
      break;
    case 0x0017:
      in.skip(1);
      said.location = in.rest();
      break;
    default:
      break;
  }
}

Said read(Reader in) noexcept {
  constexpr std::size_t kHead = 4;
  Said said;
  in.skip(kHead);  // version, time to live, checksum
  for (std::size_t i = 0; i < kMostTlvs && in.remaining() >= kHead; ++i) {
    const std::uint16_t kind = in.be16();
    const std::uint16_t size = in.be16();
    const Bytes value = size < kHead ? Bytes{} : in.take(size - kHead);
    if (!in.ok() || size < kHead) {
      said.truncated = true;
      break;
    }
    read_tlv(kind, value, said);
  }
  return said;
}

std::string_view device_type_of(std::uint32_t capabilities) noexcept {
  constexpr std::uint32_t kRouter = 0x01;
  constexpr std::uint32_t kSwitch = 0x0a;  // transparent bridge, switch
  constexpr std::uint32_t kTelephone = 0x80;
  if ((capabilities & kTelephone) != 0) {
    return "telephone";
  }
  if ((capabilities & kRouter) != 0) {
    return "router";
  }
  return (capabilities & kSwitch) != 0 ? "bridge" : std::string_view{};
}

// The first line; "Cisco IOS Software, C2960 Software (...), Version 12.2(55)SE, RELEASE ...".
void tell_software(Bytes software, const Facts& facts) {
  const std::string_view text = as_text(software);
  facts.text(Of::software, as_bytes(text.substr(0, text.find_first_of("\r\n"))));
  constexpr std::string_view kVersion = "Version ";
  const std::size_t at = text.find(kVersion);
  if (at != std::string_view::npos) {
    const std::string_view rest = text.substr(at + kVersion.size());
    facts.text(Of::firmware, as_bytes(rest.substr(0, rest.find_first_of(", \r\n"))));
  }
}

void tell(const Said& said, Emitter& out) {
  const Facts facts{out, "CDP", kConfidence};
  facts.text(Of::name, said.device);
  std::string_view platform = as_text(said.platform);
  constexpr std::string_view kCisco = "cisco ";
  if (platform.starts_with(kCisco) || platform.starts_with("Cisco ")) {
    facts.value(Of::vendor, "Cisco");
    platform.remove_prefix(kCisco.size());
  }
  facts.text(Of::model, as_bytes(platform));
  tell_software(said.software, facts);
  facts.text(Of::location, said.location);
  facts.value(Of::device_type, device_type_of(said.capabilities));
  const IpAddress& ip = said.management.empty() ? said.address : said.management;
  if (!ip.empty()) {
    facts.value(Of::ip_config, to_string(ip) + " for management");
  }
  TextBuffer buffer;
  std::string link{clean_text(said.port, buffer)};
  if (!link.empty()) {
    link.insert(0, "port ");
    if (said.has_duplex) {
      link += said.full_duplex ? ", full duplex" : ", half duplex";
    }
  }
  facts.value(Of::link, link);
}

void show(const Said& said, Fields& fields) {
  const auto text = [&](Field field, Bytes raw) {
    if (!raw.empty()) {
      show_text(fields, field, raw);
    }
  };
  text(kDevice, said.device);
  text(kPort, said.port);
  text(kPlatform, said.platform);
  text(kSoftware, said.software);
  text(kLocation, said.location);
  fields.number(kCapabilities, said.capabilities);
  if (!said.address.empty()) {
    fields.text(kAddress, to_string(said.address));
  }
  if (!said.management.empty()) {
    fields.text(kManagement, to_string(said.management));
  }
  if (said.vlan != 0) {
    fields.number(kVlan, said.vlan);
  }
  if (said.has_duplex) {
    fields.text(kDuplex, said.full_duplex ? "full" : "half");
  }
}

void on_frame(const Layers& layers, Emitter& out) {
  constexpr std::uint32_t kCisco = 0x00000c;
  constexpr std::uint16_t kCdp = 0x2000;
  Reader in{layers.payload};
  in.skip(3);
  const std::uint32_t oui = in.be24();
  const std::uint16_t protocol = in.be16();
  if (!in.ok() || oui != kCisco || protocol != kCdp) {
    return;
  }
  const Said said = read(in);
  tell(said, out);
  Message message = announcement(Protocol::cdp, "CDP Advertisement");
  message.problems = said.truncated && layers.payload_missing == 0 ? 1U << kTruncated : 0U;
  if (Fields* fields = out.fields()) {
    show(said, *fields);
  }
  out.message(message);
}

constexpr std::array kBindings = {Binding{Binding::Layer::llc, 0xaaaa}};

}  // namespace

extern constinit const Dissector cdp_dissector;
constinit const Dissector cdp_dissector{
    .protocol = Protocol::cdp,
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
