// Implicit I/O: datagrams of the Common Packet Format without an encapsulation header. Each is one
// message; what is remembered lies with the connection, not with the flow.

#pragma once

#include <array>
#include <cstdint>

#include "dissectors/dissector.hpp"

namespace prahari::enip {

class ConnectionTable;
struct Stream;
struct StreamKey;
struct Triad;

[[nodiscard]] bool looks_like_io(Bytes datagram) noexcept;

// The fields of a record that say whose data it is. `triad` may be null: no opening was seen.
void show_connection(Fields& fields, const Triad* triad, const IpAddress& originator,
                     const IpAddress& target);

class IoSession final : public Session {
 public:
  void join(Shared* shared, const FlowEnds& ends) override;
  [[nodiscard]] Frame frame(Bytes head, Side side) const noexcept override;
  [[nodiscard]] bool starts_here(Bytes head, Side side, bool segment_start) const noexcept override;
  void on_pdu(const Pdu& pdu, Emitter& out) override;
  void on_foreign(Side side, Direction direction, Bytes head, const PacketRef& packet,
                  Emitter& out) override;
  void on_end(Emitter& out) override;

 private:
  [[nodiscard]] StreamKey key_of(std::uint32_t connection, Side producer) const noexcept;
  static void tell_mode(Stream& stream, bool runs, Emitter& out);
  void note_id(std::uint32_t id) noexcept;
  void tell_half(const StreamKey& key, Emitter& out);

  ConnectionTable* connections_ = nullptr;
  FlowEnds ends_;
  std::array<std::uint32_t, 4> ids_{};  // connections that were seen on this flow
  std::uint8_t known_ = 0;
  bool few_ = true;  // they all have a place there
};

}  // namespace prahari::enip
