// WireGuard: the handshake of a tunnel. WireGuard whitepaper section 5.4.

#include <algorithm>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kType, kSender, kReceiver };
constexpr auto kFields = std::to_array<std::string_view>({"type", "sender", "receiver"});

constexpr std::array kProblems = {
    Problem{"non_wireguard_on_port", "bytes on the WireGuard port are no WireGuard", false}};

constexpr std::uint32_t kInitiation = 1;
constexpr std::uint32_t kResponse = 2;
constexpr std::uint32_t kCookie = 3;
constexpr std::uint32_t kData = 4;
constexpr std::uint8_t kOfPort = 40;

// 0 where it is none.
std::uint32_t type_of(Bytes bytes) noexcept {
  constexpr std::size_t kInitiationSize = 148;
  constexpr std::size_t kResponseSize = 92;
  constexpr std::size_t kCookieSize = 64;
  constexpr std::size_t kLeastData = 32;
  Reader in{bytes};
  const std::uint32_t type = in.le32();
  const std::size_t size = bytes.size();
  const bool fits = (type == kInitiation && size == kInitiationSize) ||
                    (type == kResponse && size == kResponseSize) ||
                    (type == kCookie && size == kCookieSize) ||
                    (type == kData && size >= kLeastData && size % 16 == 0);
  return fits ? type : 0;
}

class WireguardSession final : public PlainSession {
 public:
  explicit WireguardSession(std::uint8_t /*variant*/) noexcept
      : PlainSession(Protocol::wireguard) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return type_of(head) == 0 ? Frame::not_mine() : Frame::complete(head.size());
  }

  // Data are not told of one by one.
  void on_pdu(const Pdu& given, Emitter& out) override {
    const std::uint32_t type = type_of(given.bytes);
    if (type == kData) {
      return;
    }
    Pdu pdu = given;
    learn(pdu,
          type == kInitiation ? Direction::to_server
          : type == kResponse ? Direction::to_client
                              : Direction::unknown,
          out);
    tell({Identity::Field::software, kOfPort, "WireGuard handshake", "WireGuard"}, pdu, out);
    if (Fields* fields = out.fields()) {
      Reader in{pdu.bytes};
      in.skip(4);
      fields->number(kType, type);
      fields->number(type == kCookie ? kReceiver : kSender, in.le32());
      if (type == kResponse) {
        fields->number(kReceiver, in.le32());
      }
    }
    say(type == kInitiation ? "Handshake Initiation"
        : type == kResponse ? "Handshake Response"
                            : "Cookie Reply",
        static_cast<std::uint16_t>(type), pdu, out);
  }
};

// Off its port a handshake has to have a sender and a key that are not blank.
bool is_real(Bytes head) noexcept {
  constexpr std::size_t kKey = 32;
  Reader in{head};
  in.skip(4);
  const std::uint32_t sender = in.le32();
  const Bytes key = in.take(kKey);
  return in.ok() && sender != 0 &&
         std::ranges::count(key, std::byte{0}) < static_cast<std::ptrdiff_t>(kKey / 4);
}

Probe probe(const ProbeInput& input) noexcept {
  if (input.transport != Transport::udp) {
    return {};
  }
  const std::uint32_t type = type_of(input.head);
  const bool handshake = type == kInitiation || type == kResponse;
  const bool mine = input.bound ? type != 0 : handshake && is_real(input.head);
  return {mine ? Probe::Answer::yes : Probe::Answer::no,
          type == kInitiation ? Direction::to_server
          : type == kResponse ? Direction::to_client
                              : Direction::unknown,
          0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 51820}};

}  // namespace

extern constinit const Dissector wireguard_dissector;
constinit const Dissector wireguard_dissector{
    .protocol = Protocol::wireguard,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = true,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<WireguardSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
