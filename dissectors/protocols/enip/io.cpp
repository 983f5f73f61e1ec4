#include "dissectors/protocols/enip/io.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>

#include "dissectors/protocols/enip/connections.hpp"
#include "dissectors/protocols/enip/encapsulation.hpp"
#include "dissectors/protocols/enip/fields.hpp"
#include "dissectors/protocols/enip/problems.hpp"

namespace prahari::enip {
namespace {

using namespace std::chrono_literals;

constexpr auto kComplaints = 60s;  // one a connection in this time
constexpr auto kTallies = 10s;     // likewise
constexpr std::size_t kHeader = 4;
constexpr std::size_t kSequence = 2;
constexpr std::size_t kEmpty = 18;  // both items without data

constexpr std::size_t index(IoField field) { return static_cast<std::size_t>(field); }

// What one datagram says of its connection.
struct Datagram {
  std::uint32_t connection = 0;
  std::uint32_t sequence = 0;
  Bytes data;  // with the sequence count of class 1
  Bytes rest;
  bool cut = false;
};

Datagram read_datagram(Bytes bytes) noexcept {
  Reader in{bytes};
  in.skip(6);  // two items, the first of them a sequenced address of eight bytes
  Datagram datagram;
  datagram.connection = in.le32();
  datagram.sequence = in.le32();
  in.skip(2);  // connected data
  const std::size_t size = in.le16();
  datagram.cut = !in.ok() || size > in.remaining();
  datagram.data = in.take(std::min(size, in.remaining()));
  datagram.rest = in.rest();
  return datagram;
}

// Whether this step of the sequence leads forward.
constexpr bool is_later(std::uint32_t step) noexcept { return step != 0 && step <= 0x80000000U; }

// The run bit of the header in front of outputs. Where no Forward Open told whether there is a
// header, four bytes that say "run" do, and later ones that say "idle".
std::optional<bool> run_bit(Stream& stream, Bytes data) noexcept {
  if (stream.header == Stream::Header::none || data.size() < kHeader) {
    return std::nullopt;
  }
  const std::uint32_t word = Reader{data}.le32();
  if (stream.header == Stream::Header::run_idle) {
    return (word & 1U) != 0;
  }
  stream.ran = stream.ran || word == 1;
  if (word > 1) {
    stream.header = Stream::Header::none;
    return std::nullopt;
  }
  return stream.ran ? std::optional{word == 1} : std::nullopt;
}

// Only targets produce for a group.
void expect_multicast(Stream& stream, const IpAddress& consumer) noexcept {
  if (consumer.multicast()) {
    stream.direction = Direction::to_client;
    stream.header = Stream::Header::none;
  }
}

// The data of a datagram taken apart.
struct Content {
  std::optional<std::uint16_t> count;  // of class 1
  std::optional<bool> run;
  Bytes data;  // with the header that holds the run bit
};

Content read_content(Stream& stream, Bytes data) noexcept {
  Content content;
  content.data = data;
  if (stream.transport_class == 1 && data.size() >= kSequence) {
    content.count = Reader{data}.le16();
    content.data = data.subspan(kSequence);
  }
  content.run = run_bit(stream, content.data);
  if (stream.direction == Direction::unknown && content.run && stream.ran) {
    stream.direction = Direction::to_server;  // only originators send a run bit
  }
  return content;
}

Message message_of(const Datagram& datagram, const Stream& stream, Direction direction) noexcept {
  Message message;
  message.protocol = Protocol::cipio;
  message.kind = Kind::oneway;
  message.direction = direction;
  message.operation = direction == Direction::to_server ? Operation::write : Operation::read;
  message.cyclic = true;
  message.name = direction == Direction::to_server   ? "Output Data"
                 : direction == Direction::to_client ? "Input Data"
                                                     : "I/O Data";
  message.target.table = "connection";
  message.target.address = datagram.connection;
  message.target.count = 1;
  if (stream.unit != Identity::kNoUnit) {
    message.target.unit = stream.unit;
  }
  message.problems |= datagram.cut ? bit(IoWrong::truncated) : 0U;
  message.problems |= datagram.rest.empty() ? 0U : bit(IoWrong::trailing_bytes);
  return message;
}

void show_datagram(Fields& fields, const Datagram& datagram, const Content& content) {
  fields.number(index(IoField::connection_id), datagram.connection);
  fields.number(index(IoField::encap_seq), datagram.sequence);
  if (content.count) {
    fields.number(index(IoField::cip_seq), *content.count);
  }
  if (content.run) {
    fields.boolean(index(IoField::run_idle), *content.run);
  }
  fields.number(index(IoField::data_len), static_cast<std::int64_t>(content.data.size()));
  fields.hex(index(IoField::data), content.data);
}

void show_pace(Fields& fields, const Datagram& datagram, const Stream& stream, Timestamp now) {
  if (stream.interval_us != 0) {
    fields.number(index(IoField::rpi_us), stream.interval_us);
  }
  if (stream.seen && now >= stream.last) {
    const std::uint32_t step = datagram.sequence - stream.sequence;
    fields.number(index(IoField::interval_us),
                  std::chrono::duration_cast<std::chrono::microseconds>(now - stream.last).count());
    fields.number(index(IoField::lost), is_later(step) ? step - 1 : 0);
  }
}

void show_ends(Fields& fields, const StreamKey& key, const Stream& stream) {
  if (stream.direction == Direction::unknown || key.consumer.multicast()) {
    return;
  }
  const bool outputs = stream.direction == Direction::to_server;
  show_connection(fields, stream.opened ? &stream.triad : nullptr,
                  outputs ? key.producer : key.consumer, outputs ? key.consumer : key.producer);
}

// A step so wide is a new beginning, not a loss.
constexpr std::uint32_t kWidestStep = 65'536;

// What a datagram that is `step` behind the one before adds to the count.
void count(Stream& stream, std::uint32_t step, Timestamp now) noexcept {
  Stream::Tally& tally = stream.tally;
  if (tally.packets++ == 0) {
    tally.first = now;
  }
  if (!stream.seen) {
    return;
  }
  if (!is_later(step)) {
    ++tally.repeated;
  } else if (step < kWidestStep && now >= stream.beat) {
    tally.lost += step - 1;
    tally.cycles += step;
    tally.span += now - stream.beat;
  }
}

// Losses and repetitions, by the sequence of the encapsulation. Says the worst now and then.
std::optional<IoWrong> follow(Stream& stream, std::uint32_t sequence, std::size_t size,
                              Timestamp now) noexcept {
  const std::uint32_t step = sequence - stream.sequence;
  const bool repeated = stream.seen && !is_later(step);
  const bool lost = stream.seen && !repeated && step > 1;
  const bool resized = stream.seen && stream.size != size;
  count(stream, step, now);
  stream.seen = true;
  stream.last = now;
  stream.beat = repeated ? stream.beat : now;
  stream.size = static_cast<std::uint16_t>(size);
  stream.sequence = repeated ? stream.sequence : sequence;
  if ((!repeated && !lost && !resized) || now < stream.next_complaint) {
    return std::nullopt;
  }
  stream.next_complaint = now + kComplaints;
  return repeated ? IoWrong::sequence_repeated
         : lost   ? IoWrong::sequence_loss
                  : IoWrong::size_changed;
}

}  // namespace

bool looks_like_io(Bytes datagram) noexcept {
  Reader in{datagram};
  const bool address = in.le16() == 2 && in.le16() == item::kSequencedAddress && in.le16() == 8;
  in.skip(8);
  return address && in.le16() == item::kConnectedData && in.ok() && datagram.size() >= kEmpty;
}

void IoSession::join(Shared* shared, const FlowEnds& ends) {
  connections_ = static_cast<ConnectionTable*>(shared);
  ends_ = ends;
}

Frame IoSession::frame(Bytes head, Side /*side*/) const noexcept {
  return looks_like_io(head) ? Frame::complete(head.size()) : Frame::not_mine();
}

bool IoSession::starts_here(Bytes head, Side /*side*/, bool segment_start) const noexcept {
  return segment_start && looks_like_io(head);
}

StreamKey IoSession::key_of(std::uint32_t connection, Side producer) const noexcept {
  const bool first = producer == Side::first;
  return {connection, first ? ends_.first : ends_.second, first ? ends_.second : ends_.first,
          ends_.vlan, ends_.tunnel};
}

void IoSession::on_pdu(const Pdu& pdu, Emitter& out) {
  const Datagram datagram = read_datagram(pdu.bytes);
  note_id(datagram.connection);
  const StreamKey key = key_of(datagram.connection, pdu.side);
  Stream stranger;
  Stream& stream = connections_ == nullptr ? stranger : connections_->of(key);
  expect_multicast(stream, key.consumer);
  const Content content = read_content(stream, datagram.data);
  const Direction direction = stream.direction;
  if (direction != Direction::unknown && pdu.direction == Direction::unknown) {
    out.client_is(direction == Direction::to_server ? pdu.side : other(pdu.side));
  }
  if (Fields* fields = out.fields()) {
    show_datagram(*fields, datagram, content);
    show_pace(*fields, datagram, stream, pdu.packet.time);
    show_ends(*fields, key, stream);
  }
  out.message(message_of(datagram, stream, direction));
  const bool changed = content.run && (!stream.mode_told || stream.running != *content.run);
  if (changed) {
    tell_mode(stream, *content.run, out);
  }
  if (const auto wrong = follow(stream, datagram.sequence, content.data.size(), pdu.packet.time)) {
    out.anomaly({.protocol = Protocol::cipio,
                 .problem = static_cast<std::uint8_t>(*wrong),
                 .direction = direction,
                 .function = 0,
                 .target = {},
                 .request = {}});
  }
  if (connections_ != nullptr && (changed || pdu.packet.time >= stream.next_tally)) {
    stream.next_tally = pdu.packet.time + kTallies;
    tell_production(key, stream, ends_, out);
  }
}

void IoSession::tell_mode(Stream& stream, bool runs, Emitter& out) {
  stream.mode_told = true;
  stream.running = runs;
  out.identity({.field = Identity::Field::mode,
                .confidence = 90,
                .of_sender = true,
                .unit = Identity::kNoUnit,
                .source = "CIP I/O run bit",
                .value = runs ? "run" : "idle"});
}

void IoSession::note_id(std::uint32_t id) noexcept {
  const auto known = std::span{ids_}.first(known_);
  if (std::ranges::find(known, id) != known.end()) {
    return;
  }
  few_ = few_ && known_ < ids_.size();
  if (few_) {
    ids_[known_++] = id;
  }
}

void IoSession::tell_half(const StreamKey& key, Emitter& out) {
  if (Stream* stream = connections_->find(key)) {
    tell_production(key, *stream, ends_, out);
  }
}

void IoSession::on_end(Emitter& out) {
  if (connections_ == nullptr) {
    return;
  }
  if (few_) {  // a walk over the table for each flow that ends would be dear
    for (std::size_t i = 0; i < known_; ++i) {
      tell_half({ids_[i], ends_.first, ends_.second, ends_.vlan, ends_.tunnel}, out);
      tell_half({ids_[i], ends_.second, ends_.first, ends_.vlan, ends_.tunnel}, out);
    }
  } else {
    connections_->each(ends_, [&](const StreamKey& key, Stream& stream) {
      tell_production(key, stream, ends_, out);
    });
  }
}

void show_connection(Fields& fields, const Triad* triad, const IpAddress& originator,
                     const IpAddress& target) {
  if (triad != nullptr) {
    fields.begin_object(index(IoField::connection));
    fields.member("serial", std::int64_t{triad->serial});
    fields.member("vendor", std::int64_t{triad->vendor});
    fields.member("originator_serial", std::int64_t{triad->originator});
    fields.end_object();
  }
  fields.text(index(IoField::originator), to_string(originator));
  fields.text(index(IoField::target), to_string(target));
}

void IoSession::on_foreign(Side /*side*/, Direction direction, Bytes /*head*/,
                           const PacketRef& /*packet*/, Emitter& out) {
  out.anomaly({.protocol = Protocol::enip,
               .problem = static_cast<std::uint8_t>(Wrong::non_enip_on_port),
               .direction = direction,
               .function = 0,
               .target = {},
               .request = {}});
}

}  // namespace prahari::enip
