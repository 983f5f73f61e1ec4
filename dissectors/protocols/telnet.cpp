// Telnet: banner of the server, and the login in the clear. RFC 854.

#include <algorithm>
#include <string>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kSize, kNegotiations, kBanner };
constexpr auto kFields = std::to_array<std::string_view>({"size", "negotiations", "banner"});

constexpr std::array kProblems = {
    Problem{"non_telnet_on_port", "bytes on the Telnet port are no Telnet", false}};

constexpr std::uint8_t kIac = 0xff;
constexpr std::uint8_t kFirstOption = 0xfb;  // WILL, WONT, DO, DONT
constexpr std::uint8_t kSub = 0xfa;
constexpr std::uint8_t kSubEnd = 0xf0;
constexpr std::uint8_t kOfBanner = 80;
constexpr std::size_t kLongestText = 512;
constexpr std::size_t kLongestUser = 64;
constexpr std::size_t kLongestSecret = 128;

// What is left without commands, and how many there were.
std::size_t strip(Bytes bytes, std::string& text) {
  std::size_t count = 0;
  Reader in{bytes};
  while (in.remaining() > 0) {
    const std::uint8_t octet = in.u8();
    if (octet != kIac) {
      if (text.size() < kLongestText) {
        text += static_cast<char>(octet);
      }
      continue;
    }
    ++count;
    const std::uint8_t command = in.u8();
    if (command >= kFirstOption && command != kIac) {
      in.skip(1);
    } else if (command == kSub) {
      while (in.remaining() > 0 && in.u8() != kSubEnd) {
      }
    }
  }
  return count;
}

bool is_text(Bytes bytes) noexcept {
  return std::ranges::all_of(as_text(bytes), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return (octet >= ' ' && octet < 0x7f) || (octet >= 0x07 && octet <= '\r') || octet == 0x1b ||
           octet == 0;
  });
}

bool asks_for(std::string_view text, std::string_view word) noexcept {
  return trimmed(text).ends_with(word);
}

class TelnetSession final : public PlainSession {
 public:
  explicit TelnetSession(std::uint8_t /*variant*/) noexcept : PlainSession(Protocol::telnet) {}

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    std::string text;
    const std::size_t commands = strip(pdu.bytes, text);
    Fields* fields = out.fields();
    if (fields != nullptr) {
      fields->number(kSize, static_cast<std::int64_t>(pdu.bytes.size()));
      fields->number(kNegotiations, static_cast<std::int64_t>(commands));
    }
    if (pdu.direction == Direction::to_client) {
      on_server_text(text, pdu, fields, out);
    } else if (pdu.direction == Direction::to_server) {
      on_client_text(text, pdu, out);
    }
    say(text.empty() ? "Negotiation" : "Data", 0, pdu, out);
  }

 private:
  enum class Awaits : std::uint8_t { nothing, user, password };

  void on_server_text(std::string_view text, const Pdu& pdu, Fields* fields, Emitter& out) {
    constexpr std::size_t kLeast = 4;
    const std::string_view words = trimmed(text);
    if (!banner_told_ && words.size() >= kLeast) {
      banner_told_ = true;
      // What a session shows later, or is found to show in its middle, may be a secret.
      if (pdu.state == Completeness::complete && !client_typed_) {
        tell({Identity::Field::description, kOfBanner, "Telnet banner", words}, pdu, out);
        if (fields != nullptr) {
          fields->text(kBanner, words.substr(0, 256));
        }
      }
    }
    if (asks_for(text, "ogin:") || asks_for(text, "sername:") || asks_for(text, "ser name:")) {
      awaits_ = Awaits::user;
      user_.clear();
    } else if (asks_for(text, "assword:")) {
      awaits_ = Awaits::password;
      forget();
    }
  }

  void on_client_text(std::string_view text, const Pdu& pdu, Emitter& out) {
    client_typed_ |= !text.empty();
    for (const char c : text) {
      const bool end = c == '\r' || c == '\n';
      if (awaits_ == Awaits::user && end) {
        awaits_ = Awaits::nothing;
      } else if (awaits_ == Awaits::user && user_.size() < kLongestUser && c != '\0') {
        user_ += c;
      } else if (awaits_ == Awaits::password && end) {
        awaits_ = Awaits::nothing;
        tell_login("Telnet login", user_, secret_, pdu, out);
        forget();
      } else if (awaits_ == Awaits::password && c != '\0') {
        secret_ += secret_.size() < kLongestSecret ? std::string(1, c) : std::string{};
      }
    }
  }

  void forget() noexcept {
    std::ranges::fill(secret_, '\0');
    secret_.clear();
  }

  std::string user_;
  std::string secret_;  // as it is typed; forgotten at its end
  Awaits awaits_ = Awaits::nothing;
  bool banner_told_ = false;
  bool client_typed_ = false;
};

Probe probe(const ProbeInput& input) noexcept {
  Reader in{input.head};
  const bool negotiates = in.u8() == kIac && in.u8() >= kSubEnd;
  const bool greets = input.direction == Direction::to_client && is_text(input.head);
  const bool mine = input.bound && input.transport == Transport::tcp && (negotiates || greets);
  return {mine ? Probe::Answer::yes : Probe::Answer::no};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 23}};

}  // namespace

extern constinit const Dissector telnet_dissector;
constinit const Dissector telnet_dissector{
    .protocol = Protocol::telnet,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<TelnetSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
