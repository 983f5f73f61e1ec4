// PROFINET DCP: who is there, and naming, addressing and resetting devices without IP.
//
// IEC 61158-6-10 section 4.3; identification.md section 3 for the vendor ids.

#include <algorithm>
#include <bit>
#include <string>

#include "dissectors/frame_facts.hpp"
#include "dissectors/hash.hpp"

namespace prahari {
namespace {

using Of = Identity::Field;

enum Field : std::size_t {
  kFrameId,
  kService,
  kXid,
  kStation,
  kStationType,
  kVendorId,
  kVendor,
  kDeviceId,
  kRole,
  kAlias,
  kInstance,
  kMac,
  kIp,
  kMask,
  kGateway,
  kIpConflict,
  kBlocks,
  kErrors
};
constexpr std::array<std::string_view, kErrors + 1> kFields = {
    "frame_id", "service",   "xid",     "station",     "station_type", "vendor_id",
    "vendor",   "device_id", "role",    "alias",       "instance",     "mac",
    "ip",       "mask",      "gateway", "ip_conflict", "blocks",       "errors"};

enum ProblemIndex : std::uint8_t { kTruncated, kUnknownService };
constexpr std::array kProblems = {
    Problem{"dcp_truncated", "a block of the DCP frame ends before its length does", false},
    Problem{"dcp_unknown_service", "the DCP service is none that exists", false},
};

constexpr std::uint16_t kFirstFrameId = 0xfefc;
constexpr std::uint16_t kHello = 0xfefc;
constexpr std::size_t kMostBlocks = 64;
constexpr std::uint8_t kConfidence = 85;

struct Vendor {
  std::uint16_t id;
  std::string_view name;
};
constexpr auto kVendors = std::to_array<Vendor>({
    {0x001a, "ABB"},
    {0x002a, "Siemens"},
    {0x005d, "Pepperl+Fuchs"},
    {0x0080, "Danfoss"},
    {0x0083, "SMC"},
    {0x00b0, "Phoenix Contact"},
    {0x0101, "SICK"},
    {0x0105, "Kollmorgen"},
    {0x0106, "Lenze"},
    {0x010a, "SEW-Eurodrive"},
    {0x010c, "HMS"},
    {0x011e, "Hilscher"},
    {0x011f, "Bosch Rexroth"},
    {0x0120, "Beckhoff"},
    {0x012f, "Murrelektronik"},
    {0x0134, "Weidmüller"},
    {0x0135, "Euchner"},
    {0x0136, "ifm"},
    {0x0137, "Cognex"},
    {0x013d, "Turck"},
    {0x014d, "Festo"},
    {0x0152, "Leuze"},
    {0x0153, "TR Electronic"},
    {0x015d, "esd"},
    {0x0173, "KEBA"},
    {0x0174, "ABB"},
    {0x0193, "Harting"},
    {0x019b, "KUKA"},
    {0x019c, "Datalogic"},
    {0x01a5, "Norgren"},
    {0x01b0, "Fronius"},
    {0x01b7, "Fanuc"},
    {0x01fd, "Keyence"},
    {0x0200, "JVL"},
    {0x0201, "MTS"},
    {0x023f, "Kistler"},
    {0x0361, "Universal Robots"},
    {0x0378, "Balluff"},
    {0x0379, "AMK"},
    {0x03b0, "ABB"},
    {0x092f, "Pilz"},
    {0x1240, "Deutschmann"},
});
static_assert(std::ranges::is_sorted(kVendors, {}, &Vendor::id));

std::string_view vendor_name(std::uint16_t id) noexcept {
  const auto* const found = std::ranges::lower_bound(kVendors, id, {}, &Vendor::id);
  return found != kVendors.end() && found->id == id ? found->name : std::string_view{};
}

enum class Service : std::uint8_t { get = 3, set = 4, identify = 5, hello = 6 };

// Option in the high octet, suboption in the low one.
namespace block {
constexpr std::uint16_t kMac = 0x0101;
constexpr std::uint16_t kIp = 0x0102;
constexpr std::uint16_t kFullIp = 0x0103;
constexpr std::uint16_t kStationType = 0x0201;
constexpr std::uint16_t kStation = 0x0202;
constexpr std::uint16_t kDeviceId = 0x0203;
constexpr std::uint16_t kRole = 0x0204;
constexpr std::uint16_t kAlias = 0x0206;
constexpr std::uint16_t kInstance = 0x0207;
constexpr std::uint16_t kStart = 0x0501;
constexpr std::uint16_t kStop = 0x0502;
constexpr std::uint16_t kBlink = 0x0503;
constexpr std::uint16_t kResponse = 0x0504;
constexpr std::uint16_t kFactoryReset = 0x0505;
constexpr std::uint16_t kResetToFactory = 0x0506;
constexpr std::uint8_t kDhcpOption = 0x03;
}  // namespace block

struct Header {
  std::uint16_t frame_id = 0;
  std::uint8_t service = 0;
  bool response = false;
  bool refused = false;
  std::uint32_t xid = 0;
  Bytes blocks;
  bool cut = false;

  [[nodiscard]] bool is(Service one) const noexcept {
    return service == static_cast<std::uint8_t>(one);
  }
};

// What the blocks of one frame say; views into the packet.
struct Said {
  Bytes station;
  Bytes station_type;
  Bytes alias;
  IpAddress ip;
  IpAddress mask;
  IpAddress gateway;
  MacAddress mac;
  std::uint16_t vendor = 0;
  std::uint16_t device = 0;
  std::uint16_t instance = 0;
  std::uint8_t role = 0;
  std::uint8_t errors = 0;  // of the blocks of an answer to Set
  bool has_device = false;
  bool has_role = false;
  bool has_instance = false;
  bool has_ip = false;
  bool conflict = false;
  bool truncated = false;
};

Header read_header(const Layers& layers) noexcept {
  Reader in{layers.payload};
  Header header;
  header.frame_id = in.be16();
  header.service = in.u8();
  const std::uint8_t type = in.u8();
  header.xid = in.be32();
  in.skip(2);
  const std::uint16_t size = in.be16();
  header.response = (type & 1U) != 0;
  header.refused = (type & 4U) != 0;
  header.cut = size > in.remaining();
  header.blocks = in.take(std::min<std::size_t>(size, in.remaining()));
  return header;
}

// Calls visit(option, data, info) for each block; false when the last is cut off.
template <class Visit>
bool each_block(const Header& header, const Visit& visit) {
  Reader in{header.blocks};
  const bool pairs_only = header.is(Service::get) && !header.response;
  const bool with_info = header.is(Service::identify) ? header.response : true;
  for (std::size_t i = 0; i < kMostBlocks && in.remaining() >= 2; ++i) {
    const std::uint16_t option = in.be16();
    if (pairs_only) {
      visit(option, Bytes{}, std::uint16_t{0});
      continue;
    }
    const std::uint16_t size = in.be16();
    Reader body = in.sub(size);
    if (!in.ok()) {
      return false;
    }
    const bool info_here = with_info && option != block::kResponse && size >= 2;
    const std::uint16_t info = info_here ? body.be16() : std::uint16_t{0};
    visit(option, body.rest(), info);
    if (size % 2 != 0 && in.remaining() > 0) {
      in.skip(1);
    }
  }
  return true;
}

void read_block(std::uint16_t option, Bytes data, std::uint16_t info, Said& said) noexcept {
  constexpr std::uint16_t kConflict = 0x80;
  Reader in{data};
  switch (option) {
    case block::kMac:
      said.mac = MacAddress::read(in);
      break;
    case block::kIp:
    case block::kFullIp:
      said.ip = IpAddress::read_v4(in);
      said.mask = IpAddress::read_v4(in);
      said.gateway = IpAddress::read_v4(in);
      said.has_ip = in.ok();
      said.conflict = (info & kConflict) != 0;
      break;
    case block::kStationType:
      said.station_type = data;
      break;
    case block::kStation:
      said.station = data;
      break;
    case block::kDeviceId:
      said.vendor = in.be16();
      said.device = in.be16();
      said.has_device = in.ok();
      break;
    case block::kRole:
      said.role = in.u8();
      said.has_role = in.ok();
      break;
    case block::kAlias:
      said.alias = data;
      break;
    case block::kInstance:
      said.instance = in.be16();
      said.has_instance = in.ok();
      break;
    case block::kResponse:
      in.skip(2);
      said.errors = static_cast<std::uint8_t>(said.errors | in.u8());
      break;
    default:
      break;
  }
}

std::string_view role_name(std::uint8_t role) noexcept {
  if ((role & 8U) != 0) {
    return "PROFINET IO supervisor";
  }
  if ((role & 2U) != 0) {
    return "PROFINET IO controller";
  }
  if ((role & 4U) != 0) {
    return "PROFINET IO multidevice";
  }
  return (role & 1U) != 0 ? "PROFINET IO device" : std::string_view{};
}

std::string id_text(const Said& said) {
  std::array<std::byte, 4> raw{};
  const std::uint32_t both = std::uint32_t{said.vendor} << 16U | said.device;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    raw[i] = static_cast<std::byte>(both >> (24 - 8 * i) & 0xffU);
  }
  TextBuffer buffer;
  const std::string_view digits = hex_text(raw, buffer);
  return "PROFINET vendor 0x" + std::string{digits.substr(0, 4)} + ", device 0x" +
         std::string{digits.substr(4)};
}

std::string ip_text(const Said& said) {
  unsigned prefix = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    prefix += static_cast<unsigned>(std::popcount(said.mask.octets[i]));
  }
  std::string text = to_string(said.ip) + '/' + std::to_string(prefix);
  if (!said.gateway.unspecified() && said.gateway != said.ip) {
    text += ", gateway " + to_string(said.gateway);
  }
  return text;
}

void tell(const Said& said, const Layers& layers, Emitter& out) {
  const Facts facts{out, "PROFINET DCP", kConfidence};
  facts.text(Of::name, said.station);
  facts.text(Of::model, said.station_type);
  if (said.has_device) {
    facts.value(Of::vendor, vendor_name(said.vendor));
    facts.value(Of::profile, id_text(said));
  }
  facts.value(Of::device_type, role_name(said.role));
  if (said.has_ip && !said.ip.unspecified()) {
    facts.value(Of::ip_config, ip_text(said));
    if (!said.conflict) {
      out.host({layers.src_mac, said.ip});
    }
  }
}

void show(const Header& header, const Said& said, Fields& fields) {
  fields.number(kFrameId, header.frame_id);
  fields.number(kService, header.service);
  fields.number(kXid, header.xid);
  const auto text = [&](Field field, Bytes raw) {
    if (!raw.empty()) {
      show_text(fields, field, raw);
    }
  };
  text(kStation, said.station);
  text(kStationType, said.station_type);
  text(kAlias, said.alias);
  if (said.has_device) {
    fields.number(kVendorId, said.vendor);
    fields.number(kDeviceId, said.device);
    if (const std::string_view name = vendor_name(said.vendor); !name.empty()) {
      fields.text(kVendor, name);
    }
  }
  if (said.has_role) {
    fields.number(kRole, said.role);
  }
  if (said.has_instance) {
    fields.number(kInstance, said.instance);
  }
  if (!said.mac.empty()) {
    fields.text(kMac, to_string(said.mac));
  }
  if (said.has_ip) {
    fields.text(kIp, to_string(said.ip));
    fields.text(kMask, to_string(said.mask));
    fields.text(kGateway, to_string(said.gateway));
    fields.boolean(kIpConflict, said.conflict);
  }
  if (header.is(Service::set) && header.response) {
    fields.number(kErrors, said.errors);
  }
  fields.begin_list(kBlocks);
  (void)each_block(header, [&](std::uint16_t option, Bytes /*data*/, std::uint16_t /*info*/) {
    fields.item(std::to_string(option >> 8U) + '/' + std::to_string(option & 0xffU));
  });
  fields.end_list();
}

std::string_view name_of(const Header& header) noexcept {
  if (header.is(Service::identify)) {
    return header.response ? "DCP Identify Response" : "DCP Identify";
  }
  if (header.is(Service::hello)) {
    return "DCP Hello";
  }
  if (header.is(Service::get)) {
    return header.response ? "DCP Get Response" : "DCP Get";
  }
  if (header.is(Service::set)) {
    return header.response ? "DCP Set Response" : "DCP Set";
  }
  return "DCP Unknown Service";
}

// What one block of a Set asks for.
struct Setting {
  std::string_view name;
  Operation operation = Operation::control;
  Effect effect = Effect::none;
};

Setting setting_of(std::uint16_t option) noexcept {
  switch (option) {
    case block::kStation:
      return {"DCP Set Station Name", Operation::admin, Effect::set_network};
    case block::kIp:
    case block::kFullIp:
      return {"DCP Set IP Address", Operation::admin, Effect::set_network};
    case block::kBlink:
      return {"DCP Blink", Operation::control, Effect::none};
    case block::kFactoryReset:
      return {"DCP Factory Reset", Operation::control, Effect::factory_reset};
    case block::kResetToFactory:
      return {"DCP Reset to Factory", Operation::control, Effect::factory_reset};
    default:
      break;
  }
  if (option >> 8U == block::kDhcpOption) {
    return {"DCP Set DHCP", Operation::admin, Effect::set_network};
  }
  return {"DCP Set Other", Operation::control, Effect::none};
}

void send_settings(const Header& header, Message message, Emitter& out) {
  bool further = false;
  (void)each_block(header, [&](std::uint16_t option, Bytes data, std::uint16_t /*info*/) {
    if (option == block::kStart || option == block::kStop) {
      return;
    }
    const Setting setting = setting_of(option);
    TextBuffer buffer;
    std::string address;
    message.name = setting.name;
    message.operation = setting.operation;
    message.effect = setting.effect;
    message.sub_function = option;
    message.target = {};
    if (option == block::kStation) {
      message.target.table = "station name";
      message.target.text = clean_text(data, buffer);
    } else if (option == block::kIp || option == block::kFullIp) {
      Reader in{data};
      address = to_string(IpAddress::read_v4(in));
      message.target.table = "address";
      message.target.text = address;
    }
    message.further = further;
    further = true;
    out.message(message);
  });
  if (!further) {  // only the frame around a transaction
    message.operation = Operation::control;
    out.message(message);
  }
}

bool is_dcp(const Layers& layers) noexcept {
  return Reader{layers.payload}.be16() >= kFirstFrameId;
}

Message message_of(const Header& header, const Said& said) {
  const bool setting = header.is(Service::set);
  const bool known = setting || header.is(Service::get) || header.is(Service::identify) ||
                     header.is(Service::hello);
  Message out;
  out.protocol = Protocol::pn_dcp;
  out.kind = header.frame_id == kHello ? Kind::oneway
             : header.response         ? Kind::response
                                       : Kind::request;
  out.direction = header.response ? Direction::to_client : Direction::to_server;
  out.operation = setting || !known ? Operation::admin : Operation::discover;
  out.function = header.service;
  out.name = name_of(header);
  // The frame goes the other way than what was asked: it is no deed of its sender.
  out.envelope = header.response;
  if (header.response) {
    out.status = said.errors;
    const bool bad = header.refused || said.errors != 0;
    out.outcome = bad ? Outcome::failure : Outcome::success;
  }
  out.problems = known ? 0U : 1U << kUnknownService;
  return out;
}

void on_frame(const Layers& layers, Emitter& out) {
  constexpr std::uint16_t kLastFrameId = 0xfeff;
  const Header header = read_header(layers);
  if (header.frame_id < kFirstFrameId || header.frame_id > kLastFrameId) {
    return;  // cyclic data, alarms, time
  }
  Said said;
  const bool whole = each_block(header, [&](std::uint16_t option, Bytes data, std::uint16_t info) {
    read_block(option, data, info, said);
  });
  said.truncated = !whole || header.cut;
  const bool about_itself =
      header.frame_id == kHello || (header.response && !header.is(Service::set));
  if (about_itself) {
    tell(said, layers, out);
  }
  Message message = message_of(header, said);
  if (said.truncated && layers.payload_missing == 0) {
    message.problems |= 1U << kTruncated;
  }
  if (Fields* fields = out.fields()) {
    show(header, said, *fields);
  }
  if (header.is(Service::set) && !header.response) {
    send_settings(header, message, out);
  } else {
    out.message(message);
  }
}

// Cyclic data pass by; of DCP only the very same frame is alike.
std::uint64_t alike(const Layers& layers) noexcept {
  return is_dcp(layers) ? Hasher{0}.add(as_text(layers.payload)).add(layers.dst_mac).value() : 0;
}

constexpr std::array kBindings = {Binding{Binding::Layer::ethertype, 0x8892}};

}  // namespace

extern constinit const Dissector pn_dcp_dissector;
constinit const Dissector pn_dcp_dissector{
    .protocol = Protocol::pn_dcp,
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
