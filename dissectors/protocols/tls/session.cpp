#include "dissectors/protocols/tls/session.hpp"

#include <algorithm>

#include "dissectors/protocols/tls/facts.hpp"
#include "dissectors/protocols/tls/words.hpp"

namespace prahari::tls {
namespace {

// A Finished of TLS 1.3 under the shortest tag is longer, an alert under the longest is shorter.
constexpr std::size_t kLeastFinished = 40;

// Where it is not known whether a record is encrypted: is this a handshake message in the clear?
bool looks_clear(Bytes payload) noexcept {
  Reader in{payload};
  const std::uint8_t type = in.u8();
  const std::size_t length = in.be24();
  const bool whole = in.ok() && length <= in.remaining() && !handshake_name(type).empty();
  const bool long_one = type == handshake::kCertificate && in.ok() && length <= kMaxHandshake;
  return whole || long_one;
}

}  // namespace

TlsSession::TlsSession(std::uint8_t which) noexcept : datagram_((which & variant::kDatagram) != 0) {
  if ((which & variant::kMidstream) != 0) {
    talk_.lost = true;
    for (Half& each : halves_) {
      each.unsure = true;
    }
  }
}

// Whether the record is passed over as it comes.
bool TlsSession::hides(const RecordHeader& header, const Half& half) const noexcept {
  return header.content == Content::application_data || header.content == Content::heartbeat ||
         (half.encrypted && header.content == Content::handshake);
}

Frame TlsSession::frame(Bytes head, Side side) const noexcept {
  const Half& own = half(side);
  if (head.empty()) {
    return Frame::need_more();
  }
  if (own.left > 0) {
    return Frame::complete(std::min(own.left, head.size()));
  }
  Reader in{head};
  if (datagram_) {
    const RecordHeader header = read_datagram_header(in);
    if (in.ok() && header.length <= in.remaining()) {
      return Frame::complete(kDatagramHeader + header.length);
    }
    return hides_handshake(talk_.version) && is_short_header(head) ? Frame::complete(head.size())
                                                                   : Frame::not_mine();
  }
  if (head.size() < kRecordHeader) {
    return may_begin_stream_header(head) ? Frame::need_more() : Frame::not_mine();
  }
  const RecordHeader header = read_stream_header(in);
  if (!in.ok()) {
    return Frame::not_mine();
  }
  const std::size_t whole = kRecordHeader + header.length;
  if (hides(header, own)) {
    return Frame::complete(std::min(whole, head.size()));
  }
  return head.size() < whole ? Frame::need_more() : Frame::complete(whole);
}

bool TlsSession::starts_here(Bytes head, Side side, bool segment_start) const noexcept {
  if (datagram_) {
    return frame(head, side).verdict == Frame::Verdict::complete;
  }
  Reader in{head};
  const RecordHeader header = read_stream_header(in);
  if (!in.ok()) {
    return false;
  }
  if (header.length > in.remaining()) {
    return segment_start;
  }
  in.skip(header.length);
  if (in.remaining() == 0) {
    return true;
  }
  if (in.remaining() < kRecordHeader) {
    return segment_start && may_begin_stream_header(in.rest());
  }
  return begins_stream_record(in.rest());
}

void TlsSession::on_pdu(const Pdu& pdu, Emitter& out) {
  if (datagram_) {
    on_datagram(pdu, out);
  } else {
    on_stream(pdu, out);
  }
}

void TlsSession::on_stream(const Pdu& pdu, Emitter& out) {
  Half& own = half(pdu.side);
  if (own.left > 0) {
    own.left -= std::min(own.left, pdu.bytes.size());
    return;
  }
  Reader in{pdu.bytes};
  const RecordHeader header = read_stream_header(in);
  if (!in.ok()) {
    return;
  }
  ++own.seen;
  if (hides(header, own)) {
    own.left = header.length - std::min(header.length, in.remaining());
    on_encrypted(header, pdu, out);
    return;
  }
  on_record(header, in.take(header.length), pdu, out);
}

void TlsSession::on_datagram(const Pdu& pdu, Emitter& out) {
  ++half(pdu.side).seen;
  Reader in{pdu.bytes};
  const RecordHeader header = read_datagram_header(in);
  if (!in.ok()) {
    on_application(pdu.bytes.size(), pdu, out);  // the short header of DTLS 1.3
    return;
  }
  if (header.epoch > 0 || hides(header, half(pdu.side))) {
    on_encrypted(header, pdu, out);
    return;
  }
  on_record(header, in.take(header.length), pdu, out);
}

void TlsSession::on_record(const RecordHeader& header, Bytes payload, const Pdu& pdu,
                           Emitter& out) {
  switch (header.content) {
    case Content::change_cipher_spec:
      return on_change(pdu, out);
    case Content::alert:
      return on_alert(header, payload, pdu, out);
    case Content::handshake:
      return on_handshake(header, payload, pdu, out);
    case Content::application_data:
    case Content::heartbeat:
      return;
  }
}

void TlsSession::on_encrypted(const RecordHeader& header, const Pdu& pdu, Emitter& out) {
  if (header.content == Content::application_data) {
    return on_application(header.length, pdu, out);
  }
  if (header.content == Content::heartbeat) {
    return;
  }
  Spoken spoken;
  spoken.name = header.content == Content::alert       ? "Encrypted Alert"
                : header.content == Content::handshake ? "Encrypted Handshake Message"
                                                       : "Change Cipher Spec";
  spoken.direction = direction_of(pdu);
  spoken.content = header.content;
  spoken.record_version = header.version;
  spoken.length = header.length;
  if (Fields* fields = out.fields()) {
    say_common(spoken, *fields);
  }
  emit(spoken, out);
}

void TlsSession::on_application(std::size_t length, const Pdu& pdu, Emitter& out) {
  Half& own = half(pdu.side);
  ++own.records;
  own.bytes += length;
  last_data_ = pdu.packet;
  if (talk_.told) {
    return;
  }
  const bool by_client = direction_of(pdu) == Direction::to_server;
  const bool hidden = hides_handshake(talk_.version);
  const bool unseen = !talk_.server_hello && talk_.lost;
  if (unseen || (talk_.server_hello && !hidden) ||
      (talk_.server_hello && by_client && length >= kLeastFinished)) {
    establish(pdu, out);
  }
}

void TlsSession::establish(const Pdu& pdu, Emitter& out) {
  if (!talk_.told) {
    talk_.told = true;
    tell_channel(talk_, direction_of(pdu) == Direction::to_client, out);
  }
}

void TlsSession::on_change(const Pdu& pdu, Emitter& out) {
  if (hides_handshake(talk_.version)) {
    return;  // only there to look like 1.2 (RFC 8446 appendix D.4)
  }
  Half& own = half(pdu.side);
  own.changed = true;
  own.encrypted = !datagram_;  // in datagrams the epoch tells
  own.unsure = false;
  if (halves_[0].changed && halves_[1].changed && talk_.server_hello) {
    establish(pdu, out);
  }
}

void TlsSession::on_alert(const RecordHeader& header, Bytes payload, const Pdu& pdu, Emitter& out) {
  Reader in{payload};
  const std::uint8_t level = in.u8();
  const std::uint8_t description = in.u8();
  if (!in.done() || half(pdu.side).encrypted) {
    return on_encrypted(header, pdu, out);
  }
  Spoken spoken;
  spoken.name = "Alert";
  spoken.direction = direction_of(pdu);
  spoken.content = header.content;
  spoken.record_version = header.version;
  spoken.type = description;
  spoken.length = header.length;
  spoken.failure = level == alert::kFatal;
  if (Fields* fields = out.fields()) {
    say_common(spoken, *fields);
    fields->text(at(Field::alert_level), level == alert::kFatal ? "fatal" : "warning");
    fields->text(at(Field::alert), alert_name(description));
  }
  emit(spoken, out);
  if (spoken.failure && talk_.client_hello && !talk_.told) {
    tell_refusal(alert_name(description), spoken.direction == Direction::to_client, out);
  }
}

// Takes what the buffer puts together back to the session.
class TlsSession::Reading final : public HandshakeBuffer::Out {
 public:
  Reading(TlsSession& session, const RecordHeader& header, const Pdu& pdu, Emitter& out) noexcept
      : session_(session), header_(header), pdu_(pdu), out_(out) {}

  void handshake(const HandshakeMessage& message) override {
    Spoken spoken;
    spoken.name = handshake_name(message.type);
    spoken.content = Content::handshake;
    spoken.record_version = header_.version;
    spoken.type = message.type;
    spoken.length = message.length;
    session_.read(message, spoken, pdu_, out_);
  }
  void not_handshake(Bytes /*rest*/) override { note(Wrong::malformed_record); }
  void given_up() override { note(Wrong::handshake_given_up); }

 private:
  void note(Wrong wrong) {
    out_.anomaly({.protocol = Protocol::tls,
                  .problem = static_cast<std::uint8_t>(wrong),
                  .direction = session_.direction_of(pdu_),
                  .target = {},
                  .request = {}});
  }

  TlsSession& session_;
  const RecordHeader& header_;
  const Pdu& pdu_;
  Emitter& out_;
};

void TlsSession::on_handshake(const RecordHeader& header, Bytes payload, const Pdu& pdu,
                              Emitter& out) {
  Half& own = half(pdu.side);
  if (own.unsure && !own.buffer.in_message()) {
    if (!looks_clear(payload)) {
      return on_encrypted(header, pdu, out);
    }
    own.unsure = false;
  }
  if (budget_ == nullptr) {
    return;
  }
  Reading reading{*this, header, pdu, out};
  if (datagram_) {
    own.buffer.add_fragments(payload, budget_->partial, pdu.packet, reading);
  } else {
    own.buffer.add(payload, budget_->partial, pdu.packet, reading);
  }
}

void TlsSession::on_foreign(Side side, Direction direction, Bytes /*head*/,
                            const PacketRef& /*packet*/, Emitter& out) {
  half(side).left = 0;
  half(side).buffer.reset();
  half(side).unsure = !half(side).encrypted;
  if (!talk_.server_hello) {
    refuted_ = true;  // five bytes of an answer that look like a record are soon found
    return;
  }
  out.anomaly({.protocol = Protocol::tls,
               .problem = static_cast<std::uint8_t>(Wrong::malformed_record),
               .direction = direction,
               .target = {},
               .request = {}});
}

void TlsSession::on_gap(Side side) {
  Half& own = half(side);
  own.left = 0;
  own.buffer.reset();
  own.unsure = !own.encrypted;
  talk_.lost = true;
}

void TlsSession::on_end(Emitter& out) {
  if (halves_[0].records + halves_[1].records == 0) {
    return;
  }
  Spoken spoken;
  spoken.name = "Application Data";
  spoken.content = Content::application_data;
  spoken.packet = &last_data_;
  const bool swap = client_known_ && client_ == Side::second;
  const Half& client = halves_[swap ? 1 : 0];
  const Half& server = halves_[swap ? 0 : 1];
  spoken.length = client.bytes + server.bytes;
  if (Fields* fields = out.fields()) {
    say_common(spoken, *fields);
    fields->begin_list(at(Field::records));
    fields->item(static_cast<std::int64_t>(client.records));
    fields->item(static_cast<std::int64_t>(server.records));
    fields->end_list();
    fields->begin_list(at(Field::bytes));
    fields->item(static_cast<std::int64_t>(client.bytes));
    fields->item(static_cast<std::int64_t>(server.bytes));
    fields->end_list();
  }
  emit(spoken, out);
}

Direction TlsSession::direction_of(const Pdu& pdu) const noexcept {
  if (!client_known_) {
    return pdu.direction;
  }
  return pdu.side == client_ ? Direction::to_server : Direction::to_client;
}

}  // namespace prahari::tls
