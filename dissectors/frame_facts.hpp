// Short ways to say what frames and datagrams without a conversation tell: facts of one source
// about one host, and the message that a record shows.

#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "dissectors/device_text.hpp"
#include "dissectors/dissector.hpp"

namespace prahari {

// Text of several lines as one, else as clean_text has it.
class OneLine {
 public:
  explicit OneLine(Bytes raw) noexcept {
    const std::string_view text = as_text(raw.first(std::min(raw.size(), line_.size())));
    std::ranges::transform(text, line_.begin(),
                           [](char c) { return c == '\r' || c == '\n' || c == '\t' ? ' ' : c; });
    text_ = clean_text(as_bytes({line_.data(), text.size()}), buffer_);
  }
  OneLine(const OneLine&) = delete;
  OneLine& operator=(const OneLine&) = delete;
  ~OneLine() = default;

  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  std::array<char, 256> line_;
  TextBuffer buffer_;
  std::string_view text_;
};

// Facts of one source. Empty values are no facts.
class Facts {
 public:
  // `about`: whose device it is, the sender's if null; outlives this.
  Facts(Emitter& out, std::string_view source, std::uint8_t confidence,
        const Identity::Host* about = nullptr) noexcept
      : out_(out), source_(source), confidence_(confidence), about_(about) {}

  // Printable already.
  void value(Identity::Field field, std::string_view value,
             std::uint32_t unit = Identity::kNoUnit) const {
    if (!value.empty()) {
      out_.identity({.field = field,
                     .confidence = confidence_,
                     .of_sender = true,
                     .unit = unit,
                     .source = source_,
                     .value = value,
                     .about = about_});
    }
  }

  // As it came off the wire.
  void text(Identity::Field field, Bytes raw) const {
    if (!raw.empty()) {
      value(field, OneLine{raw}.text());
    }
  }

 private:
  Emitter& out_;
  std::string_view source_;
  std::uint8_t confidence_;
  const Identity::Host* about_;
};

// What a host says to whoever hears it. An envelope: no rule is concluded from it.
[[nodiscard]] inline Message announcement(Protocol protocol, std::string_view name) noexcept {
  Message message;
  message.protocol = protocol;
  message.kind = Kind::oneway;
  message.operation = Operation::discover;
  message.envelope = true;
  message.name = name;
  return message;
}

// Wire text as a field, made fit to show.
inline void show_text(Fields& fields, std::size_t field, Bytes raw) {
  fields.text(field, OneLine{raw}.text());
}

}  // namespace prahari
