#include "dissectors/plain_session.hpp"

#include <algorithm>
#include <string>

#include "dissectors/default_logins.hpp"
#include "dissectors/foreign.hpp"
#include "dissectors/printable.hpp"
#include "dissectors/secret_print.hpp"

namespace prahari {
namespace {

constexpr std::size_t kLongest = 256;  // identification.md section 7
constexpr std::string_view kAround{" \t\r\n\"'\0", 7};

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0U | c >> 6U);
    put(0x80U | (c & 0x3fU));
  } else if (c < 0xd800 || c > 0xdfff) {
    put(0xe0U | c >> 12U);
    put(0x80U | (c >> 6U & 0x3fU));
    put(0x80U | (c & 0x3fU));
  } else {
    put('?');
  }
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kAround);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kAround) - begin + 1);
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool starts_with_word(std::string_view text, std::string_view word) noexcept {
  return same_word(text.substr(0, word.size()), word);
}

std::string_view take_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string from_utf16(Bytes raw) {
  std::string out;
  Reader in{raw};
  while (in.remaining() >= 2 && out.size() + 3 <= kLongest) {
    append_utf8(out, in.le16());
  }
  return printable_text(out, kLongest);
}

void PlainSession::on_foreign(Side /*side*/, Direction direction, Bytes /*head*/,
                              const PacketRef& /*packet*/, Emitter& out) {
  out.anomaly(foreign_anomaly(protocol_, 0, direction));
}

void PlainSession::tell(const Fact& fact, const Pdu& pdu, Emitter& out, Whose whose) {
  const std::string_view raw = trimmed(fact.value);
  if (raw.empty()) {
    return;
  }
  const bool of_first = (pdu.side == Side::first) == (whose == Whose::sender);
  const std::uint64_t print =
      SecretPrint{}
          .add(static_cast<std::uint64_t>(fact.field) * 2U + (of_first ? 1U : 0U))
          .add(raw.substr(0, kLongest))
          .value();
  if (!told_.first_time(print)) {
    return;
  }
  const std::string value = printable_text(raw, kLongest);
  out.identity({.field = fact.field,
                .confidence = fact.confidence,
                .of_sender = whose == Whose::sender,
                .unit = Identity::kNoUnit,
                .source = fact.source,
                .value = value});
}

void PlainSession::tell_posture(Posture::Aspect aspect, std::string_view what,
                                std::string_view text, std::uint32_t flaws, const Pdu& pdu,
                                Emitter& out, Whose whose) {
  const bool of_first = (pdu.side == Side::first) == (whose == Whose::sender);
  const std::uint64_t print =
      SecretPrint{}
          .add(0x100U + static_cast<std::uint64_t>(aspect) * 2U + (of_first ? 1U : 0U))
          .add(what)
          .add(text.substr(0, kLongest))
          .add(flaws)
          .value();
  if (!told_.first_time(print)) {
    return;
  }
  const std::string value = printable_text(text, kLongest);
  Posture posture;
  posture.protocol = protocol_;
  posture.aspect = aspect;
  posture.of_sender = whose == Whose::sender;
  posture.what = what;
  posture.text = value;
  posture.flaws = flaws;
  out.posture(posture);
}

void PlainSession::tell_login(std::string_view what, std::string_view user, std::string_view secret,
                              const Pdu& pdu, Emitter& out) {
  const std::string value = printable_text(user, kLongest);
  Posture posture;
  posture.protocol = protocol_;
  posture.aspect = Posture::Aspect::user_used;
  posture.of_sender = false;
  posture.flaws = Posture::bit(Posture::Flaw::cleartext_password);
  posture.what = what;
  posture.text = value;
  posture.secret_size = static_cast<std::uint32_t>(secret.size());
  out.posture(posture);
  if (const std::string_view whose = delivered_with(user, secret); !whose.empty()) {
    tell_posture(Posture::Aspect::setting, "log-in as delivered",
                 value + " (" + std::string{whose} + ')', 0, pdu, out, Whose::receiver);
  }
}

void PlainSession::say(std::string_view name, std::uint16_t function, const Pdu& pdu, Emitter& out,
                       Kind kind, const Target& target) const {
  Message message;
  message.protocol = protocol_;
  message.kind = kind;
  message.direction = pdu.direction;
  message.envelope = true;
  message.function = function;
  message.name = name;
  message.target = target;
  out.message(message);
}

void PlainSession::learn(Pdu& pdu, Direction direction, Emitter& out) const {
  if (pdu.direction == Direction::unknown && direction != Direction::unknown) {
    pdu.direction = direction;
    out.client_is(direction == Direction::to_server ? pdu.side : other(pdu.side));
  }
}

}  // namespace prahari
