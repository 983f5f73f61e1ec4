#include "dissectors/protocols/ads/ads.hpp"

#include <algorithm>
#include <optional>

#include "dissectors/ot_session.hpp"
#include "dissectors/printable.hpp"

namespace prahari {
namespace ads {

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

namespace {

constexpr std::array<std::string_view, 17> kFields = {
    "command",     "target",       "source", "flags", "error",  "invoke_id",
    "index_group", "index_offset", "length", "state", "device", "version",
    "service",     "host",         "route",  "user",  "data"};

constexpr std::array kProblems = {
    Problem{"non_ads_on_port", "bytes on the ADS port are no AMS packets", false},
    Problem{"truncated", "the message ends before its fields do", true},
};

constexpr std::uint8_t kTcp = 0;  // variants
constexpr std::uint8_t kUdp = 1;
constexpr std::size_t kTcpHeader = 6;
constexpr std::size_t kAmsHeader = 32;
constexpr std::uint32_t kLongest = std::uint32_t{1} << 20U;
constexpr std::uint16_t kResponse = 0x0001;
constexpr std::uint16_t kAdsCommand = 0x0004;
constexpr std::uint16_t kSystemService = 10000;  // AMS port

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
                     ams.command < kCommandCount;
  if (in.ok() && !sound) {
    return Frame::not_mine();
  }
  const std::size_t whole = kTcpHeader + length;
  return head.size() < whole ? Frame::need_more() : Frame::complete(whole);
}

class AdsSession final : public OtSession {
 public:
  AdsSession() : OtSession(Protocol::ads) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return tcp_frame(head);
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
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
    const Meaning meaning = command_meaning(ams.command);
    message.name = meaning.name;
    message.operation = meaning.operation;
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

 private:
  struct Spoken {
    const Ams& ams;
    const Pdu& pdu;
    Reader in;
    Message& message;
    Fields* fields;
  };

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

  std::array<std::uint64_t, 2> stations_{};  // told of each side last
};

Probe probe(const ProbeInput& input) noexcept {
  if (input.transport == Transport::udp) {
    Reader in{input.head};
    in.skip(8);
    const bool response = (in.le32() & kUdpAnswer) != 0;
    const bool mine = discovery_frame(input.head).verdict == Frame::Verdict::complete;
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
}  // namespace ads

extern constinit const Dissector ads_dissector;
constinit const Dissector ads_dissector{
    .protocol = Protocol::ads,
    .bindings = ads::kBindings,
    .fields = ads::kFields,
    .problems = ads::kProblems,
    .foreign_problem = ads::kForeign,
    .on_any_port = false,
    .probe = ads::probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return variant == ads::kUdp ? ads::open_discovery() : std::make_unique<ads::AdsSession>();
    },
};

}  // namespace prahari
