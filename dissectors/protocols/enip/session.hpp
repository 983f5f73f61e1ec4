// One conversation of EtherNet/IP: pairs requests with answers, learns which side is the client,
// and hands what the messages carry to CIP.

#pragma once

#include <memory>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/enip/encapsulation.hpp"
#include "dissectors/protocols/enip/memory.hpp"
#include "dissectors/protocols/enip/pending.hpp"
#include "dissectors/protocols/enip/problems.hpp"

namespace prahari::enip {

class ConnectionTable;
struct Content;

class EnipSession final : public Session {
 public:
  explicit EnipSession(bool bound) noexcept : bound_(bound) {}

  void join(Shared* shared, const FlowEnds& ends) override;
  [[nodiscard]] Frame frame(Bytes head, Side side) const noexcept override;
  [[nodiscard]] bool starts_here(Bytes head, Side side, bool segment_start) const noexcept override;
  void on_pdu(const Pdu& pdu, Emitter& out) override;
  void on_foreign(Side side, Direction direction, Bytes head, const PacketRef& packet,
                  Emitter& out) override;
  void on_gap(Side side) override;
  void on_time(Timestamp now, Emitter& out) override;
  [[nodiscard]] bool plausible() const noexcept override;

 private:
  void follow_time(const Pdu& pdu) noexcept;
  bool find_request(const Content& content, Side side, Waiting& asked);
  bool find_on_connection(const Content& content, Side side, Waiting& asked);
  Direction settle_direction(const Content& content, const Pdu& pdu, Emitter& out);
  void show_envelope(const Content& content, const Pdu& pdu, Direction direction,
                     const Waiting* asked, Emitter& out);
  void show_cip(const Content& content, const Pdu& pdu, const Waiting* asked, Emitter& out);
  void remember(const Content& content, const Pdu& pdu, Emitter& out);
  void judge(const Content& content, const Pdu& pdu, bool matched, Emitter& out);

  PendingRequests pending_;
  Memory memory_;
  ConnectionTable* connections_ = nullptr;
  FlowEnds ends_;
  Timestamp lenient_until_{};  // no complaint about answers without a request before then
  std::uint32_t handle_ = 0;   // of the session, once known
  std::uint8_t misses_ = 0;
  bool bound_;
  bool settling_ = true;    // lenient_until_ is to be set at the next PDU
  bool lost_ = false;       // bytes of this flow are missing
  bool confirmed_ = false;  // two messages that fit, or a request and its answer
  bool asked_ = false;      // requests of this flow were seen
  bool overflow_told_ = false;
};

}  // namespace prahari::enip
