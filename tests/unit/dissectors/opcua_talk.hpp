// A conversation with the OPC UA dissector, chunk by chunk, and what it said, as lines of text.

#pragma once

#include <algorithm>
#include <bit>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/dissectors/talk.hpp"

namespace prahari::test {

inline const Dissector& opcua_protocol() { return dissector(Protocol::opcua); }

// Writes OPC UA Binary.
class Ua {
 public:
  Ua& u8(unsigned value) { return number(value, 1); }
  Ua& u16(unsigned value) { return number(value, 2); }
  Ua& u32(std::uint64_t value) { return number(value, 4); }
  Ua& u64(std::uint64_t value) { return number(value, 8); }
  Ua& real(double value) { return u64(std::bit_cast<std::uint64_t>(value)); }
  Ua& raw(std::string_view digits) { return add(hex(digits)); }
  Ua& null() { return u32(0xffffffff); }
  Ua& text(std::string_view value) {
    u32(value.size());
    for (const char c : value) {
      bytes.push_back(static_cast<std::byte>(c));
    }
    return *this;
  }
  Ua& node(unsigned number) { return u8(1).u8(0).u16(number); }
  Ua& node(unsigned ns, std::string_view name) { return u8(3).u16(ns).text(name); }
  Ua& add(const std::vector<std::byte>& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return *this;
  }
  Ua& add(const Ua& more) { return add(more.bytes); }

  // RequestHeader: token, timestamp, handle, diagnostics, audit id, hint, no additional header.
  Ua& asks(unsigned type, unsigned handle = 7) {
    return node(type).raw("0000").u64(0).u32(handle).u32(0).null().u32(5000).raw("000000");
  }
  Ua& answers(unsigned type, std::uint32_t result = 0, unsigned handle = 7) {
    return node(type).u64(0).u32(handle).u32(result).u8(0).u32(0).raw("000000");
  }

  std::vector<std::byte> bytes;

 private:
  Ua& number(std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
      bytes.push_back(static_cast<std::byte>(value >> 8 * i));
    }
    return *this;
  }
};

// "MSGF" and the like, with its size.
inline std::vector<std::byte> chunk(std::string_view type, const Ua& body) {
  Ua whole;
  for (const char c : type) {
    whole.bytes.push_back(static_cast<std::byte>(c));
  }
  return whole.u32(8 + body.bytes.size()).add(body).bytes;
}

constexpr std::string_view kNonePolicy = "http://opcfoundation.org/UA/SecurityPolicy#None";
constexpr std::string_view kSha256Policy =
    "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256";

class OpcuaTalk final : public BasicTalk {
 public:
  OpcuaTalk() : BasicTalk(opcua_protocol().open(0)) {}

  void client(const std::vector<std::byte>& bytes) { send(bytes, Side::first); }
  void server(const std::vector<std::byte>& bytes) { send(bytes, Side::second); }

  // One MSG in one chunk, with the next sequence number of that side.
  void ask(const Ua& body, unsigned request, std::string_view type = "MSGF") {
    client(chunk(type, Ua{}.u32(5).u32(1).u32(++sequence[0]).u32(request).add(body)));
  }
  void answer(const Ua& body, unsigned request, std::string_view type = "MSGF") {
    server(chunk(type, Ua{}.u32(5).u32(1).u32(++sequence[1]).u32(request).add(body)));
  }

  // HEL to the answer of OPN, without security.
  void open() {
    client(chunk("HELF", Ua{}.u32(0).u32(65536).u32(65536).u32(0).u32(0).text("opc.tcp://s:4840")));
    server(chunk("ACKF", Ua{}.u32(0).u32(65536).u32(65536).u32(0).u32(0)));
    const Ua security = Ua{}.text(kNonePolicy).null().null();
    client(chunk("OPNF", Ua{}.u32(0)
                             .add(security)
                             .u32(++sequence[0])
                             .u32(1)
                             .add(Ua{}.asks(446).u32(0).u32(0).u32(1).null().u32(3600000))));
    server(
        chunk("OPNF", Ua{}.u32(5)
                          .add(security)
                          .u32(++sequence[1])
                          .u32(1)
                          .add(Ua{}.answers(449).u32(0).u32(5).u32(1).u64(0).u32(3600000).null())));
    lines.clear();
  }

  // As much of it as is one chunk.
  void send(const std::vector<std::byte>& bytes, Side side) {
    step();
    const Frame frame = session->frame(bytes, side);
    if (frame.verdict != Frame::Verdict::complete) {
      lines.emplace_back(frame.verdict == Frame::Verdict::need_more ? "need more" : "not mine");
      return;
    }
    deliver(Bytes{bytes}.first(frame.size), side);
  }

  void message(const Message& message) override {
    messages.push_back(message);
    std::ostringstream line;
    line << (message.further ? "also " : "") << word_of(message.kind);
    append_operation(line, message);
    if (!message.target.table.empty()) {
      line << ' ' << message.target.table << ' ' << message.target.text;
    }
    for (std::size_t i = 0; i < message.value_count; ++i) {
      line << (i == 0 ? " = " : ", ") << message.values.at(i);
    }
    if (message.status != 0) {
      line << " status " << std::hex << message.status << std::dec;
    }
    append_problems(line, message);
    lines.push_back(line.str());
  }

  void identity(const Identity& identity) override {
    std::ostringstream line;
    line << "identity " << to_string(identity.field) << " \"" << identity.value << '"'
         << (identity.of_sender ? "" : " of receiver");
    lines.push_back(line.str());
  }

  void posture(const Posture& posture) override {
    postures.push_back(posture);
    std::ostringstream line;
    line << "posture " << to_string(posture.aspect) << " \"" << posture.what << "\" \""
         << posture.text << '"' << (posture.of_sender ? "" : " of receiver");
    for (std::size_t i = 0; i < kPostureFlaws; ++i) {
      if ((posture.flaws >> i & 1U) != 0) {
        line << ' ' << to_string(static_cast<Posture::Flaw>(i));
      }
    }
    lines.push_back(line.str());
  }

  void target_name(const TargetName& naming) override {
    lines.push_back("name " + std::string(naming.text) + " below " + std::string(naming.below) +
                    " is " + std::string(naming.name));
  }

  void anomaly(const Anomaly& anomaly) override {
    std::ostringstream line;
    line << "anomaly " << opcua_protocol().problems[anomaly.problem].id;
    if (anomaly.request.frame != 0) {
      line << " request=" << anomaly.request.frame;
    }
    lines.push_back(line.str());
  }

  // A field of the last message, as JSON.
  [[nodiscard]] std::string_view field(std::string_view name) const {
    const auto names = opcua_protocol().fields;
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? "no such field"
                                : record_.json(static_cast<std::size_t>(found - names.begin()));
  }
  [[nodiscard]] std::string record() const {
    std::string out;
    for (std::size_t i = 0; i < opcua_protocol().fields.size(); ++i) {
      out += std::string{record_.json(i)} + ' ';
    }
    return out;
  }

  void client_is(Side side) override { client_side = side; }
  void client_is_surely(Side side) override {
    client_side = side;
    ++overruled;
  }

  std::vector<Message> messages;  // their views are gone
  std::vector<Posture> postures;  // likewise
  Side client_side = Side::first;
  int overruled = 0;
  unsigned sequence[2] = {0, 0};
};

}  // namespace prahari::test
