// Puts handshake messages together that go beyond a record, or come in fragments.
//
// A message that lies within one record passes in place. Only one that does not is copied, into a
// buffer of at most 64 KiB, and all those of a shard together take at most 1 MiB: the one that was
// added to least recently is given up.

#pragma once

#include <cstdint>
#include <memory>

#include "dissectors/dissector.hpp"
#include "dissectors/partial_pdu.hpp"

namespace prahari::tls {

inline constexpr std::size_t kMaxHandshake = std::size_t{64} * 1024;

struct HandshakeBudget final : Shared {
  static constexpr std::size_t kBytes = std::size_t{1024} * 1024;
  PartialBudget partial{kBytes};
  [[nodiscard]] std::uint64_t evicted() const noexcept override { return partial.evicted(); }
};

struct HandshakeMessage {
  std::uint8_t type = 0;
  std::size_t length = 0;      // of the body
  Bytes body;                  // empty where `over_limit`
  std::uint16_t sequence = 0;  // datagrams only
  bool over_limit = false;     // longer than what is put together
};

// One direction. Receives what each record carries and hands on whole messages.
class HandshakeBuffer {
 public:
  class Out {
   public:
    Out() = default;
    Out(const Out&) = delete;
    Out& operator=(const Out&) = delete;
    virtual ~Out() = default;
    virtual void handshake(const HandshakeMessage& message) = 0;
    // The bytes are no handshake message of a known type.
    virtual void not_handshake(Bytes rest) = 0;
    // One was given up: for want of room, or because what follows does not fit to it.
    virtual void given_up() = 0;
  };

  // What a record of a stream carries.
  void add(Bytes payload, PartialBudget& budget, const PacketRef& packet, Out& out);
  // What a record of a datagram carries: fragments, each with a header. Those that come before
  // their turn wait for being sent again.
  void add_fragments(Bytes payload, PartialBudget& budget, const PacketRef& packet, Out& out);
  // Bytes are missing from here on.
  void reset() noexcept;
  // Datagrams: a new handshake, which counts its messages anew.
  void restart() noexcept;
  [[nodiscard]] bool in_message() const noexcept { return partial_ != nullptr || skip_ > 0; }

 private:
  struct Fragment;

  Bytes begin(Bytes rest, PartialBudget& budget, const PacketRef& packet, Out& out);
  Bytes extend(Bytes rest, Out& out);
  void add_fragment(const Fragment& fragment, PartialBudget& budget, const PacketRef& packet,
                    Out& out);

  std::unique_ptr<PartialPdu> partial_;
  std::size_t skip_ = 0;          // of an overlong message, still to come
  std::uint16_t next_ = 0;        // datagrams: the message whose turn it is
  std::uint16_t assembling_ = 0;  // datagrams: the message in partial_
};

}  // namespace prahari::tls
