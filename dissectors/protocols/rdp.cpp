// RDP: who connects, and how it is protected. MS-RDPBCGR 2.2.1.1, 2.2.1.2.

#include <string>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kCookie, kRequested, kSelected, kFailure };
constexpr auto kFields =
    std::to_array<std::string_view>({"cookie", "requested", "selected", "failure"});

constexpr std::array kProblems = {
    Problem{"non_rdp_on_port", "bytes on the RDP port are no RDP", false}};

constexpr std::uint8_t kTpkt = 3;
constexpr std::uint8_t kRequest = 0xe0;  // X.224 codes
constexpr std::uint8_t kConfirm = 0xd0;
constexpr std::size_t kHeader = 4;
constexpr std::size_t kLongest = 1024;
constexpr std::uint8_t kOfCookie = 80;
constexpr std::uint8_t kOfPort = 40;
constexpr std::string_view kCookiePrefix = "Cookie: mstshash=";

struct Opening {
  std::uint8_t code = 0;
  std::string_view cookie;
  std::uint8_t kind = 0;  // 1 request, 2 response, 3 failure
  std::uint32_t protocols = 0;
};

bool read_opening(Bytes bytes, Opening& out) noexcept {
  Reader in{bytes};
  const std::uint8_t version = in.u8();
  in.skip(1);
  const std::size_t length = in.be16();
  const std::size_t indicator = in.u8();
  out.code = in.u8();
  in.skip(2 + 2 + 1);  // references, class
  if (!in.ok() || version != kTpkt || length != bytes.size() || indicator != length - kHeader - 1 ||
      (out.code != kRequest && out.code != kConfirm)) {
    return false;
  }
  const std::string_view text = as_text(in.rest());
  const std::size_t end = text.find("\r\n");
  if (text.starts_with("Cookie: ") && end != std::string_view::npos) {
    if (text.starts_with(kCookiePrefix)) {
      out.cookie = text.substr(kCookiePrefix.size(), end - kCookiePrefix.size());
    }
    in.skip(end + 2);
  }
  if (in.remaining() >= 8) {
    out.kind = in.u8();
    in.skip(1 + 2);  // flags, length
    out.protocols = in.le32();
  }
  return true;
}

std::string_view protocol_name(std::uint32_t protocol) noexcept {
  switch (protocol) {
    case 0:
      return "RDP security";
    case 1:
      return "TLS";
    case 2:
      return "CredSSP";
    case 4:
      return "RDSTLS";
    case 8:
      return "CredSSP, early authorization";
    default:
      return "unknown";
  }
}

class RdpSession final : public PlainSession {
 public:
  explicit RdpSession(std::uint8_t /*variant*/) noexcept : PlainSession(Protocol::rdp) {}

  void on_pdu(const Pdu& given, Emitter& out) override {
    Opening opening;
    bool& opened = opened_[given.side == Side::first ? 0 : 1];
    if (opened || !read_opening(given.bytes, opening)) {
      opened = true;
      return;
    }
    opened = true;
    Pdu pdu = given;
    const bool request = opening.code == kRequest;
    learn(pdu, request ? Direction::to_server : Direction::to_client, out);
    Fields* fields = out.fields();
    if (request) {
      tell({Identity::Field::user, kOfCookie, "RDP cookie", opening.cookie}, pdu, out);
      if (fields != nullptr) {
        fields->text(kCookie, opening.cookie);
        fields->number(kRequested, opening.protocols);
      }
    } else {
      on_confirm(opening, pdu, fields, out);
    }
    say(request ? "Connection Request" : "Connection Confirm", opening.code, pdu, out,
        request ? Kind::request : Kind::response);
  }

 private:
  void on_confirm(const Opening& opening, const Pdu& pdu, Fields* fields, Emitter& out) {
    constexpr std::uint8_t kFailure = 3;
    tell({Identity::Field::service, kOfPort, "RDP answer", "rdp"}, pdu, out);
    if (opening.kind == kFailure) {
      if (fields != nullptr) {
        fields->number(kFailureField, opening.protocols);
      }
      return;
    }
    const std::uint32_t flaws =
        opening.protocols == 0 ? Posture::bit(Posture::Flaw::deprecated) : 0U;
    tell_posture(Posture::Aspect::channel_used, "RDP", protocol_name(opening.protocols), flaws, pdu,
                 out);
    if (fields != nullptr) {
      fields->text(kSelected, protocol_name(opening.protocols));
    }
  }

  static constexpr std::size_t kFailureField = kFailure;
  std::array<bool, 2> opened_{};
};

Probe probe(const ProbeInput& input) noexcept {
  Opening opening;
  if (!input.bound || input.transport != Transport::tcp || input.head.size() > kLongest ||
      !read_opening(input.head, opening)) {
    return {};
  }
  return {Probe::Answer::yes,
          opening.code == kRequest ? Direction::to_server : Direction::to_client, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 3389}};

}  // namespace

extern constinit const Dissector rdp_dissector;
constinit const Dissector rdp_dissector{
    .protocol = Protocol::rdp,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<RdpSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
