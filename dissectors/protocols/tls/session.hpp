// One TLS or DTLS conversation: records, the handshake as far as it is in the clear, how much went
// over it afterwards.
//
// Encrypted records are passed over in the pieces they come in: nothing of them is copied, and no
// heap is used for them.

#pragma once

#include <array>
#include <memory>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/tls/handshake_buffer.hpp"
#include "dissectors/protocols/tls/problems.hpp"
#include "dissectors/protocols/tls/record.hpp"
#include "dissectors/protocols/tls/say.hpp"
#include "dissectors/protocols/tls/talk.hpp"

namespace prahari::tls {

class TlsSession final : public Session {
 public:
  explicit TlsSession(std::uint8_t which) noexcept;

  void join(Shared* shared, const FlowEnds& /*ends*/) override {
    budget_ = static_cast<HandshakeBudget*>(shared);
  }
  [[nodiscard]] Frame frame(Bytes head, Side side) const noexcept override;
  [[nodiscard]] bool starts_here(Bytes head, Side side, bool segment_start) const noexcept override;
  void on_pdu(const Pdu& pdu, Emitter& out) override;
  void on_foreign(Side side, Direction direction, Bytes head, const PacketRef& packet,
                  Emitter& out) override;
  void on_gap(Side side) override;
  void on_end(Emitter& out) override;
  [[nodiscard]] bool plausible() const noexcept override { return !refuted_; }

 private:
  // One direction.
  struct Half {
    HandshakeBuffer buffer;
    std::size_t left = 0;       // of the encrypted record under way
    bool encrypted = false;     // from here on
    bool unsure = false;        // whether it is encrypted: something before is missing
    bool changed = false;       // a Change Cipher Spec was seen
    std::uint64_t seen = 0;     // records
    std::uint64_t records = 0;  // of application data
    std::uint64_t bytes = 0;
  };
  class Reading;  // of one record

  void on_stream(const Pdu& pdu, Emitter& out);
  void on_datagram(const Pdu& pdu, Emitter& out);
  void on_record(const RecordHeader& header, Bytes payload, const Pdu& pdu, Emitter& out);
  void on_encrypted(const RecordHeader& header, const Pdu& pdu, Emitter& out);
  void on_application(std::size_t length, const Pdu& pdu, Emitter& out);
  void on_alert(const RecordHeader& header, Bytes payload, const Pdu& pdu, Emitter& out);
  void on_change(const Pdu& pdu, Emitter& out);
  void on_handshake(const RecordHeader& header, Bytes payload, const Pdu& pdu, Emitter& out);
  void establish(const Pdu& pdu, Emitter& out);

  void read(const HandshakeMessage& message, Spoken& spoken, const Pdu& pdu, Emitter& out);
  void read_client_hello(const HandshakeMessage& message, Spoken& spoken, Emitter& out,
                         Fields* fields);
  void read_server_hello(const HandshakeMessage& message, Spoken& spoken, Emitter& out,
                         Fields* fields);
  void read_certificate_message(const HandshakeMessage& message, Spoken& spoken, const Pdu& pdu,
                                Emitter& out, Fields* fields);

  [[nodiscard]] bool hides(const RecordHeader& header, const Half& half) const noexcept;
  [[nodiscard]] Direction direction_of(const Pdu& pdu) const noexcept;
  [[nodiscard]] Half& half(Side side) noexcept { return halves_[static_cast<std::size_t>(side)]; }
  [[nodiscard]] const Half& half(Side side) const noexcept {
    return halves_[static_cast<std::size_t>(side)];
  }

  HandshakeBudget* budget_ = nullptr;
  std::array<Half, 2> halves_;
  Talk talk_;
  PacketRef last_data_;
  Side client_ = Side::first;
  bool client_known_ = false;
  bool datagram_ = false;
  bool refuted_ = false;
};

}  // namespace prahari::tls
