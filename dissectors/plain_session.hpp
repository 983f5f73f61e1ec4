// What the sessions of office protocols have in common: one segment or datagram is one PDU, facts
// are told once in a flow, and each message is an envelope.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/dissector.hpp"
#include "dissectors/told_once.hpp"

namespace prahari {

class PlainSession : public Session {
 public:
  explicit PlainSession(Protocol protocol) noexcept : protocol_(protocol) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return head.empty() ? Frame::need_more() : Frame::complete(head.size());
  }
  [[nodiscard]] bool starts_here(Bytes head, Side side,
                                 bool segment_start) const noexcept override {
    return segment_start && frame(head, side).verdict != Frame::Verdict::not_mine;
  }
  void on_foreign(Side side, Direction direction, Bytes head, const PacketRef& packet,
                  Emitter& out) override;

 protected:
  // Whose host a fact is about.
  enum class Whose : std::uint8_t { sender, receiver };

  struct Fact {
    Identity::Field field{};
    std::uint8_t confidence = 0;
    std::string_view source;  // a literal
    std::string_view value;   // as it came off the wire
  };

  // Once for each value and host; nothing where the value is empty.
  void tell(const Fact& fact, const Pdu& pdu, Emitter& out, Whose whose = Whose::sender);
  // Likewise. `what` is a literal.
  void tell_posture(Posture::Aspect aspect, std::string_view what, std::string_view text,
                    std::uint32_t flaws, const Pdu& pdu, Emitter& out, Whose whose = Whose::sender);
  // Somebody sent a password that whoever listens can read. Its size is told, and whether a device
  // is delivered with it; the password itself goes nowhere.
  void tell_login(std::string_view what, std::string_view user, std::string_view secret,
                  const Pdu& pdu, Emitter& out);

  // One message; its fields were filled before. `name` is a literal.
  void say(std::string_view name, std::uint16_t function, const Pdu& pdu, Emitter& out,
           Kind kind = Kind::oneway, const Target& target = {}) const;

  // The bytes tell which side asks.
  void learn(Pdu& pdu, Direction direction, Emitter& out) const;

 private:
  Protocol protocol_;
  ToldOnce told_;
};

// The text without space, quotes and NUL around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

// Letters without regard to case, ASCII only.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] bool starts_with_word(std::string_view text, std::string_view word) noexcept;

// Takes a line off the head of a text, without its end of line; nullptr data when the text is
// empty.
[[nodiscard]] std::string_view take_line(std::string_view& text) noexcept;

// All characters are printable ASCII.
[[nodiscard]] bool is_ascii(std::string_view text) noexcept;

// UTF-16, little endian, to UTF-8; at most 256 bytes.
[[nodiscard]] std::string from_utf16(Bytes raw);

}  // namespace prahari
