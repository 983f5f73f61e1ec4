// Implicit I/O: datagrams of the Common Packet Format without an encapsulation header. Each is one
// message; what is remembered lies with the connection, not with the flow.

#pragma once

#include "dissectors/dissector.hpp"

namespace prahari::enip {

class ConnectionTable;
struct Production;

[[nodiscard]] bool looks_like_io(Bytes datagram) noexcept;

class IoSession final : public Session {
 public:
  void join(Shared* shared, const FlowEnds& ends) override;
  [[nodiscard]] Frame frame(Bytes head, Side side) const noexcept override;
  [[nodiscard]] bool starts_here(Bytes head, Side side, bool segment_start) const noexcept override;
  void on_pdu(const Pdu& pdu, Emitter& out) override;
  void on_foreign(Side side, Direction direction, Bytes head, const PacketRef& packet,
                  Emitter& out) override;

 private:
  void follow(Production& production, const Pdu& pdu, std::uint32_t sequence, std::size_t size,
              Emitter& out) const;

  ConnectionTable* connections_ = nullptr;
  FlowEnds ends_;
};

}  // namespace prahari::enip
