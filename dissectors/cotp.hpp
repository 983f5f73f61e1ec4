// ISO transport class 0 over TCP, which carries S7, S7 plus and MMS on port 102.
// RFC 1006 (TPKT), RFC 905 (TPDUs). Big-endian.

#pragma once

#include <array>
#include <vector>

#include "dissectors/dissector.hpp"

namespace prahari::cotp {

inline constexpr std::uint16_t kPort = 102;

enum class Type : std::uint8_t { connect_request, connect_confirm, disconnect, data, other, bad };

struct Tpdu {
  Type type = Type::bad;
  bool last = true;  // of data: the end of the message
  Bytes called;      // of a connect: the TSAP that is called
  Bytes calling;
  Bytes data;
};

[[nodiscard]] Tpdu read_tpdu(Bytes tpkt) noexcept;
[[nodiscard]] Frame frame_of(Bytes head) noexcept;

// Who is meant by the TSAPs of a connect: nothing but a guess, what follows has the last word.
[[nodiscard]] Protocol guess(const Tpdu& connect) noexcept;

// Of a segment on its own: yes where it connects to `protocol` or carries what `is_mine` knows.
[[nodiscard]] Probe probe(const ProbeInput& input, Protocol protocol,
                          bool (*is_mine)(Bytes payload) noexcept) noexcept;

// The first fields of each protocol over COTP.
enum Field : std::size_t { kTpdu, kCalled, kCalling, kOwnFields };
// The problems of each.
enum Wrong : std::uint8_t { kForeign, kTruncated };
inline constexpr std::array kProblems = {
    Problem{"non_iso_on_port", "bytes on the port of ISO transport are none of it", false},
    Problem{"truncated", "the message ends before its fields do", false},
};
inline constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, kPort}};

class CotpSession : public Session {
 public:
  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return frame_of(head);
  }
  [[nodiscard]] bool starts_here(Bytes head, Side side, bool segment_start) const noexcept override;
  void on_pdu(const Pdu& pdu, Emitter& out) override;
  void on_foreign(Side side, Direction direction, Bytes head, const PacketRef& packet,
                  Emitter& out) override;
  void on_gap(Side side) override;
  [[nodiscard]] bool plausible() const noexcept override {
    return confirmed_ || misses_ < kMostMisses;
  }

 protected:
  CotpSession(Protocol protocol, bool (*is_mine)(Bytes) noexcept) noexcept
      : protocol_{protocol}, is_mine_{is_mine} {}

  // A whole message of the protocol.
  virtual void on_payload(Bytes payload, const Pdu& pdu, Emitter& out) = 0;
  virtual void on_connect(const Tpdu& /*tpdu*/, Emitter& /*out*/) {}

 private:
  static constexpr std::uint8_t kMostMisses = 2;
  static constexpr std::size_t kMostKept = 65536;

  void tell(const Tpdu& tpdu, const Pdu& pdu, Emitter& out);
  void on_data(const Tpdu& tpdu, const Pdu& pdu, Emitter& out);

  Protocol protocol_;
  bool (*is_mine_)(Bytes) noexcept;
  std::array<std::vector<std::byte>, 2> parts_;
  std::array<bool, 2> lost_{};  // what goes on here has no beginning
  std::uint8_t misses_ = 0;
  bool confirmed_ = false;
};

}  // namespace prahari::cotp
