// A session for protocols whose datagrams are read one by one: each is one PDU, or none.

#pragma once

#include "dissectors/dissector.hpp"
#include "dissectors/foreign.hpp"

namespace prahari {

class DatagramSession : public Session {
 public:
  DatagramSession(Protocol protocol, std::uint8_t foreign_problem) noexcept
      : protocol_(protocol), foreign_problem_(foreign_problem) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept final {
    return mine(head) ? Frame::complete(head.size()) : Frame::not_mine();
  }
  [[nodiscard]] bool starts_here(Bytes head, Side /*side*/,
                                 bool /*segment_start*/) const noexcept final {
    return mine(head);
  }
  void on_foreign(Side /*side*/, Direction direction, Bytes /*head*/, const PacketRef& /*packet*/,
                  Emitter& out) final {
    out.anomaly(foreign_anomaly(protocol_, foreign_problem_, direction));
  }

 private:
  // Whether a whole datagram is the protocol's; not empty.
  [[nodiscard]] virtual bool mine(Bytes datagram) const noexcept = 0;

  Protocol protocol_;
  std::uint8_t foreign_problem_;
};

}  // namespace prahari
