// MQTT 3.1, 3.1.1 and 5.0 (OASIS), on TCP 1883, and the topics of Sparkplug B; big-endian.

#include <array>
#include <string>

#include "dissectors/ot_session.hpp"
#include "dissectors/printable.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kType,
  kFlags,
  kLength,
  kVersion,
  kClientId,
  kUser,
  kHasPassword,
  kWill,
  kKeepAlive,
  kTopic,
  kQos,
  kRetain,
  kPacketId,
  kReason,
  kSparkplug
};
constexpr std::array<std::string_view, 15> kFields = {
    "type",       "flags", "length", "version", "client_id", "user",   "has_password", "will_topic",
    "keep_alive", "topic", "qos",    "retain",  "packet_id", "reason", "sparkplug"};

enum Wrong : std::uint8_t { kForeign, kTruncated };
constexpr std::array kProblems = {
    Problem{"non_mqtt_on_port", "bytes on the MQTT port are no MQTT packets", false},
    Problem{"truncated", "the packet ends before its fields do", true},
};

enum Type : std::uint8_t {
  kConnect = 1,
  kConnAck,
  kPublish,
  kPubAck,
  kPubRec,
  kPubRel,
  kPubComp,
  kSubscribe,
  kSubAck,
  kUnsubscribe,
  kUnsubAck,
  kPingReq,
  kPingResp,
  kDisconnect,
  kAuth
};

struct Naming {
  std::string_view name;
  Operation operation;
  Kind kind;
};
constexpr std::array<Naming, 16> kNames = {
    {{"Reserved", Operation::control, Kind::request},
     {"Connect", Operation::discover, Kind::request},
     {"Connect Acknowledge", Operation::discover, Kind::response},
     {"Publish", Operation::write, Kind::request},
     {"Publish Acknowledge", Operation::write, Kind::response},
     {"Publish Received", Operation::write, Kind::response},
     {"Publish Release", Operation::write, Kind::request},
     {"Publish Complete", Operation::write, Kind::response},
     {"Subscribe", Operation::read, Kind::request},
     {"Subscribe Acknowledge", Operation::read, Kind::response},
     {"Unsubscribe", Operation::read, Kind::request},
     {"Unsubscribe Acknowledge", Operation::read, Kind::response},
     {"Ping", Operation::discover, Kind::request},
     {"Ping Answer", Operation::discover, Kind::response},
     {"Disconnect", Operation::discover, Kind::oneway},
     {"Authenticate", Operation::discover, Kind::oneway}}};

constexpr std::size_t kMostTopics = 16;  // of one subscription that are told
constexpr std::size_t kLongest = std::size_t{256} * 1024;
constexpr std::size_t kLongestUser = 128;
constexpr std::size_t kShown = 256;

struct Header {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t length = 0;
};

// A length of up to four octets of seven bits.
std::uint32_t read_varint(Reader& in) noexcept {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    const std::uint8_t octet = in.u8();
    value |= std::uint32_t{octet & 0x7fU} << shift;
    if ((octet & 0x80U) == 0) {
      return value;
    }
  }
  in.fail();
  return 0;
}

Header read_header(Reader& in) noexcept {
  const std::uint8_t first = in.u8();
  const std::uint32_t length = read_varint(in);
  return {static_cast<std::uint8_t>(first >> 4U), static_cast<std::uint8_t>(first & 0xfU), length};
}

// Flags and least lengths that the specification leaves no choice about.
bool is_sound(const Header& header) noexcept {
  switch (header.type) {
    case 0:
      return false;
    case kPublish:
      return (header.flags & 6U) != 6 && header.length >= 2;
    case kPubRel:
    case kSubscribe:
    case kUnsubscribe:
      return header.flags == 2 && header.length >= 2;
    case kPingReq:
    case kPingResp:
      return header.flags == 0 && header.length == 0;
    case kConnect:
      return header.flags == 0 && header.length >= 12;
    case kDisconnect:
    case kAuth:
      return header.flags == 0;
    default:
      return header.flags == 0 && header.length >= 2;
  }
}

Frame frame_of(Bytes head) noexcept {
  Reader in{head};
  const Header header = read_header(in);
  if (!in.ok()) {
    return head.size() < 5 ? Frame::need_more() : Frame::not_mine();
  }
  if (!is_sound(header)) {
    return Frame::not_mine();
  }
  const std::size_t whole = in.offset() + header.length;
  if (whole > kLongest) {
    return Frame::skip(whole);
  }
  return head.size() < whole ? Frame::need_more() : Frame::complete(whole);
}

Bytes read_text(Reader& in) noexcept {
  const std::uint16_t size = in.be16();
  return in.take(size);
}

void skip_properties(Reader& in) noexcept {
  const std::uint32_t size = read_varint(in);
  in.skip(size);
}

struct Connect {
  std::string_view protocol;
  std::uint8_t level = 0;
  std::uint8_t flags = 0;
  std::uint16_t keep_alive = 0;
  Bytes client;
  Bytes will_topic;
  Bytes user;
  Bytes password;
};

constexpr std::uint8_t kWillFlag = 0x04;
constexpr std::uint8_t kPasswordFlag = 0x40;
constexpr std::uint8_t kUserFlag = 0x80;

Connect read_connect(Reader& in) noexcept {
  Connect connect;
  connect.protocol = as_text(read_text(in));
  connect.level = in.u8();
  connect.flags = in.u8();
  connect.keep_alive = in.be16();
  const bool v5 = connect.level == 5;
  if (v5) {
    skip_properties(in);
  }
  connect.client = read_text(in);
  if ((connect.flags & kWillFlag) != 0) {
    if (v5) {
      skip_properties(in);
    }
    connect.will_topic = read_text(in);
    read_text(in);
  }
  connect.user = (connect.flags & kUserFlag) != 0 ? read_text(in) : Bytes{};
  connect.password = (connect.flags & kPasswordFlag) != 0 ? read_text(in) : Bytes{};
  return connect;
}

bool names_protocol(const Connect& connect) noexcept {
  return (connect.protocol == "MQTT" && (connect.level & 0x7fU) >= 4 &&
          (connect.level & 0x7fU) <= 5) ||
         (connect.protocol == "MQIsdp" && (connect.level & 0x7fU) == 3);
}

std::string_view version_text(std::uint8_t level) noexcept {
  switch (level & 0x7fU) {
    case 3:
      return "3.1";
    case 4:
      return "3.1.1";
    case 5:
      return "5.0";
    default:
      return "unknown";
  }
}

// spBv1.0/group/type/node[/device], Sparkplug 3.0, 4.
struct Sparkplug {
  std::string_view group;
  std::string_view type;
  std::string_view node;
  std::string_view device;
};

std::optional<Sparkplug> read_sparkplug(std::string_view topic) noexcept {
  if (!topic.starts_with("spBv1.0/") && !topic.starts_with("spAv1.0/")) {
    return std::nullopt;
  }
  topic.remove_prefix(8);
  std::array<std::string_view, 4> parts;
  for (std::string_view& part : parts) {
    const std::size_t slash = topic.find('/');
    part = topic.substr(0, slash);
    topic = slash == std::string_view::npos ? std::string_view{} : topic.substr(slash + 1);
  }
  return Sparkplug{parts[0], parts[1], parts[2], parts[3]};
}

class MqttSession final : public OtSession {
 public:
  MqttSession() : OtSession(Protocol::mqtt) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return frame_of(head);
  }

  [[nodiscard]] bool starts_here(Bytes head, Side /*side*/,
                                 bool segment_start) const noexcept override {
    const Frame frame = frame_of(head);
    return segment_start && frame.verdict == Frame::Verdict::complete && frame.size == head.size();
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    Reader in{pdu.bytes};
    const Header header = read_header(in);
    const Naming& naming = kNames[header.type];
    Message message;
    message.protocol = Protocol::mqtt;
    message.kind = naming.kind;
    message.operation = naming.operation;
    message.name = naming.name;
    message.function = header.type;
    message.direction = direction_of(header.type, pdu, out);
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->number(kType, header.type);
      fields->number(kFlags, header.flags);
      fields->number(kLength, header.length);
    }
    decode(in, header, message, fields, pdu, out);
  }

 private:
  // Clients alone connect, subscribe and ping.
  static Direction direction_of(std::uint8_t type, const Pdu& pdu, Emitter& out) {
    switch (type) {
      case kConnect:
      case kSubscribe:
      case kUnsubscribe:
      case kPingReq:
        return direct(pdu, false, out);
      case kConnAck:
      case kSubAck:
      case kUnsubAck:
      case kPingResp:
        return direct(pdu, true, out);
      default:
        return pdu.direction;
    }
  }

  void decode(Reader& in, const Header& header, Message& message, Fields* fields, const Pdu& pdu,
              Emitter& out) {
    switch (header.type) {
      case kConnect:
        return on_connect(in, message, fields, pdu, out);
      case kPublish:
        return on_publish(in, header, message, fields, pdu, out);
      case kSubscribe:
      case kUnsubscribe:
        return on_subscribe(in, message, fields, pdu, out);
      case kPingReq:
        asked_.push(message, kPingResp, pdu);
        break;
      case kPingResp:
      case kConnAck:
        on_answer(in, header.type, header.type, message, fields, pdu);
        break;
      case kPubAck:
      case kPubRec:
      case kPubComp:
      case kSubAck:
      case kUnsubAck:
        on_answer(in, header.type, 0, message, fields, pdu);
        break;
      case kPubRel:
        if (fields != nullptr) {
          fields->number(kPacketId, Reader{in}.be16());
        }
        break;
      default:
        break;
    }
    out.message(message);
  }

  static std::uint64_t key_of(std::uint8_t answer, std::uint16_t id) noexcept {
    return std::uint64_t{answer} << 16U | id;
  }

  void on_answer(Reader& in, std::uint8_t type, std::uint64_t fixed_key, Message& message,
                 Fields* fields, const Pdu& pdu) {
    std::uint16_t id = 0;
    std::uint8_t reason = 0;
    if (type == kConnAck) {
      in.skip(1);
      reason = in.u8();
    } else if (type != kPingResp) {
      id = in.be16();
      if (v5_ && type == kSubAck) {
        skip_properties(in);
      }
      const bool has_reason = in.remaining() > 0 && (v5_ ? type != kUnsubAck : type == kSubAck);
      reason = has_reason ? in.u8() : std::uint8_t{0};
    }
    const std::string_view name = message.name;
    const std::uint16_t function = message.function;
    if (const std::optional<Asked> asked =
            asked_.take(fixed_key != 0 ? fixed_key : key_of(type, id), pdu.side)) {
      answer(message, *asked);
      message.name = name;
      message.function = function;
    }
    constexpr std::uint8_t kFailure = 0x80;
    const bool failed = type == kConnAck ? reason != 0 : reason >= kFailure;
    message.status = reason;
    message.outcome = failed ? Outcome::failure : Outcome::success;
    message.kind = failed ? Kind::exception : Kind::response;
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
    if (fields != nullptr) {
      fields->number(kReason, reason);
      if (id != 0) {
        fields->number(kPacketId, id);
      }
    }
  }

  void on_connect(Reader& in, Message& message, Fields* fields, const Pdu& pdu, Emitter& out) {
    const Connect connect = read_connect(in);
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
    v5_ = connect.level == 5;
    TextBuffer buffer;
    if (fields != nullptr) {
      fields->text(kVersion, version_text(connect.level));
      fields->text(kClientId, clean_text(connect.client, buffer));
      fields->boolean(kHasPassword, (connect.flags & kPasswordFlag) != 0);
      fields->number(kKeepAlive, connect.keep_alive);
      if ((connect.flags & kUserFlag) != 0) {
        fields->text(kUser, clean_text(connect.user, buffer));
      }
      if (!connect.will_topic.empty()) {
        fields->text(kWill, clean_text(connect.will_topic, buffer));
      }
    }
    out.message(message);
    asked_.push(message, kConnAck, pdu);
    if (!in.ok()) {
      return;
    }
    confirm();
    const Source source{"MQTT connect", 80};
    tell_raw(Identity::Field::session, connect.client, source, pdu, out);
    tell_raw(Identity::Field::user, connect.user, source, pdu, out);
    tell_posture(connect, out);
  }

  static void tell_posture(const Connect& connect, Emitter& out) {
    std::string user;
    append_printable(user, as_text(connect.user), kLongestUser);
    Posture posture;
    posture.protocol = Protocol::mqtt;
    posture.aspect = Posture::Aspect::user_used;
    posture.of_sender = false;
    if (!connect.password.empty()) {
      posture.flaws = Posture::bit(Posture::Flaw::cleartext_password);
      posture.what = "user name";
      posture.secret_size = static_cast<std::uint32_t>(connect.password.size());
    } else if (connect.user.empty()) {
      posture.flaws = Posture::bit(Posture::Flaw::anonymous);
      posture.what = "anonymous";
    } else {
      posture.what = "user name";
    }
    posture.text = user;
    out.posture(posture);
  }

  void on_publish(Reader& in, const Header& header, Message& message, Fields* fields,
                  const Pdu& pdu, Emitter& out) {
    const auto qos = static_cast<std::uint8_t>(header.flags >> 1U & 3U);
    const Bytes topic = read_text(in);
    const std::uint16_t id = qos > 0 ? in.be16() : std::uint16_t{0};
    message.problems |= in.ok() ? 0U : 1U << kTruncated;
    message.kind = qos == 0 ? Kind::oneway : Kind::request;
    // What the broker hands on is what its client asked to be told.
    message.operation = pdu.direction == Direction::to_client ? Operation::read : Operation::write;
    message.target.table = "topic";
    message.target.text = as_text(topic).substr(0, kShown);
    const std::optional<Sparkplug> sparkplug = read_sparkplug(as_text(topic));
    if (sparkplug) {
      on_sparkplug(*sparkplug, message, fields, pdu, out);
    }
    if (fields != nullptr) {
      TextBuffer buffer;
      fields->text(kTopic, clean_text(topic, buffer));
      fields->number(kQos, qos);
      fields->boolean(kRetain, (header.flags & 1U) != 0);
      if (id != 0) {
        fields->number(kPacketId, id);
      }
    }
    out.message(message);
    if (qos > 0) {
      asked_.push(message, key_of(qos == 1 ? kPubAck : kPubRec, id), pdu);
    }
  }

  void on_sparkplug(const Sparkplug& said, Message& message, Fields* fields, const Pdu& pdu,
                    Emitter& out) {
    if (fields != nullptr) {
      fields->text(kSparkplug, said.type);
    }
    const bool from_client = pdu.direction == Direction::to_server;
    if (said.type == "NCMD" || said.type == "DCMD") {
      message.name = "Sparkplug Command";
      message.operation = from_client ? Operation::write : Operation::read;
    } else if (said.type == "NBIRTH" || said.type == "DBIRTH") {
      message.name = "Sparkplug Birth";
      if (from_client && !said.node.empty()) {
        std::string name;
        append_printable(name, said.group, 80);
        name += '/';
        append_printable(name, said.node, 80);
        tell(Identity::Field::application, "Sparkplug edge node " + name,
             {"Sparkplug birth certificate", 80}, pdu, out);
      }
    } else if (said.type == "NDATA" || said.type == "DDATA") {
      message.name = "Sparkplug Data";
    } else if (said.type == "NDEATH" || said.type == "DDEATH") {
      message.name = "Sparkplug Death";
    }
  }

  void on_subscribe(Reader& in, Message& message, Fields* fields, const Pdu& pdu, Emitter& out) {
    const std::uint16_t id = in.be16();
    if (v5_) {
      skip_properties(in);
    }
    const bool options = message.function == kSubscribe;
    if (fields != nullptr) {
      fields->number(kPacketId, id);
      fields->begin_list(kTopic);
      Reader topics = in;
      TextBuffer buffer;
      for (std::size_t i = 0; i < kMostTopics && topics.remaining() > 0; ++i) {
        fields->item(clean_text(read_text(topics), buffer));
        topics.skip(options ? 1 : 0);
      }
      fields->end_list();
    }
    message.target.table = "topic";
    std::size_t told = 0;
    do {
      message.target.text = as_text(read_text(in)).substr(0, kShown);
      in.skip(options ? 1 : 0);
      message.problems |= in.ok() ? 0U : 1U << kTruncated;
      message.further = told > 0;
      out.message(message);
      ++told;
    } while (in.ok() && in.remaining() > 0 && told < kMostTopics);
    asked_.push(message, key_of(options ? kSubAck : kUnsubAck, id), pdu);
  }

  bool v5_ = false;
};

// A connect says what it is, anywhere; the rest is believed on the port of MQTT.
Probe probe(const ProbeInput& input) noexcept {
  if (input.transport != Transport::tcp) {
    return {};
  }
  Reader in{input.head};
  const Header header = read_header(in);
  const Frame frame = frame_of(input.head);
  if (frame.verdict == Frame::Verdict::not_mine) {
    return {};
  }
  if (in.ok() && header.type == kConnect) {
    const bool named = names_protocol(read_connect(in));
    const bool cut = input.head.size() < 12;
    return {named                ? Probe::Answer::yes
            : cut && input.bound ? Probe::Answer::need_more
                                 : Probe::Answer::no,
            Direction::to_server, 0};
  }
  if (!input.bound) {
    return {};
  }
  const bool whole = frame.verdict == Frame::Verdict::complete;
  return {whole ? Probe::Answer::yes : Probe::Answer::need_more, Direction::unknown, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 1883}};

}  // namespace

extern constinit const Dissector mqtt_dissector;
constinit const Dissector mqtt_dissector{
    .protocol = Protocol::mqtt,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = true,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<MqttSession>();
    },
};

}  // namespace prahari
