// OpenVPN: the opening of a tunnel, over UDP or TCP. openvpn-rfc, "Protocol".

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kOpcode, kKeyId, kSession };
constexpr auto kFields = std::to_array<std::string_view>({"opcode", "key_id", "session"});

constexpr std::array kProblems = {
    Problem{"non_openvpn_on_port", "bytes on the OpenVPN port are no OpenVPN", false}};

constexpr std::uint8_t kStream = 1;  // variant
constexpr std::size_t kPrefix = 2;
constexpr std::size_t kLeast = 14;
constexpr std::size_t kLeastWithHmac = 42;
constexpr std::uint8_t kControl = 4;
constexpr std::uint8_t kAck = 5;
constexpr std::uint8_t kClientReset = 7;
constexpr std::uint8_t kServerReset = 8;
constexpr std::uint8_t kClientReset3 = 10;
constexpr std::uint8_t kOfPort = 40;

std::uint8_t opcode_of(Bytes message) noexcept { return Reader{message}.u8() >> 3U; }

// The first message of a side, in the clear or with a hash around it.
bool is_reset(Bytes message) noexcept {
  const std::uint8_t opcode = opcode_of(message);
  const std::uint8_t key = Reader{message}.u8() & 0x7U;
  const bool reset = opcode == kClientReset || opcode == kServerReset || opcode == kClientReset3;
  if (!reset || key != 0) {
    return false;
  }
  constexpr std::size_t kAckCount = 9;
  Reader in{message};
  in.skip(kAckCount);
  const std::uint8_t acks = in.u8();
  const bool plain = opcode == kServerReset ? acks == 1 && message.size() == kLeast + 12
                                            : acks == 0 && message.size() == kLeast;
  return in.ok() && (plain || message.size() >= kLeastWithHmac);
}

Direction direction_of(std::uint8_t opcode) noexcept {
  return opcode == kClientReset || opcode == kClientReset3 ? Direction::to_server
         : opcode == kServerReset                          ? Direction::to_client
                                                           : Direction::unknown;
}

class OpenvpnSession final : public PlainSession {
 public:
  explicit OpenvpnSession(std::uint8_t variant) noexcept
      : PlainSession(Protocol::openvpn), stream_(variant == kStream) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    if (!stream_) {
      return head.empty() ? Frame::need_more() : Frame::complete(head.size());
    }
    Reader in{head};
    const std::size_t size = in.be16();
    if (!in.ok()) {
      return Frame::need_more();
    }
    if (size == 0) {
      return Frame::not_mine();
    }
    return head.size() < kPrefix + size ? Frame::need_more() : Frame::complete(kPrefix + size);
  }

  // Data are not told of one by one.
  void on_pdu(const Pdu& given, Emitter& out) override {
    Pdu pdu = given;
    const Bytes message = stream_ ? pdu.bytes.subspan(kPrefix) : pdu.bytes;
    const std::uint8_t opcode = opcode_of(message);
    const bool reset = direction_of(opcode) != Direction::unknown;
    if (!reset && opcode != kControl && opcode != kAck) {
      return;
    }
    learn(pdu, direction_of(opcode), out);
    if (opcode == kServerReset) {
      tell({Identity::Field::service, kOfPort, "OpenVPN answer", "openvpn"}, pdu, out);
    } else if (reset) {
      tell({Identity::Field::software, kOfPort, "OpenVPN traffic", "OpenVPN"}, pdu, out);
    }
    if (Fields* fields = out.fields()) {
      Reader in{message};
      fields->number(kOpcode, opcode);
      fields->number(kKeyId, in.u8() & 0x7U);
      fields->hex(kSession, in.take(8));
    }
    say(opcode == kServerReset ? "Server Reset"
        : reset                ? "Client Reset"
        : opcode == kAck       ? "Acknowledgement"
                               : "Control",
        opcode, pdu, out);
  }

 private:
  bool stream_;
};

Probe probe(const ProbeInput& input) noexcept {
  if (!input.bound) {
    return {};
  }
  const bool stream = input.transport == Transport::tcp;
  Reader in{input.head};
  const Bytes message = stream ? in.take(in.be16()) : input.head;
  if (!in.ok() || message.empty() || !is_reset(message)) {
    return {};
  }
  return {Probe::Answer::yes, direction_of(opcode_of(message)), stream ? kStream : std::uint8_t{0}};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 1194},
                                  Binding{Binding::Layer::tcp_port, 1194}};

}  // namespace

extern constinit const Dissector openvpn_dissector;
constinit const Dissector openvpn_dissector{
    .protocol = Protocol::openvpn,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<OpenvpnSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
