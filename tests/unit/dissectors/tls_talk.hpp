// Recorded handshakes (tests/support/tls/handshakes.txt), and a conversation with the TLS dissector
// that says what it heard as lines of text.

#pragma once

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dissectors/framer.hpp"
#include "dissectors/registry.hpp"
#include "tests/support.hpp"

namespace prahari::test {

inline const Dissector& tls_protocol() { return dissector(Protocol::tls); }

struct Said {
  Side side = Side::first;  // the client is the first
  std::vector<std::byte> bytes;
};

inline std::vector<Said> handshake_of(std::string_view name) {
  std::ifstream in{std::string{PRAHARI_SOURCE_DIR} + "/tests/support/tls/handshakes.txt"};
  std::vector<Said> out;
  bool mine = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("talk ")) {
      mine = line.starts_with("talk " + std::string{name} + ' ');
    } else if (mine) {
      out.push_back({line[0] == '>' ? Side::first : Side::second, hex(line.substr(2))});
    }
  }
  return out;
}

// Drives a session with a framer for each side, as the analyzer does.
class TlsTalk final : public Emitter, private Framer::Out {
 public:
  explicit TlsTalk(std::uint8_t variant = 0)
      : datagram_((variant & 1U) != 0),
        shared_(tls_protocol().share()),
        session_(tls_protocol().open(variant)) {
    session_->join(shared_.get(), {});
  }

  void send(Side side, Bytes bytes) {
    ++packet_.frame;
    if (!datagram_) {
      framers_[index(side)].feed(*session_, side, bytes, packet_, budget_, *this);
      return;
    }
    while (!bytes.empty()) {
      const Frame frame = session_->frame(bytes, side);
      if (frame.verdict != Frame::Verdict::complete) {
        foreign(bytes, side, packet_);
        return;
      }
      pdu(bytes.first(frame.size), side, packet_);
      bytes = bytes.subspan(frame.size);
    }
  }
  void play(const std::vector<Said>& said) {
    for (const Said& one : said) {
      send(one.side, one.bytes);
    }
    session_->on_end(*this);
  }
  void lose(Side side) {
    framers_[index(side)].lose();
    session_->on_gap(side);
  }

  [[nodiscard]] bool says(std::string_view line) const {
    return std::ranges::any_of(
        lines, [&](const std::string& one) { return one.find(line) != std::string::npos; });
  }
  [[nodiscard]] std::size_t count(std::string_view line) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        lines, [&](const std::string& one) { return one.find(line) != std::string::npos; }));
  }
  [[nodiscard]] const Session& session() const { return *session_; }

  void message(const Message& message) override {
    std::string line{message.name};
    if (message.problems != 0) {
      line += " problems=" + std::to_string(message.problems);
    }
    if (wants_fields) {
      for (std::size_t i = 0; i < tls_protocol().fields.size(); ++i) {
        if (fields_.json(i) != "null") {
          line += ' ' + std::string{tls_protocol().fields[i]} + '=' + std::string{fields_.json(i)};
        }
      }
    }
    lines.push_back(std::move(line));
  }
  void identity(const Identity& identity) override {
    lines.push_back("fact " + std::string{to_string(identity.field)} + ' ' +
                    std::string{identity.value} + ' ' + std::to_string(identity.confidence) +
                    (identity.of_sender ? " sender" : " receiver"));
  }
  void anomaly(const Anomaly& anomaly) override {
    lines.push_back("anomaly " + std::string{tls_protocol().problems[anomaly.problem].id});
  }
  void posture(const Posture& posture) override {
    std::string line = "posture " + std::string{to_string(posture.aspect)} + " | " +
                       std::string{posture.what} + " | " + std::string{posture.text};
    for (std::size_t i = 0; i < kPostureFlaws; ++i) {
      if (posture.has(static_cast<Posture::Flaw>(i))) {
        line += " !" + std::string{to_string(static_cast<Posture::Flaw>(i))};
      }
    }
    lines.push_back(std::move(line));
  }
  Fields* fields() override {
    fields_.clear();
    return wants_fields ? &fields_ : nullptr;
  }
  void client_is(Side side) override { client = side; }

  std::vector<std::string> lines;
  Side client = Side::second;
  bool wants_fields = true;

 private:
  static std::size_t index(Side side) { return static_cast<std::size_t>(side); }

  void pdu(Bytes bytes, Side side, const PacketRef& packet) override {
    Pdu pdu;
    pdu.bytes = bytes;
    pdu.side = side;
    pdu.direction = side == Side::first ? Direction::to_server : Direction::to_client;
    pdu.packet = packet;
    pdu.packet.time = now;
    session_->on_pdu(pdu, *this);
  }
  void foreign(Bytes head, Side side, const PacketRef& packet) override {
    lines.emplace_back("foreign");
    session_->on_foreign(side, Direction::unknown, head, packet, *this);
  }

 public:
  Timestamp now{std::chrono::hours{24 * 365 * 57}};  // while the recorded certificates are valid

 private:
  bool datagram_;
  PartialBudget budget_;
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<Session> session_;
  std::array<Framer, 2> framers_;
  PacketRef packet_;
  Fields fields_;
};

}  // namespace prahari::test
