// LLDP: what a port says of the device it belongs to.
//
// IEEE 802.1AB-2016 clause 8; IEEE 802.3 clause 79 (MAU type of RFC 4836); ANSI/TIA-1057 section
// 10.2 (inventory of LLDP-MED); IEC 61158-6-10 section 4.12 (PROFINET); CIP Networks Library
// volume 2, 5-13 (CIP identification).

#include <optional>
#include <string>

#include "dissectors/code_names.hpp"
#include "dissectors/frame_facts.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t {
  kChassis,
  kPort,
  kPortDescription,
  kTtl,
  kName,
  kDescription,
  kCapabilities,
  kManagement,
  kVlan,
  kLink,
  kVendor,
  kModel,
  kHardware,
  kFirmware,
  kSoftware,
  kSerial,
  kChassisMac
};
constexpr std::array<std::string_view, kChassisMac + 1> kFields = {
    "chassis",     "port",         "port_description", "ttl",      "name",
    "description", "capabilities", "management",       "vlan",     "link",
    "vendor",      "model",        "hardware",         "firmware", "software",
    "serial",      "chassis_mac"};

enum ProblemIndex : std::uint8_t { kTruncated };
constexpr std::array kProblems = {
    Problem{"lldp_truncated", "a field of the LLDP frame ends before its length does", false}};

constexpr std::uint8_t kConfidence = 95;
constexpr std::uint8_t kExpectedConfidence = 90;  // what is cut out of a description
constexpr std::size_t kMostTlvs = 128;

// What one frame says; views into the packet.
struct Said {
  Bytes chassis;
  Bytes port;
  Bytes port_description;
  Bytes name;
  Bytes description;
  Bytes hardware;  // LLDP-MED inventory
  Bytes firmware;
  Bytes software;
  Bytes serial;
  Bytes vendor;
  Bytes model;
  Bytes cip;  // CIP identification
  IpAddress management;
  MacAddress device;  // of the device, beside that of the port
  std::uint16_t ttl = 0;
  std::uint16_t capabilities = 0;
  std::uint16_t vlan = 0;
  std::uint16_t mau = 0;
  std::uint8_t chassis_kind = 0;
  std::uint8_t port_kind = 0;
  bool has_capabilities = false;
  bool profinet = false;
  bool truncated = false;
};

constexpr std::uint8_t kChassisIsMac = 4;
constexpr std::uint8_t kPortIsMac = 3;

void read_management(Bytes body, Said& said) noexcept {
  constexpr std::uint8_t kIpv4 = 1;  // address family numbers of IANA
  constexpr std::uint8_t kIpv6 = 2;
  Reader in{body};
  const std::uint8_t size = in.u8();
  const std::uint8_t family = in.u8();
  IpAddress ip;
  if (family == kIpv4 && size == 5) {
    ip = IpAddress::read_v4(in);
  } else if (family == kIpv6 && size == 17) {
    ip = IpAddress::read_v6(in);
  }
  if (in.ok() && !ip.empty() && !ip.unspecified() && (said.management.empty() || ip.v4())) {
    said.management = ip;
  }
}

void read_med(std::uint8_t kind, Bytes body, Said& said) noexcept {
  switch (kind) {
    case 5:
      said.hardware = body;
      break;
    case 6:
      said.firmware = body;
      break;
    case 7:
      said.software = body;
      break;
    case 8:
      said.serial = body;
      break;
    case 9:
      said.vendor = body;
      break;
    case 10:
      said.model = body;
      break;
    default:
      break;
  }
}

void read_organisation(Bytes value, Said& said) noexcept {
  constexpr std::uint32_t kIeee8021 = 0x0080c2;
  constexpr std::uint32_t kIeee8023 = 0x00120f;
  constexpr std::uint32_t kMed = 0x0012bb;
  constexpr std::uint32_t kProfinet = 0x000ecf;
  constexpr std::uint32_t kOdva = 0x00216c;
  Reader in{value};
  const std::uint32_t oui = in.be24();
  const std::uint8_t kind = in.u8();
  const Bytes body = in.rest();
  if (oui == kIeee8021 && kind == 1) {
    said.vlan = in.be16();
  } else if (oui == kIeee8023 && kind == 1) {
    in.skip(3);
    said.mau = in.be16();
  } else if (oui == kMed) {
    read_med(kind, body, said);
  } else if (oui == kProfinet) {
    said.profinet = true;
    said.device = kind == 5 ? MacAddress::read(in) : said.device;
  } else if (oui == kOdva) {
    said.cip = kind == 1 ? body : said.cip;
    said.device = kind == 2 ? MacAddress::read(in) : said.device;
  }
}

void read_tlv(std::uint16_t kind, Bytes value, Said& said) noexcept {
  constexpr std::uint16_t kOrganisation = 127;
  Reader in{value};
  switch (kind) {
    case 1:
      said.chassis_kind = in.u8();
      said.chassis = in.rest();
      break;
    case 2:
      said.port_kind = in.u8();
      said.port = in.rest();
      break;
    case 3:
      said.ttl = in.be16();
      break;
    case 4:
      said.port_description = value;
      break;
    case 5:
      said.name = value;
      break;
    case 6:
      said.description = value;
      break;
    case 7:
      in.skip(2);
      said.capabilities = in.be16();  // those in use
      said.has_capabilities = in.ok();
      break;
    case 8:
      read_management(value, said);
      break;
    case kOrganisation:
      read_organisation(value, said);
      break;
    default:
      break;
  }
}

Said read_frame(Bytes payload) noexcept {
  constexpr unsigned kLengthBits = 9;
  constexpr std::uint16_t kLengthMask = 0x1ff;
  Said said;
  Reader in{payload};
  for (std::size_t i = 0; i < kMostTlvs && in.remaining() > 0; ++i) {
    const std::uint16_t head = in.be16();
    const Bytes value = in.take(head & kLengthMask);
    const auto kind = static_cast<std::uint16_t>(head >> kLengthBits);
    if (!in.ok()) {
      said.truncated = true;
      break;
    }
    if (kind == 0) {
      break;
    }
    read_tlv(kind, value, said);
  }
  if (said.device.empty() && said.chassis_kind == kChassisIsMac) {
    Reader mac{said.chassis};
    said.device = MacAddress::read(mac);
  }
  if (said.device.group()) {
    said.device = {};
  }
  return said;
}

// RFC 4836, dot3MauType.
std::string_view link_of(std::uint16_t mau) noexcept {
  switch (mau) {
    case 10:
      return "10 Mbit/s, half duplex";
    case 11:
      return "10 Mbit/s, full duplex";
    case 15:
      return "100 Mbit/s, half duplex";
    case 16:
    case 18:
      return "100 Mbit/s, full duplex";
    case 29:
      return "1 Gbit/s, half duplex";
    case 22:
    case 24:
    case 26:
    case 30:
      return "1 Gbit/s, full duplex";
    default:
      return {};
  }
}

std::string id_text(std::uint8_t kind, std::uint8_t mac_kind, Bytes id) {
  if (kind == mac_kind && id.size() == 6) {
    Reader in{id};
    return to_string(MacAddress::read(in));
  }
  TextBuffer buffer;
  return std::string{clean_text(id, buffer)};
}

constexpr std::array<std::string_view, 8> kCapabilityNames = {
    "other", "repeater", "bridge", "access point", "router", "telephone", "docsis", "station"};

// The first that says something of the kind of device.
std::string_view device_type_of(std::uint16_t capabilities) noexcept {
  constexpr std::uint16_t kBridge = 1U << 2U;
  constexpr std::uint16_t kAccessPoint = 1U << 3U;
  constexpr std::uint16_t kRouter = 1U << 4U;
  constexpr std::uint16_t kTelephone = 1U << 5U;
  if ((capabilities & kTelephone) != 0) {
    return "telephone";
  }
  if ((capabilities & kAccessPoint) != 0) {
    return "access point";
  }
  if ((capabilities & kRouter) != 0) {
    return "router";
  }
  return (capabilities & kBridge) != 0 ? "bridge" : std::string_view{};
}

// "Siemens, SIMATIC NET, SCALANCE X208, 6GK5 208-0BA10-2AA3, HW: Version 2, FW: Version V4.03,
// SVPB8104": what Siemens devices have in common.
void tell_siemens(Bytes description, const Facts& facts) {
  TextBuffer buffer;
  std::string_view rest = clean_text(description, buffer);
  if (!rest.starts_with("Siemens, SIMATIC")) {
    return;
  }
  const auto behind = [](std::string_view text, std::string_view prefix) {
    text.remove_prefix(prefix.size());
    return text.starts_with("Version ") ? text.substr(8) : text;
  };
  facts.value(Of::vendor, "Siemens");
  for (std::size_t i = 0; !rest.empty(); ++i) {
    const std::size_t end = rest.find(", ");
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 2);
    if (part.starts_with("6") && part.size() >= 12) {
      facts.value(Of::order_number, part);
    } else if (part.starts_with("HW: ")) {
      facts.value(Of::hardware, behind(part, "HW: "));
    } else if (part.starts_with("FW: ")) {
      facts.value(Of::firmware, behind(part, "FW: "));
    } else if (part.starts_with("S ") || part.starts_with("SVP") || part.starts_with("SZV")) {
      facts.value(Of::serial, part.starts_with("S ") ? part.substr(2) : part);
    } else if (i == 2) {
      facts.value(Of::model, part);
    }
  }
}

// Vendor, device type, product code, revision and serial number of the Identity object.
void tell_cip(Bytes body, const Facts& facts) {
  Reader in{body};
  const std::uint16_t vendor = in.le16();
  const std::uint16_t type = in.le16();
  in.skip(2);
  const unsigned major = in.u8() & 0x7fU;  // the high bit: compatible ones will do
  const unsigned minor = in.u8();
  const std::uint32_t serial = in.le32();
  if (!in.ok()) {
    return;
  }
  std::array<std::byte, 4> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::byte>(serial >> (24 - 8 * i) & 0xffU);
  }
  TextBuffer buffer;
  facts.value(Of::vendor, code_name(CodeList::cip_vendors, vendor));
  facts.value(Of::device_type, code_name(CodeList::cip_device_types, type));
  facts.value(Of::firmware, std::to_string(major) + '.' + std::to_string(minor));
  facts.value(Of::serial, hex_text(octets, buffer));
}

std::string port_text(const Said& said) {
  std::string text = id_text(said.port_kind, kPortIsMac, said.port);
  TextBuffer buffer;
  const std::string_view words = clean_text(said.port_description, buffer);
  if (!words.empty() && words != text) {
    text += text.empty() ? "" : ", ";
    text += words;
  }
  return text;
}

void facts_of_chassis(const Said& said, Emitter& out) {
  constexpr std::uint8_t kLocal = 7;
  if (said.chassis_kind == kLocal) {
    Facts{out, "LLDP chassis id", kConfidence}.text(Of::station, said.chassis);
  }
}

void tell(const Said& said, const Layers& layers, Emitter& out) {
  const Identity::Host device{said.device, {}};
  const bool port_only = !said.device.empty() && said.device != layers.src_mac;
  const Identity::Host* about = port_only ? &device : nullptr;
  const Facts facts{out, "LLDP", kConfidence, about};
  const Facts guessed{out, "LLDP system description", kExpectedConfidence, about};
  facts.text(Of::name, said.name);
  facts.text(Of::description, said.description);
  facts.text(Of::vendor, said.vendor);
  facts.text(Of::model, said.model);
  facts.text(Of::hardware, said.hardware);
  facts.text(Of::firmware, said.firmware);
  facts.text(Of::software, said.software);
  facts.text(Of::serial, said.serial);
  if (said.has_capabilities) {
    facts.value(Of::device_type, device_type_of(said.capabilities));
  }
  if (!said.management.empty()) {
    facts.value(Of::ip_config, to_string(said.management) + " for management");
  }
  tell_siemens(said.description, guessed);
  tell_cip(said.cip, {out, "LLDP CIP identification", kConfidence, about});
  const Facts port{out, "LLDP", kConfidence};
  if (said.device.empty()) {  // PROFINET: the name of the station that the port belongs to
    facts_of_chassis(said, out);
  }
  std::string link = port_text(said);
  if (!link.empty() && !link.starts_with("port") && !link.starts_with("Port")) {
    link.insert(0, "port ");
  }
  if (const std::string_view speed = link_of(said.mau); !speed.empty()) {
    link += link.empty() ? "" : ", ";
    link += speed;
  }
  port.value(Of::link, link);
  if (port_only) {
    port.value(Of::mac, to_string(said.device));
  }
}

void show(const Said& said, Fields& fields) {
  const auto text = [&](Field field, Bytes raw) {
    if (!raw.empty()) {
      show_text(fields, field, raw);
    }
  };
  fields.text(kChassis, id_text(said.chassis_kind, kChassisIsMac, said.chassis));
  fields.text(kPort, id_text(said.port_kind, kPortIsMac, said.port));
  fields.number(kTtl, said.ttl);
  text(kPortDescription, said.port_description);
  text(kName, said.name);
  text(kDescription, said.description);
  text(kVendor, said.vendor);
  text(kModel, said.model);
  text(kHardware, said.hardware);
  text(kFirmware, said.firmware);
  text(kSoftware, said.software);
  text(kSerial, said.serial);
  if (said.has_capabilities) {
    fields.begin_list(kCapabilities);
    for (std::size_t i = 0; i < kCapabilityNames.size(); ++i) {
      if ((said.capabilities >> i & 1U) != 0) {
        fields.item(kCapabilityNames[i]);
      }
    }
    fields.end_list();
  }
  if (!said.management.empty()) {
    fields.text(kManagement, to_string(said.management));
  }
  if (said.vlan != 0) {
    fields.number(kVlan, said.vlan);
  }
  if (!link_of(said.mau).empty()) {
    fields.text(kLink, link_of(said.mau));
  }
  if (!said.device.empty()) {
    fields.text(kChassisMac, to_string(said.device));
  }
}

void on_frame(const Layers& layers, Emitter& out) {
  const Said said = read_frame(layers.payload);
  if (said.chassis.empty()) {
    return;
  }
  tell(said, layers, out);
  Message message = announcement(Protocol::lldp, "LLDP Advertisement");
  message.problems = said.truncated && layers.payload_missing == 0 ? 1U << kTruncated : 0U;
  if (Fields* fields = out.fields()) {
    show(said, *fields);
  }
  out.message(message);
}

constexpr std::array kBindings = {Binding{Binding::Layer::ethertype, 0x88cc}};

}  // namespace

extern constinit const Dissector lldp_dissector;
constinit const Dissector lldp_dissector{
    .protocol = Protocol::lldp,
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
