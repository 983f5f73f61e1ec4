// AnyDesk: that it is there. It speaks TLS and names its relay in the hello.

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kSize };
constexpr auto kFields = std::to_array<std::string_view>({"size"});

constexpr std::array kProblems = {
    Problem{"non_anydesk_on_port", "bytes on the AnyDesk port are no AnyDesk", false}};

constexpr std::uint8_t kOfPort = 40;

// A TLS client hello for a host of AnyDesk, or a certificate of its own making.
bool is_anydesk(Bytes bytes) noexcept {
  constexpr std::uint8_t kHandshake = 0x16;
  constexpr std::size_t kLookedAt = 2048;
  Reader in{bytes};
  const bool record = in.u8() == kHandshake && in.u8() == 3 && in.u8() <= 4 && in.ok();
  const std::string_view text = as_text(bytes).substr(0, kLookedAt);
  return record && (text.find(".net.anydesk.com") != std::string_view::npos ||
                    text.find("AnyDesk Client") != std::string_view::npos ||
                    text.find("anynet relay") != std::string_view::npos);
}

class AnydeskSession final : public PlainSession {
 public:
  explicit AnydeskSession(std::uint8_t /*variant*/) noexcept : PlainSession(Protocol::anydesk) {}

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    if (told_) {
      return;
    }
    told_ = true;
    if (pdu.direction == Direction::to_server) {
      tell({Identity::Field::software, kOfPort, "AnyDesk traffic", "AnyDesk"}, pdu, out);
    }
    if (Fields* fields = out.fields()) {
      fields->number(kSize, static_cast<std::int64_t>(pdu.bytes.size()));
    }
    say("Hello", 0, pdu, out);
  }

 private:
  bool told_ = false;
};

Probe probe(const ProbeInput& input) noexcept {
  const bool mine = input.bound && input.transport == Transport::tcp && is_anydesk(input.head);
  return {mine ? Probe::Answer::yes : Probe::Answer::no};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 7070},
                                  Binding{Binding::Layer::tcp_port, 6568}};

}  // namespace

extern constinit const Dissector anydesk_dissector;
constinit const Dissector anydesk_dissector{
    .protocol = Protocol::anydesk,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<AnydeskSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
