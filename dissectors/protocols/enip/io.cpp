#include "dissectors/protocols/enip/io.hpp"

#include <chrono>
#include <optional>

#include "dissectors/protocols/enip/connections.hpp"
#include "dissectors/protocols/enip/encapsulation.hpp"
#include "dissectors/protocols/enip/fields.hpp"
#include "dissectors/protocols/enip/problems.hpp"

namespace prahari::enip {
namespace {

using namespace std::chrono_literals;

constexpr auto kComplaints = 60s;  // one a connection in this time
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
std::optional<bool> run_bit(Production& production, Bytes data) noexcept {
  if (production.header == Production::Header::none || data.size() < kHeader) {
    return std::nullopt;
  }
  const std::uint32_t word = Reader{data}.le32();
  if (production.header == Production::Header::run_idle) {
    return (word & 1U) != 0;
  }
  production.ran = production.ran || word == 1;
  if (word > 1) {
    production.header = Production::Header::none;
    return std::nullopt;
  }
  return production.ran ? std::optional{word == 1} : std::nullopt;
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

void IoSession::on_pdu(const Pdu& pdu, Emitter& out) {
  const Datagram datagram = read_datagram(pdu.bytes);
  const bool first = pdu.side == Side::first;
  const IpAddress& producer = first ? ends_.first : ends_.second;
  const IpAddress& consumer = first ? ends_.second : ends_.first;
  Production unknown;
  Production& production = connections_ == nullptr
                               ? unknown
                               : connections_->of({datagram.connection, producer, consumer});
  Bytes data = datagram.data;
  const bool counted = production.transport_class == 1 && data.size() >= kSequence;
  const std::uint16_t count = counted ? Reader{data}.le16() : std::uint16_t{0};
  data = data.subspan(counted ? kSequence : 0);
  const std::optional<bool> run = run_bit(production, data);

  Direction direction = production.direction;
  if (direction == Direction::unknown && run && production.ran) {
    direction = Direction::to_server;  // only originators send a run bit
  }
  if (direction != Direction::unknown && pdu.direction == Direction::unknown) {
    out.client_is(direction == Direction::to_server ? pdu.side : other(pdu.side));
  }
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
  if (production.unit != Identity::kNoUnit) {
    message.target.unit = production.unit;
  }
  message.problems |= datagram.cut ? bit(IoWrong::truncated) : 0U;
  message.problems |= datagram.rest.empty() ? 0U : bit(IoWrong::trailing_bytes);
  if (Fields* fields = out.fields()) {
    fields->number(index(IoField::connection_id), datagram.connection);
    fields->number(index(IoField::encap_seq), datagram.sequence);
    if (counted) {
      fields->number(index(IoField::cip_seq), count);
    }
    if (run) {
      fields->boolean(index(IoField::run_idle), *run);
    }
    fields->number(index(IoField::data_len), static_cast<std::int64_t>(data.size()));
    fields->hex(index(IoField::data), data);
    if (production.interval_us != 0) {
      fields->number(index(IoField::rpi_us), production.interval_us);
    }
    if (production.seen && pdu.packet.time >= production.last) {
      const std::uint32_t step = datagram.sequence - production.sequence;
      fields->number(
          index(IoField::interval_us),
          std::chrono::duration_cast<std::chrono::microseconds>(pdu.packet.time - production.last)
              .count());
      fields->number(index(IoField::lost), is_later(step) ? step - 1 : 0);
    }
  }
  out.message(message);
  if (run && (!production.mode_told || production.running != *run)) {
    production.mode_told = true;
    production.running = *run;
    out.identity({.field = Identity::Field::mode,
                  .confidence = 90,
                  .of_sender = true,
                  .unit = Identity::kNoUnit,
                  .source = "CIP I/O run bit",
                  .value = *run ? "run" : "idle"});
  }
  follow(production, pdu, datagram.sequence, data.size(), out);
}

// Losses and repetitions, by the sequence of the encapsulation.
void IoSession::follow(Production& production, const Pdu& pdu, std::uint32_t sequence,
                       std::size_t size, Emitter& out) const {
  const std::uint32_t step = sequence - production.sequence;
  const bool seen = production.seen;
  const bool repeated = seen && !is_later(step);
  const bool lost = seen && !repeated && step > 1;
  const bool resized = seen && production.size != size;
  production.seen = true;
  production.last = pdu.packet.time;
  production.size = static_cast<std::uint16_t>(size);
  production.sequence = repeated ? production.sequence : sequence;
  if ((!repeated && !lost && !resized) || pdu.packet.time < production.next_complaint) {
    return;
  }
  production.next_complaint = pdu.packet.time + kComplaints;
  const IoWrong wrong = repeated ? IoWrong::sequence_repeated
                        : lost   ? IoWrong::sequence_loss
                                 : IoWrong::size_changed;
  out.anomaly({.protocol = Protocol::cipio,
               .problem = static_cast<std::uint8_t>(wrong),
               .direction = production.direction,
               .function = 0,
               .target = {},
               .request = {}});
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
