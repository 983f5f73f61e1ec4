// Cuts one direction of a stream into PDUs.
//
// A PDU that lies within one segment is handed on in place. Only one that straddles segments is
// copied, into a buffer that may not outgrow its limit nor, with all others, that of the shard.
// After a gap, or bytes that are not the protocol's, it looks for the next place where a PDU may
// start; it never gives up.

#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "dissectors/dissector.hpp"
#include "dissectors/partial_pdu.hpp"

namespace prahari {

class Framer {
 public:
  static constexpr std::size_t kMaxPdu = (std::size_t{1024} + 8) * 1024;  // OPC UA: 1 MiB a chunk
  static constexpr std::size_t kSearch = 512;  // offsets tried in one segment

  // Receives what was found. PDU bytes live during the call.
  class Out {
   public:
    virtual ~Out() = default;

    virtual void pdu(Bytes bytes, Side side, const PacketRef& packet) = 0;
    virtual void foreign(Bytes head, Side side, const PacketRef& packet) = 0;
  };

  // The next in-order bytes of this side's stream.
  void feed(const Session& session, Side side, Bytes segment, const PacketRef& packet,
            PartialBudget& budget, Out& out);

  // Bytes are missing from here on: an unfinished PDU is given up, the next one is looked for.
  void lose() noexcept;

  // The stream begins, or begins anew: the next byte starts a PDU.
  void reset() noexcept;

 private:
  Bytes search(const Session& session, Side side, Bytes segment) noexcept;
  Bytes extend(const Session& session, Side side, Bytes segment, const PacketRef& packet, Out& out);
  Bytes cut(const Session& session, Side side, Bytes segment, const PacketRef& packet,
            PartialBudget& budget, Out& out);
  [[nodiscard]] bool contradicted(const Session& session, Side side, Bytes segment,
                                  std::size_t missing) const;

  std::unique_ptr<PartialPdu> partial_;
  std::size_t skip_ = 0;  // bytes of an overlong PDU still to be passed over
  bool lost_ = false;
};

}  // namespace prahari
