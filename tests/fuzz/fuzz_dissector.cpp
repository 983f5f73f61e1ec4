// Every dissector through the registry, as the analyzer drives it: probe, open, frame, on_pdu, the
// way back when lost, gaps and time.
//
// Input: protocol, flags (bit 0 bound, 1-2 direction of the first side, 3 take the probe's variant,
// 4-7 variant otherwise), then chunks: control (bit 0 side, 1 gap before, 2 time goes on, 3 a
// datagram of its own, 4 somebody asks for fields), length, bytes.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "dissectors/registry.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMaxBuffered = 1U << 17U;
constexpr std::size_t kMaxScan = 512;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

class Checker final : public Emitter {
 public:
  void message(const Message& message) override {
    require(message.protocol < Protocol::unknown);
    require(!message.name.empty());
    require(message.value_count <= Message::kValues);
    require((std::uint64_t{message.problems} >> dissector(message.protocol).problems.size()) == 0);
    require(message.kind != Kind::exception || message.outcome != Outcome::success);
  }
  void identity(const Identity& identity) override { require(!identity.value.empty()); }
  void anomaly(const Anomaly& anomaly) override {
    require(anomaly.problem < dissector(anomaly.protocol).problems.size());
  }
  Fields* fields() override {
    fields_.clear();
    return wants_fields ? &fields_ : nullptr;
  }
  void client_is(Side side) override { client = side == Side::first ? 0 : 1; }

  bool wants_fields = false;
  int client = -1;  // index of the side, -1: not known

 private:
  Fields fields_;
};

// One flow, read the way the analyzer reads it.
class Flow {
 public:
  Flow(const Dissector& dissector, std::uint8_t flags) : dissector_(dissector), flags_(flags) {
    const unsigned told = flags >> 1U & 3U;
    out_.client = told == 1 ? 0 : told == 2 ? 1 : -1;
  }

  void chunk(std::uint8_t control, Bytes bytes) {
    const std::size_t side = control & 1U;
    out_.wants_fields = (control & 16U) != 0;
    packet_.time += std::chrono::milliseconds{(control & 4U) != 0 ? 11000 : 1};
    ++packet_.frame;
    if (!open(bytes, side)) {
      return;
    }
    session_->on_time(packet_.time, out_);
    std::vector<std::byte>& stream = streams_.at(side);
    if ((control & 2U) != 0) {
      session_->on_gap(side_of(side));
      stream.clear();
      lost_.at(side) = true;
      gap_ = true;
    }
    stream.insert(stream.end(), bytes.begin(), bytes.end());
    const std::size_t used = read(side);
    stream.erase(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(used));
    if ((control & 8U) != 0 || stream.size() > kMaxBuffered) {
      stream.clear();
    }
    if (!session_->plausible()) {
      session_.reset();
    }
  }

 private:
  static Side side_of(std::size_t side) { return side == 0 ? Side::first : Side::second; }

  [[nodiscard]] Direction direction(std::size_t side) const {
    if (out_.client < 0) {
      return Direction::unknown;
    }
    return static_cast<std::size_t>(out_.client) == side ? Direction::to_server
                                                         : Direction::to_client;
  }

  bool open(Bytes bytes, std::size_t side) {
    if (session_) {
      return true;
    }
    streams_ = {};
    lost_ = {};
    const Probe probe = dissector_.probe({.head = bytes,
                                          .transport = Transport::tcp,
                                          .direction = direction(side),
                                          .bound = (flags_ & 1U) != 0});
    const bool by_probe = (flags_ & 8U) != 0;
    if (by_probe && probe.answer != Probe::Answer::yes) {
      return false;
    }
    session_ = dissector_.open(by_probe ? probe.variant : known_variant());
    require(session_ != nullptr);
    if (dissector_.share != nullptr && !shared_) {
      shared_ = dissector_.share();
    }
    session_->join(shared_.get(), {});
    return true;
  }

  // open() is handed only what a probe has said; the low values are what probes say.
  [[nodiscard]] std::uint8_t known_variant() const {
    return static_cast<std::uint8_t>((flags_ >> 4U) % 6U);
  }

  // Reads what is there; how many bytes are done with.
  std::size_t read(std::size_t side) {
    const Bytes stream{streams_.at(side)};
    std::size_t at = 0;
    while (at < stream.size()) {
      const std::vector<std::byte> head{stream.begin() + static_cast<std::ptrdiff_t>(at),
                                        stream.end()};
      if (lost_.at(side)) {
        const std::size_t skipped = find_start(head, side, at == 0);
        lost_.at(side) = skipped == head.size();
        at += skipped;
        continue;
      }
      const Frame frame = session_->frame(head, side_of(side));
      if (frame.verdict == Frame::Verdict::need_more) {
        break;
      }
      if (frame.verdict == Frame::Verdict::not_mine) {
        session_->on_foreign(side_of(side), direction(side), head, packet_, out_);
        lost_.at(side) = true;
        continue;
      }
      require(frame.size > 0);
      if (frame.verdict == Frame::Verdict::skip) {
        at += std::min(frame.size, head.size());
        continue;
      }
      require(frame.size <= head.size());
      on_pdu({head.begin(), head.begin() + static_cast<std::ptrdiff_t>(frame.size)}, side);
      at += frame.size;
    }
    return at;
  }

  [[nodiscard]] std::size_t find_start(Bytes head, std::size_t side, bool segment_start) const {
    for (std::size_t at = 0; at < std::min(head.size(), kMaxScan); ++at) {
      if (session_->starts_here(head.subspan(at), side_of(side), at == 0 && segment_start)) {
        // What starts here also divides, else the reader would turn in a circle.
        require(session_->frame(head.subspan(at), side_of(side)).verdict !=
                Frame::Verdict::not_mine);
        return at;
      }
    }
    return head.size();
  }

  // A copy of its own, so that a read beyond it is seen.
  void on_pdu(const std::vector<std::byte>& bytes, std::size_t side) {
    Pdu pdu;
    pdu.bytes = bytes;
    pdu.side = side_of(side);
    pdu.direction = direction(side);
    pdu.state = gap_ ? Completeness::gap : Completeness::complete;
    pdu.packet = packet_;
    session_->on_pdu(pdu, out_);
  }

  const Dissector& dissector_;
  std::uint8_t flags_;
  Checker out_;
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<Session> session_;
  PacketRef packet_;
  std::array<std::vector<std::byte>, 2> streams_;
  std::array<bool, 2> lost_{};
  bool gap_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in{std::as_bytes(std::span{data, size})};
  const auto dissectors = all_dissectors();
  const std::size_t protocol = in.u8() % dissectors.size();
  const std::uint8_t flags = in.u8();
  if (!in.ok() || dissectors[protocol]->open == nullptr) {
    return 0;
  }
  Flow flow{*dissectors[protocol], flags};
  while (in.remaining() > 0) {
    const std::uint8_t control = in.u8();
    const std::size_t length = in.u8();
    flow.chunk(control, in.take(std::min(length, in.remaining())));
  }
  return 0;
}

}  // namespace prahari
