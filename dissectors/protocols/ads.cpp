// ADS, the Automation Device Specification of Beckhoff TwinCAT: AMS/TCP on 48898, and the discovery
// and route service on UDP 48899. Beckhoff Information System, TF1000; little-endian.

#include <array>
#include <cstdio>
#include <string>

#include "dissectors/meaning.hpp"
#include "dissectors/ot_session.hpp"
#include "dissectors/printable.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kCommand,
  kTarget,
  kSource,
  kFlags,
  kError,
  kInvoke,
  kGroup,
  kOffset,
  kLength,
  kState,
  kDeviceName,
  kVersion,
  kService,
  kHost,
  kRoute,
  kUser,
  kData
};
constexpr std::array<std::string_view, 17> kFields = {
    "command",     "target",       "source", "flags", "error",  "invoke_id",
    "index_group", "index_offset", "length", "state", "device", "version",
    "service",     "host",         "route",  "user",  "data"};

enum Wrong : std::uint8_t { kForeign, kTruncated };
constexpr std::array kProblems = {
    Problem{"non_ads_on_port", "bytes on the ADS port are no AMS packets", false},
    Problem{"truncated", "the message ends before its fields do", true},
};

constexpr std::uint8_t kTcp = 0;  // variants
constexpr std::uint8_t kUdp = 1;
constexpr std::size_t kTcpHeader = 6;
constexpr std::size_t kAmsHeader = 32;
constexpr std::uint32_t kLongest = std::uint32_t{1} << 20U;
constexpr std::uint32_t kMagic = 0x71146603;
constexpr std::uint32_t kUdpAnswer = 0x80000000;
constexpr std::uint16_t kResponse = 0x0001;
constexpr std::uint16_t kAdsCommand = 0x0004;
constexpr std::uint16_t kSystemService = 10000;  // AMS port
constexpr std::size_t kShown = 64;
constexpr std::size_t kLongestUser = 128;

struct NetAddress {
  std::array<std::uint8_t, 6> id{};
  std::uint16_t port = 0;
};

NetAddress read_address(Reader& in) noexcept {
  NetAddress address;
  for (std::uint8_t& part : address.id) {
    part = in.u8();
  }
  address.port = in.le16();
  return address;
}

std::string net_id(const NetAddress& address) {
  std::string text;
  for (const std::uint8_t part : address.id) {
    text += (text.empty() ? "" : ".") + std::to_string(part);
  }
  return text;
}

bool is_null(const NetAddress& address) noexcept {
  return std::ranges::all_of(address.id, [](std::uint8_t part) { return part == 0; });
}

struct Ams {
  NetAddress target;
  NetAddress source;
  std::uint16_t command = 0;
  std::uint16_t flags = 0;
  std::uint32_t length = 0;
  std::uint32_t error = 0;
  std::uint32_t invoke = 0;

  [[nodiscard]] bool response() const noexcept { return (flags & kResponse) != 0; }
};

Ams read_ams(Reader& in) noexcept {
  Ams ams;
  ams.target = read_address(in);
  ams.source = read_address(in);
  ams.command = in.le16();
  ams.flags = in.le16();
  ams.length = in.le32();
  ams.error = in.le32();
  ams.invoke = in.le32();
  return ams;
}

constexpr std::array<Meaning, 10> kCommands = {{{"Invalid Command", Operation::control},
                                                {"Read Device Info", Operation::discover},
                                                {"Read", Operation::read},
                                                {"Write", Operation::write},
                                                {"Read State", Operation::discover},
                                                {"Write Control", Operation::control},
                                                {"Add Notification", Operation::read},
                                                {"Delete Notification", Operation::read},
                                                {"Notification", Operation::read},
                                                {"Read Write", Operation::write}}};
enum Command : std::uint16_t {
  kReadDeviceInfo = 1,
  kRead,
  kWrite,
  kReadState,
  kWriteControl,
  kAddNotification,
  kDeleteNotification,
  kNotification,
  kReadWrite
};

constexpr std::array<std::string_view, 17> kStates = {
    "invalid",  "idle",        "reset",       "init",          "start",      "run",
    "stop",     "save config", "load config", "power failure", "power good", "error",
    "shutdown", "suspend",     "resume",      "config",        "reconfig"};

std::string_view state_name(std::uint16_t state) noexcept {
  return state < kStates.size() ? kStates[state] : "unknown";
}

Meaning control_meaning(std::uint16_t state) noexcept {
  switch (state) {
    case 2:
      return {"Write Control: reset", Operation::control, Effect::reset};
    case 4:
    case 5:
    case 14:
      return {"Write Control: run", Operation::control, Effect::start};
    case 6:
      return {"Write Control: stop", Operation::control, Effect::stop};
    case 12:
      return {"Write Control: shutdown", Operation::control, Effect::stop};
    case 7:
    case 8:
    case 13:
    case 15:
    case 16:
      return {"Write Control: configuration", Operation::control, Effect::change_mode};
    default:
      return kCommands[kWriteControl];
  }
}

// Index groups of the system service, AMS port 10000.
Meaning system_meaning(std::uint16_t command, std::uint32_t group) noexcept {
  switch (group) {
    case 120:
      return {"Open File", Operation::read};
    case 121:
      return {"Close File", Operation::read};
    case 122:
      return {"Read File", Operation::read};
    case 123:
      return {"Write File", Operation::program, Effect::program_to};
    case 131:
      return {"Delete File", Operation::program, Effect::erase};
    case 132:
      return {"Rename File", Operation::program};
    case 400:
      return command == kWrite ? Meaning{"Set Time", Operation::admin, Effect::set_time}
                               : Meaning{"Read Time", Operation::read};
    case 500:
      return {"Start Process", Operation::control};
    case 700:
      return {"Read Target Description", Operation::discover};
    case 701:
    case 702:
      return {"Read Network Settings", Operation::discover};
    case 801:
      return {"Add Route", Operation::admin, Effect::set_network};
    case 802:
      return {"Delete Route", Operation::admin, Effect::set_network};
    case 803:
      return {"List Routes", Operation::discover};
    default:
      return command == kRead ? Meaning{"Read", Operation::read} : Meaning{"", Operation::control};
  }
}

constexpr std::uint32_t kHandleByName = 0xf003;
constexpr std::uint32_t kReleaseHandle = 0xf006;

Meaning symbol_meaning(std::uint16_t command, std::uint32_t group) noexcept {
  switch (group) {
    case kHandleByName:
      return {"Get Symbol Handle", Operation::read};
    case 0xf004:
      return {"Read Symbol by Name", Operation::read};
    case kReleaseHandle:
      return {"Release Symbol Handle", Operation::read};
    case 0xf007:
    case 0xf009:
      return {"Get Symbol Information", Operation::discover};
    case 0xf080:
    case 0xf083:
    case 0xf084:
      return {"Sum Read", Operation::read};
    case 0xf085:
    case 0xf086:
      return {"Sum Notification", Operation::read};
    case 0xf081:
      return {"Sum Write", Operation::write};
    case 0xf082:
      return {"Sum Read Write", Operation::write};
    default:
      return kCommands[command];
  }
}

std::string_view table_of(std::uint32_t group) noexcept {
  switch (group) {
    case 0x4020:
    case 0x4021:
      return "memory";
    case 0xf005:
      return "symbol handle";
    case kHandleByName:
    case 0xf004:
    case 0xf007:
    case 0xf009:
      return "symbol";
    case 0xf020:
    case 0xf021:
      return "input";
    case 0xf030:
    case 0xf031:
      return "output";
    default:
      return "index group";
  }
}

Frame tcp_frame(Bytes head) noexcept {
  Reader in{head};
  const std::uint16_t reserved = in.le16();
  const std::uint32_t length = in.le32();
  if (!in.ok()) {
    return head.empty() || Reader{head}.u8() == 0 ? Frame::need_more() : Frame::not_mine();
  }
  if (reserved != 0 || length < kAmsHeader || length > kLongest) {
    return Frame::not_mine();
  }
  const Ams ams = read_ams(in);
  const bool sound = ams.length == length - kAmsHeader && (ams.flags & kAdsCommand) != 0 &&
                     ams.command < kCommands.size();
  if (in.ok() && !sound) {
    return Frame::not_mine();
  }
  const std::size_t whole = kTcpHeader + length;
  return head.size() < whole ? Frame::need_more() : Frame::complete(whole);
}

Frame udp_frame(Bytes head) noexcept {
  Reader in{head};
  const std::uint32_t magic = in.le32();
  in.skip(16);
  return in.ok() && magic == kMagic ? Frame::complete(head.size()) : Frame::not_mine();
}

class AdsSession final : public OtSession {
 public:
  explicit AdsSession(std::uint8_t variant) : OtSession(Protocol::ads), udp_(variant == kUdp) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return udp_ ? udp_frame(head) : tcp_frame(head);
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override { udp_ ? on_udp(pdu, out) : on_ams(pdu, out); }

 private:
  struct Spoken {
    const Ams& ams;
    const Pdu& pdu;
    Reader in;
    Message& message;
    Fields* fields;
  };

  void on_ams(const Pdu& pdu, Emitter& out) {
    Reader in{pdu.bytes};
    in.skip(kTcpHeader);
    const Ams ams = read_ams(in);
    confirm();
    Message message;
    message.protocol = Protocol::ads;
    // Notifications are requests of the server.
    const bool from_server = ams.response() != (ams.command == kNotification);
    message.direction = direct(pdu, from_server, out);
    message.kind = ams.command == kNotification ? Kind::oneway
                   : !ams.response()            ? Kind::request
                                                : Kind::response;
    message.cyclic = ams.command == kNotification;
    message.function = ams.command;
    message.name = kCommands[ams.command].name;
    message.operation = kCommands[ams.command].operation;
    message.target.unit = from_server ? ams.source.port : ams.target.port;
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->number(kCommand, ams.command);
      fields->text(kTarget, net_id(ams.target) + ":" + std::to_string(ams.target.port));
      fields->text(kSource, net_id(ams.source) + ":" + std::to_string(ams.source.port));
      fields->number(kFlags, ams.flags);
      fields->number(kInvoke, ams.invoke);
      fields->number(kLength, ams.length);
    }
    Spoken spoken{ams, pdu, in, message, fields};
    ams.response() ? on_response(spoken, out) : on_request(spoken);
    out.message(message);
    if (!is_null(ams.source)) {
      tell_station(ams.source, pdu, out);
    }
  }

  void tell_station(const NetAddress& address, const Pdu& pdu, Emitter& out) {
    std::uint64_t hash = 1;
    for (const std::uint8_t part : address.id) {
      hash = hash << 8U | part;
    }
    std::uint64_t& told = stations_[pdu.side == Side::first ? 0 : 1];
    if (told != hash) {
      told = hash;
      tell(Identity::Field::station, net_id(address), {"AMS header", 85}, pdu, out);
    }
  }

  void on_request(Spoken& spoken) {
    Message& message = spoken.message;
    Reader& in = spoken.in;
    const std::uint16_t command = spoken.ams.command;
    std::uint32_t group = 0;
    if (command == kRead || command == kWrite || command == kReadWrite ||
        command == kAddNotification) {
      group = in.le32();
      const std::uint32_t offset = in.le32();
      const std::uint32_t length = in.le32();
      read_target(spoken, group, offset, length);
    } else if (command == kWriteControl) {
      const std::uint16_t state = in.le16();
      in.skip(6);
      const Meaning meaning = control_meaning(state);
      message.name = meaning.name;
      message.effect = meaning.effect;
      message.sub_function = state;
      if (spoken.fields != nullptr) {
        spoken.fields->text(kState, state_name(state));
      }
    }
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
    if (command != kNotification) {
      asked_.push(message, spoken.ams.invoke, spoken.pdu,
                  static_cast<std::uint16_t>(group & 0xffffU));
    }
  }

  static void read_target(Spoken& spoken, std::uint32_t group, std::uint32_t offset,
                          std::uint32_t length) {
    Message& message = spoken.message;
    Reader& in = spoken.in;
    const std::uint16_t command = spoken.ams.command;
    const bool system = spoken.ams.target.port == kSystemService;
    Meaning meaning = system ? system_meaning(command, group) : symbol_meaning(command, group);
    if (meaning.name.empty()) {
      meaning.name = message.name;
    }
    if (command != kAddNotification) {
      message.name = meaning.name;
      message.operation = meaning.operation;
      message.effect = meaning.effect;
    }
    message.target.table = table_of(group);
    message.target.address = offset;
    message.target.count = std::max<std::uint32_t>(length, 1);
    Bytes data;
    if (command == kReadWrite) {
      const std::uint32_t size = in.le32();
      data = in.take(size);
    } else if (command == kWrite) {
      data = in.take(length);
    }
    if (group == kHandleByName || group == 0xf004) {
      message.target.text = as_text(before_nul(data));
      message.target.count = 0;
    }
    if (spoken.fields != nullptr) {
      spoken.fields->number(kGroup, group);
      spoken.fields->number(kOffset, offset);
      spoken.fields->hex(kData, data.first(std::min(data.size(), kShown)));
    }
  }

  void on_response(Spoken& spoken, Emitter& out) {
    Message& message = spoken.message;
    Reader& in = spoken.in;
    const std::optional<Asked> asked = asked_.take(spoken.ams.invoke, spoken.pdu.side);
    const bool matched = asked && asked->function == spoken.ams.command;
    if (matched) {
      answer(message, *asked);
    }
    const bool refused = spoken.ams.error != 0;  // then there may be no data
    const std::uint32_t result = refused ? spoken.ams.error : in.le32();
    message.status = result;
    message.outcome = result == 0 ? Outcome::success : Outcome::failure;
    message.kind = result == 0 ? Kind::response : Kind::exception;
    if (spoken.fields != nullptr) {
      spoken.fields->number(kError, result);
    }
    if (result == 0 && spoken.ams.command == kReadDeviceInfo) {
      on_device_info(spoken, out);
    } else if (result == 0 && spoken.ams.command == kReadState) {
      const std::uint16_t state = in.le16();
      if (spoken.fields != nullptr) {
        spoken.fields->text(kState, state_name(state));
      }
      if (in.ok()) {
        tell(Identity::Field::mode, state_name(state), {"ADS state", 90}, spoken.pdu, out);
      }
    } else if (result == 0 && matched && asked->extra == 700 &&
               spoken.ams.source.port == kSystemService) {
      const std::uint32_t size = in.le32();
      on_description(as_text(before_nul(in.take(size))), spoken.pdu, out);
    }
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
  }

  void on_device_info(Spoken& spoken, Emitter& out) {
    Reader& in = spoken.in;
    const std::uint8_t major = in.u8();
    const std::uint8_t minor = in.u8();
    const std::uint16_t build = in.le16();
    const Bytes raw = before_nul(in.take(16));
    if (!in.ok()) {
      return;
    }
    TextBuffer buffer;
    const std::string name{clean_text(raw, buffer)};
    const std::string version =
        std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(build);
    if (spoken.fields != nullptr) {
      spoken.fields->text(kDeviceName, name);
      spoken.fields->text(kVersion, version);
    }
    const Source source{"ADS device information", 90};
    tell(Identity::Field::vendor, "Beckhoff", source, spoken.pdu, out);
    tell(Identity::Field::software, name.empty() ? version : name + " " + version, source,
         spoken.pdu, out);
  }

  // The target description of TwinCAT 3 is a small XML document.
  void on_description(std::string_view xml, const Pdu& pdu, Emitter& out) {
    const auto element = [&](std::string_view open) -> std::string_view {
      const std::size_t at = xml.find(open);
      if (at == std::string_view::npos) {
        return {};
      }
      const std::string_view rest = xml.substr(at + open.size());
      return rest.substr(0, std::min<std::size_t>(rest.find('<'), 64));
    };
    const Source source{"TwinCAT target description", 90};
    const std::string_view type = element("<TargetType>");
    if (type.empty()) {
      return;
    }
    tell(Identity::Field::vendor, "Beckhoff", source, pdu, out);
    tell_raw(Identity::Field::device_type, as_bytes(type), source, pdu, out);
    tell_raw(Identity::Field::model, as_bytes(element("<DeviceModel>")), source, pdu, out);
    tell_raw(Identity::Field::serial, as_bytes(element("<SerialNo>")), source, pdu, out);
    tell_raw(Identity::Field::os, as_bytes(element("<OsName>")), source, pdu, out);
    std::string version;
    for (const std::string_view part : {"<Version>", "<Revision>", "<Build>"}) {
      const std::string_view value = element(part);
      version += version.empty() || value.empty() ? "" : ".";
      append_printable(version, value, 16);
    }
    tell(Identity::Field::firmware, version, source, pdu, out);
  }

  // --- UDP -----------------------------------------------------------------------------------

  struct Tags {
    std::optional<std::uint32_t> error;
    std::string version;
    std::string os;
    std::string_view host;
    std::string_view route;
    std::string_view user;
    Bytes password;
    bool cut = false;
  };

  static std::string os_text(Reader in) {
    in.skip(4);
    const std::uint32_t major = in.le32();
    const std::uint32_t minor = in.le32();
    const std::uint32_t build = in.le32();
    const std::uint32_t platform = in.le32();
    if (!in.ok() || major > 100 || minor > 1000) {
      return {};
    }
    const std::string_view kind = platform == 3   ? "Windows CE "
                                  : platform == 2 ? "Windows NT "
                                                  : "";
    return kind.empty() ? std::string{}
                        : std::string{kind} + std::to_string(major) + "." + std::to_string(minor) +
                              "." + std::to_string(build);
  }

  static Tags read_tags(Reader in, std::uint32_t count) {
    Tags tags;
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
      const std::uint16_t tag = in.le16();
      const std::uint16_t size = in.le16();
      Reader value = in.sub(size);
      if (!in.ok()) {
        break;
      }
      switch (tag) {
        case 1:
          tags.error = value.le32();
          break;
        case 2:
          tags.password = before_nul(value.rest());
          break;
        case 3: {
          const std::uint8_t major = value.u8();
          const std::uint8_t minor = value.u8();
          const std::uint16_t build = value.le16();
          tags.version =
              std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(build);
          break;
        }
        case 4:
          tags.os = os_text(value);
          break;
        case 5:
          tags.host = as_text(before_nul(value.rest()));
          break;
        case 12:
          tags.route = as_text(before_nul(value.rest()));
          break;
        case 13:
          tags.user = as_text(before_nul(value.rest()));
          break;
        default:
          break;
      }
    }
    tags.cut = !in.ok();
    return tags;
  }

  static Meaning service_meaning(std::uint32_t service) noexcept {
    switch (service) {
      case 1:
        return {"Server Info", Operation::discover};
      case 6:
        return {"Add Route", Operation::admin, Effect::set_network};
      case 7:
        return {"Delete Route", Operation::admin, Effect::set_network};
      default:
        return {"Unknown Service", Operation::control};
    }
  }

  void on_udp(const Pdu& pdu, Emitter& out) {
    Reader in{pdu.bytes};
    in.skip(4);
    const std::uint32_t invoke = in.le32();
    const std::uint32_t code = in.le32();
    const NetAddress source = read_address(in);
    const std::uint32_t count = in.le32();
    const Tags tags = in.ok() ? read_tags(in, count) : Tags{};
    const bool response = (code & kUdpAnswer) != 0;
    const std::uint32_t service = code & ~kUdpAnswer;
    const Meaning meaning = service_meaning(service);
    confirm();
    Message message;
    message.protocol = Protocol::ads;
    message.direction = direct(pdu, response, out);
    message.kind = response ? Kind::response : Kind::request;
    message.function = static_cast<std::uint16_t>(service);
    message.name = meaning.name;
    message.operation = meaning.operation;
    message.effect = meaning.effect;
    message.problems |= tags.cut ? 1U << kTruncated : 0U;
    if (!tags.route.empty()) {
      message.target.table = "route";
      message.target.text = tags.route;
    }
    const std::uint64_t key = std::uint64_t{1} << 32U | std::uint64_t{invoke} << 33U | service;
    if (response) {
      if (const std::optional<Asked> asked = asked_.take(key, pdu.side)) {
        answer(message, *asked);
      }
      message.status = tags.error.value_or(0);
      message.outcome = message.status == 0 ? Outcome::success : Outcome::failure;
    }
    if (Fields* fields = out.fields()) {
      show_udp(*fields, service, invoke, source, tags);
    }
    out.message(message);
    if (!response) {
      asked_.push(message, key, pdu);
    }
    tell_udp(service, response, source, tags, pdu, out);
  }

  static void show_udp(Fields& fields, std::uint32_t service, std::uint32_t invoke,
                       const NetAddress& source, const Tags& tags) {
    fields.number(kService, service);
    fields.number(kInvoke, invoke);
    fields.text(kSource, net_id(source) + ":" + std::to_string(source.port));
    if (tags.error) {
      fields.number(kError, *tags.error);
    }
    if (!tags.version.empty()) {
      fields.text(kVersion, tags.version);
    }
    const auto show = [&](Field field, std::string_view text) {
      if (!text.empty()) {
        fields.text(field, text.substr(0, kShown));
      }
    };
    show(kHost, tags.host);
    show(kRoute, tags.route);
    show(kUser, tags.user);
  }

  void tell_udp(std::uint32_t service, bool response, const NetAddress& address, const Tags& tags,
                const Pdu& pdu, Emitter& out) {
    if (!is_null(address)) {
      tell(Identity::Field::station, net_id(address), {"ADS discovery", 85}, pdu, out);
    }
    if (response && service == 1) {
      const Source source{"ADS discovery", 85};
      tell(Identity::Field::vendor, "Beckhoff", source, pdu, out);
      tell_raw(Identity::Field::name, as_bytes(tags.host), source, pdu, out);
      tell(Identity::Field::software, tags.version.empty() ? "" : "TwinCAT " + tags.version, source,
           pdu, out);
      tell(Identity::Field::os, tags.os, source, pdu, out);
    }
    if (!response && service == 6 && !tags.password.empty()) {
      std::string user;
      append_printable(user, tags.user, kLongestUser);
      Posture posture;
      posture.protocol = Protocol::ads;
      posture.aspect = Posture::Aspect::user_used;
      posture.of_sender = false;
      posture.flaws = Posture::bit(Posture::Flaw::cleartext_password);
      posture.what = "user name";
      posture.text = user;
      posture.secret_size = static_cast<std::uint32_t>(tags.password.size());
      out.posture(posture);
    }
  }

  bool udp_;
  std::array<std::uint64_t, 2> stations_{};  // told of each side last
};

Probe probe(const ProbeInput& input) noexcept {
  if (input.transport == Transport::udp) {
    Reader in{input.head};
    in.skip(8);
    const bool response = (in.le32() & kUdpAnswer) != 0;
    const bool mine = udp_frame(input.head).verdict == Frame::Verdict::complete;
    return mine ? Probe{Probe::Answer::yes, response ? Direction::to_client : Direction::to_server,
                        kUdp}
                : Probe{};
  }
  Reader in{input.head};
  in.skip(kTcpHeader);
  const Ams ams = read_ams(in);
  const Frame frame = tcp_frame(input.head);
  if (frame.verdict == Frame::Verdict::not_mine) {
    return {};
  }
  if (!in.ok()) {
    return {input.bound ? Probe::Answer::need_more : Probe::Answer::no};
  }
  const bool from_server = ams.response() != (ams.command == kNotification);
  return {Probe::Answer::yes, from_server ? Direction::to_client : Direction::to_server, kTcp};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 48898},
                                  Binding{Binding::Layer::udp_port, 48899}};

}  // namespace

extern constinit const Dissector ads_dissector;
constinit const Dissector ads_dissector{
    .protocol = Protocol::ads,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<AdsSession>(variant);
    },
};

}  // namespace prahari
