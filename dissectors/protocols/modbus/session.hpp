// One Modbus conversation: pairs requests with responses, learns which side is the client and
// follows what takes several messages. Below 256 bytes, plus heap where few sessions need it.

#pragma once

#include <memory>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/modbus/decode.hpp"
#include "dissectors/protocols/modbus/framing.hpp"
#include "dissectors/protocols/modbus/pending.hpp"

namespace prahari::modbus {

// What open() is told: the carrier, and whether the port is one of Modbus.
[[nodiscard]] constexpr std::uint8_t variant(Carrier carrier, bool bound) noexcept {
  return static_cast<std::uint8_t>(static_cast<unsigned>(carrier) << 1U | (bound ? 1U : 0U));
}

class ModbusSession final : public Session {
 public:
  explicit ModbusSession(std::uint8_t variant) noexcept
      : carrier_(static_cast<Carrier>(variant >> 1U)), bound_((variant & 1U) != 0) {}

  [[nodiscard]] Frame frame(Bytes head, Side side) const noexcept override;
  [[nodiscard]] bool starts_here(Bytes head, Side side, bool segment_start) const noexcept override;
  void on_pdu(const Pdu& pdu, Emitter& out) override;
  void on_foreign(Side side, Direction direction, Bytes head, const PacketRef& packet,
                  Emitter& out) override;
  void on_gap(Side side) override;
  void on_time(Timestamp now, Emitter& out) override;
  [[nodiscard]] bool plausible() const noexcept override;

 private:
  [[nodiscard]] Direction direction_from(Side side) const noexcept;
  void follow_time(const Pdu& pdu) noexcept;
  Direction settle_direction(const Adu& adu, Side side, bool paired, Emitter& out);
  void dissect(const Adu& adu, const Pdu& pdu, bool damaged, Emitter& out);
  void remember_request(const Request& asked, const Pdu& pdu, const Decoding& decoding);
  void judge(const Adu& adu, const Pdu& pdu, const Decoding& decoding);

  PendingRequests pending_;
  std::unique_ptr<Memory> memory_;
  Timestamp lenient_until_{};  // no complaint about responses without a request before then
  Carrier carrier_;
  std::uint8_t misses_ = 0;
  Side client_ = Side::first;
  bool bound_;
  bool client_known_ = false;
  bool settling_ = true;        // lenient_until_ is to be set at the next PDU
  bool lost_ = false;           // bytes of this flow are missing
  bool confirmed_ = false;      // a response came that a request had asked for
  bool asked_ = false;          // requests of this flow were seen
  bool enron_told_ = false;     // once a session
  bool overflow_told_ = false;  // once until answers come again
};

}  // namespace prahari::modbus
