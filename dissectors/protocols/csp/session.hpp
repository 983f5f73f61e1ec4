// One conversation of CSPv4: pairs requests with answers and hands what they carry to PCCC.

#pragma once

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/csp/csp.hpp"
#include "dissectors/protocols/enip/pending.hpp"

namespace prahari::csp {

class CspSession final : public Session {
 public:
  [[nodiscard]] Frame frame(Bytes head, Side side) const noexcept override;
  [[nodiscard]] bool starts_here(Bytes head, Side side, bool segment_start) const noexcept override;
  void on_pdu(const Pdu& pdu, Emitter& out) override;
  void on_foreign(Side side, Direction direction, Bytes head, const PacketRef& packet,
                  Emitter& out) override;
  void on_gap(Side side) override;
  void on_time(Timestamp now, Emitter& out) override;
  [[nodiscard]] bool plausible() const noexcept override;

 private:
  void settle(const Pdu& pdu) noexcept;
  bool find_request(const Header& header, const Body& body, Side side, enip::Waiting& asked);
  [[nodiscard]] bool misses_request(const Pdu& pdu) const noexcept;
  void remember(const Header& header, const Body& body, const Pdu& pdu, Emitter& out);
  void say(Wrong wrong, Direction direction, const PacketRef& request, Emitter& out) const;

  enip::PendingRequests pending_;
  Timestamp lenient_until_;  // answers without a request are no wonder until then
  bool settling_ = true;     // nothing was seen yet, or bytes were lost
  bool lost_ = false;
  bool asked_ = false;
  bool overflow_told_ = false;
  std::uint8_t misses_ = 0;
  bool confirmed_ = false;
};

}  // namespace prahari::csp
