// What the smaller OT protocols have in common: requests that wait for their answers, facts that
// are told once in a flow, and bytes that are not theirs.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dissectors/device_text.hpp"
#include "dissectors/dissector.hpp"
#include "dissectors/few_pending.hpp"
#include "dissectors/foreign.hpp"
#include "dissectors/secret_print.hpp"
#include "dissectors/told_once.hpp"

namespace prahari {

// A request until it is answered.
struct Asked {
  std::uint64_t key = 0;  // by which the answer is known
  PacketRef packet;
  std::string_view name;
  std::string_view table;
  std::uint32_t unit = 0;
  std::uint32_t address = 0;
  std::uint32_t count = 0;
  std::uint16_t function = 0;
  std::uint16_t sub_function = 0;
  std::uint16_t extra = 0;  // as the protocol likes
  Operation operation = Operation::control;
  Effect effect = Effect::none;
  Side side = Side::first;
  bool open = false;
};

// Requests with what an answer is told to be about.
class AskedTable {
 public:
  void push(const Message& message, std::uint64_t key, const Pdu& pdu,
            std::uint16_t extra = 0) noexcept {
    ring_.push({.key = key,
                .packet = pdu.packet,
                .name = message.name,
                .table = message.target.table,
                .unit = message.target.unit,
                .address = message.target.address,
                .count = message.target.count,
                .function = message.function,
                .sub_function = message.sub_function,
                .extra = extra,
                .operation = message.operation,
                .effect = message.effect,
                .side = pdu.side});
  }

  // What the sender of an answer was asked under this key.
  [[nodiscard]] std::optional<Asked> take(std::uint64_t key, Side answerer) noexcept {
    Asked found;
    return ring_.take(answerer, key, found) ? std::optional{found} : std::nullopt;
  }

 private:
  PendingRing<Asked> ring_;
};

inline void answer(Message& message, const Asked& asked) noexcept {
  message.matched = true;
  message.request = asked.packet;
  message.name = asked.name;
  message.function = asked.function;
  message.sub_function = asked.sub_function;
  message.operation = asked.operation;
  message.effect = asked.effect;
  message.target = {.table = asked.table,
                    .text = {},
                    .unit = asked.unit,
                    .address = asked.address,
                    .count = asked.count};
}

// Facts of a flow that were told already.
class ToldFacts {
 public:
  [[nodiscard]] bool first_time(Identity::Field field, std::string_view value, bool of_sender,
                                Side side, std::uint32_t unit = Identity::kNoUnit) noexcept {
    const bool of_first = of_sender == (side == Side::first);
    const std::uint64_t print = SecretPrint{}
                                    .add(static_cast<std::uint64_t>(field) * 2 + (of_first ? 1 : 0))
                                    .add(unit)
                                    .add(value)
                                    .value();
    return told_.first_time(print);
  }

 private:
  ToldOnce told_;
};

class OtSession : public Session {
 public:
  [[nodiscard]] bool starts_here(Bytes head, Side side,
                                 bool /*segment_start*/) const noexcept override {
    return frame(head, side).verdict == Frame::Verdict::complete;
  }

  void on_foreign(Side /*side*/, Direction direction, Bytes /*head*/, const PacketRef& /*packet*/,
                  Emitter& out) override {
    misses_ = static_cast<std::uint8_t>(std::min<int>(misses_ + 1, kMaxMisses));
    out.anomaly(foreign_anomaly(protocol_, foreign_, direction));
  }

  [[nodiscard]] bool plausible() const noexcept override {
    return confirmed_ || misses_ < kMaxMisses;
  }

 protected:
  explicit OtSession(Protocol protocol, std::uint8_t foreign = 0) noexcept
      : protocol_(protocol), foreign_(foreign) {}

  void confirm() noexcept { confirmed_ = true; }

  // One fact about who sent the PDU, or about who got it.
  struct Source {
    std::string_view words;
    std::uint8_t confidence;
    bool of_sender = true;
    std::uint32_t unit = Identity::kNoUnit;
  };
  void tell(Identity::Field field, std::string_view value, const Source& source, const Pdu& pdu,
            Emitter& out) {
    if (!value.empty() && told_.first_time(field, value, source.of_sender, pdu.side, source.unit)) {
      out.identity({.field = field,
                    .confidence = source.confidence,
                    .of_sender = source.of_sender,
                    .unit = source.unit,
                    .source = source.words,
                    .value = value.substr(0, kLongestValue)});
    }
  }
  // The same of text as the wire has it.
  void tell_raw(Identity::Field field, Bytes raw, const Source& source, const Pdu& pdu,
                Emitter& out) {
    TextBuffer buffer;
    tell(field, clean_text(raw, buffer), source, pdu, out);
  }

  // Whose direction the bytes tell: for messages of which the protocol says what they are.
  static Direction direct(const Pdu& pdu, bool answers, Emitter& out) {
    if (pdu.direction == Direction::unknown) {
      out.client_is(answers ? other(pdu.side) : pdu.side);
    }
    return answers ? Direction::to_client : Direction::to_server;
  }

  AskedTable asked_;

 private:
  static constexpr std::uint8_t kMaxMisses = 3;
  static constexpr std::size_t kLongestValue = 256;

  ToldFacts told_;
  Protocol protocol_;
  std::uint8_t foreign_;
  std::uint8_t misses_ = 0;
  bool confirmed_ = false;
};

// The text up to the first NUL.
[[nodiscard]] inline Bytes before_nul(Bytes raw) noexcept {
  return raw.first(static_cast<std::size_t>(std::ranges::find(raw, std::byte{0}) - raw.begin()));
}

}  // namespace prahari
