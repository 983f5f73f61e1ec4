// VNC: the RFB protocol until somebody is let in. RFC 6143 section 7.1.

#include <string>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kVersion, kSecurity };
constexpr auto kFields = std::to_array<std::string_view>({"version", "security"});

constexpr std::array kProblems = {
    Problem{"non_vnc_on_port", "bytes on the VNC port are no VNC", false}};

constexpr std::size_t kGreeting = 12;
constexpr std::uint8_t kOfPort = 40;
constexpr std::uint8_t kNone = 1;
constexpr std::uint8_t kPassword = 2;

// "RFB 003.008\n".
bool is_greeting(std::string_view text) noexcept {
  const auto digits = [text](std::size_t at) {
    return text.substr(at, 3).find_first_not_of("0123456789") == std::string_view::npos;
  };
  return text.size() >= kGreeting && text.starts_with("RFB 00") && digits(4) && text[7] == '.' &&
         digits(8) && text[11] == '\n';
}

class VncSession final : public PlainSession {
 public:
  explicit VncSession(std::uint8_t /*variant*/) noexcept : PlainSession(Protocol::vnc) {}

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    std::uint8_t& seen = seen_[pdu.side == Side::first ? 0 : 1];
    if (seen > 1) {
      return;
    }
    ++seen;
    const std::string_view text = as_text(pdu.bytes);
    if (is_greeting(text)) {
      if (pdu.direction == Direction::to_client) {
        tell({Identity::Field::service, kOfPort, "VNC greeting", "vnc"}, pdu, out);
        old_ = text.substr(4, 7) == "003.003";
      }
      if (Fields* fields = out.fields()) {
        fields->text(kVersion, text.substr(4, 7));
      }
      say("Protocol Version", 0, pdu, out);
    } else if (pdu.direction == Direction::to_client) {
      on_security(pdu, out);
    } else if (pdu.direction == Direction::to_server) {
      on_choice(pdu, out);
    }
  }

 private:
  void on_security(const Pdu& pdu, Emitter& out) {
    Reader in{pdu.bytes};
    Fields* fields = out.fields();
    const std::size_t count = old_ ? 1 : in.u8();
    if (old_) {
      in.skip(3);
    }
    if (fields != nullptr) {
      fields->begin_list(kSecurity);
    }
    for (std::size_t i = 0; i < count && in.remaining() > 0; ++i) {
      const std::uint8_t type = in.u8();
      if (type == kNone && old_) {
        tell_nobody(pdu, Whose::sender, out);  // the server decided
      }
      if (type == kNone) {
        tell_posture(Posture::Aspect::user_offered, "VNC", "nobody has to log in",
                     Posture::bit(Posture::Flaw::anonymous), pdu, out);
      } else if (type == kPassword) {
        tell_posture(Posture::Aspect::user_offered, "VNC", "password", 0, pdu, out);
      }
      if (fields != nullptr) {
        fields->item(type);
      }
    }
    if (fields != nullptr) {
      fields->end_list();
    }
    say("Security Types", 0, pdu, out);
  }

  // RFC 6143, 7.1.2: one octet, the type that the client takes.
  void on_choice(const Pdu& pdu, Emitter& out) {
    if (pdu.bytes.size() == 1 && Reader{pdu.bytes}.u8() == kNone) {
      tell_nobody(pdu, Whose::receiver, out);
    }
    say("Security Choice", 0, pdu, out);
  }

  void tell_nobody(const Pdu& pdu, Whose server, Emitter& out) {
    tell_posture(Posture::Aspect::user_used, "VNC", "nobody had to log in",
                 Posture::bit(Posture::Flaw::anonymous), pdu, out, server);
  }

  std::array<std::uint8_t, 2> seen_{};
  bool old_ = false;
};

Probe probe(const ProbeInput& input) noexcept {
  const bool mine = input.transport == Transport::tcp && is_greeting(as_text(input.head));
  return {mine ? Probe::Answer::yes : Probe::Answer::no};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 5900},
                                  Binding{Binding::Layer::tcp_port, 5901},
                                  Binding{Binding::Layer::tcp_port, 5902}};

}  // namespace

extern constinit const Dissector vnc_dissector;
constinit const Dissector vnc_dissector{
    .protocol = Protocol::vnc,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = true,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<VncSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
