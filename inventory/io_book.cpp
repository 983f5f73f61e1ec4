#include "inventory/io_book.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "dissectors/hash.hpp"

namespace prahari {
namespace {

IoHalf half_of(const Connection::Half& said) noexcept {
  IoHalf half;
  half.id = said.id;
  half.requested_us = said.requested_us;
  half.agreed_us = said.agreed_us;
  half.size = said.size;
  half.multicast = said.multicast;
  return half;
}

// Takes over what was counted.
void count_in(IoHalf& half, const IoHalf& counted) noexcept {
  half.multicast = half.multicast || counted.multicast;
  half.group = counted.group.empty() ? half.group : counted.group;
  half.data_size = counted.data_size;
  half.run = counted.run;
  half.packets = counted.packets;
  half.lost = counted.lost;
  half.repeated = counted.repeated;
  half.cycles = counted.cycles;
  half.span_ns = counted.span_ns;
  half.first = counted.first;
  half.last = counted.last;
}

void stretch(IoConnection& row, const IoHalf& half) noexcept {
  if (half.packets > 0) {
    row.first = std::min(row.first, half.first);
    row.last = std::max(row.last, half.last);
  }
}

bool in_order(const PlacedIo& a, const PlacedIo& b) noexcept {
  const auto key = [](const PlacedIo& io) {
    const IoConnection& row = io.connection;
    return std::tie(row.target_ip, row.originator_ip, row.vendor, row.originator_serial, row.serial,
                    row.outputs.id, row.inputs.id, io.place.vlan, io.place.tunnel);
  };
  return key(a) < key(b);
}

}  // namespace

std::size_t IoBook::Hash::operator()(const ConnectionKey& key) const noexcept {
  return Hasher{seed}
      .add(key.originator)
      .add(key.target)
      .add(std::uint64_t{key.originator_serial} << 32U | std::uint64_t{key.vendor} << 16U |
           key.serial)
      .add(std::uint64_t{key.place.tunnel} << 32U | key.place.vlan.ids[0])
      .value();
}

std::size_t IoBook::Hash::operator()(const StreamKey& key) const noexcept {
  return Hasher{seed}
      .add(key.producer)
      .add(key.consumer)
      .add(key.id)
      .add(std::uint64_t{key.place.tunnel} << 32U | key.place.vlan.ids[0])
      .value();
}

IoBook::IoBook(std::uint32_t connections, std::uint32_t streams)
    : connections_(connections, Hash{process_seed()}), streams_(streams, Hash{process_seed()}) {}

void IoBook::on_connection(const Event& event) {
  const Connection& said = event.connection.said;
  const bool by_client = event.connection.by_client;
  const ConnectionKey key{by_client ? event.client.ip : event.server.ip,
                          by_client ? event.server.ip : event.client.ip,
                          said.serial,
                          said.vendor,
                          said.originator,
                          {event.vlan, event.tunnel}};
  auto slot = connections_.find(key);
  const bool fresh = slot == connections_.kNone;
  if (fresh && said.closed) {
    return;  // nothing is known of it but its name
  }
  if (fresh) {
    slot = connections_.insert(key);
    connections_[slot].place = key.place;
    connections_[slot].connection.packet = event.packet;
    connections_[slot].connection.first = event.packet.time;
  }
  IoConnection& row = connections_[slot].connection;
  row.last = event.packet.time;
  row.closed = said.closed;
  if (said.closed) {
    return;
  }
  row.originator_ip = key.originator;
  row.target_ip = key.target;
  row.opened = true;
  row.use = said.use;
  row.transport_class = said.transport_class;
  row.serial = said.serial;
  row.vendor = said.vendor;
  row.originator_serial = said.originator;
  row.unit = said.unit;
  row.outputs = half_of(said.outputs);
  row.inputs = half_of(said.inputs);
  row.inputs.group = said.group;
}

void IoBook::on_production(const Event& event) {
  const Production& said = event.production.said;
  const bool by_client = event.production.by_client;
  const IpAddress& producer = by_client ? event.client.ip : event.server.ip;
  const IpAddress& consumer = by_client ? event.server.ip : event.client.ip;
  const bool multicast = consumer.multicast();
  const StreamKey key{
      said.id, producer, multicast ? IpAddress{} : consumer, {event.vlan, event.tunnel}};
  auto slot = streams_.find(key);
  if (slot == streams_.kNone) {
    slot = streams_.insert(key);
    streams_[slot].packet = event.packet;
    streams_[slot].half.first = said.first;
  }
  Stream& stream = streams_[slot];
  if (said.direction != Direction::unknown) {
    stream.direction = said.direction;
  }
  IoHalf& half = stream.half;
  half.id = said.id;
  half.multicast = multicast;
  half.group = multicast ? consumer : IpAddress{};
  half.data_size = said.size;
  half.run = said.run;
  half.packets += said.packets;
  half.lost += said.lost;
  half.repeated += said.repeated;
  half.cycles += said.cycles;
  half.span_ns += said.span_ns;
  half.first = std::min(half.first, said.first);
  half.last = std::max(half.last, said.last);
}

void IoBook::take(const StreamKey& key, IoHalf& half, std::vector<bool>& taken) const {
  const auto slot = streams_.peek(key);
  if (slot != streams_.kNone) {
    count_in(half, streams_[slot].half);
    taken[slot] = true;
  }
}

// What was seen without an opening. Who is the originator is told by a run bit, or by a group.
PlacedIo IoBook::stranger(std::uint32_t slot) const {
  const Stream& stream = streams_[slot];
  const StreamKey& key = streams_.key(slot);
  PlacedIo row;
  row.place = key.place;
  row.connection.packet = stream.packet;
  row.connection.first = stream.half.first;
  row.connection.last = stream.half.last;
  row.connection.sides_known = stream.direction != Direction::unknown;
  const bool outputs = stream.direction == Direction::to_server;
  (outputs ? row.connection.outputs : row.connection.inputs) = stream.half;
  row.connection.originator_ip = outputs ? key.producer : key.consumer;
  row.connection.target_ip = outputs ? key.consumer : key.producer;
  return row;
}

// Outputs and inputs between two hosts belong together where each is the only one.
void IoBook::add_strangers(const std::vector<bool>& taken, std::vector<PlacedIo>& rows) const {
  struct Found {
    std::uint32_t slot = 0;
    std::size_t count = 0;
  };
  std::map<std::tuple<IpAddress, IpAddress, IoPlace>, Found> found;  // producer and consumer
  streams_.for_each([&](auto slot) {
    const StreamKey& key = streams_.key(slot);
    if (!taken[slot] && !key.consumer.empty()) {
      Found& here = found[{key.producer, key.consumer, key.place}];
      here.slot = slot;
      ++here.count;
    }
  });
  std::vector<bool> paired(taken.size(), false);
  for (const auto& [ends, here] : found) {
    const auto& [producer, consumer, place] = ends;
    const auto back = found.find({consumer, producer, place});
    const bool both = here.count == 1 && back != found.end() && back->second.count == 1;
    if (!both || streams_[here.slot].direction != Direction::to_server) {
      continue;
    }
    PlacedIo row = stranger(here.slot);
    row.connection.inputs = streams_[back->second.slot].half;
    stretch(row.connection, row.connection.inputs);
    rows.push_back(row);
    paired[here.slot] = true;
    paired[back->second.slot] = true;
  }
  streams_.for_each([&](auto slot) {
    if (!taken[slot] && !paired[slot]) {
      rows.push_back(stranger(slot));
    }
  });
}

std::vector<PlacedIo> IoBook::rows() const {
  std::vector<PlacedIo> out;
  std::vector<bool> taken(streams_.capacity(), false);
  connections_.for_each([&](auto slot) {
    PlacedIo row = connections_[slot];
    IoConnection& io = row.connection;
    take({io.outputs.id, io.originator_ip, io.target_ip, row.place}, io.outputs, taken);
    take({io.inputs.id, io.target_ip, io.inputs.multicast ? IpAddress{} : io.originator_ip,
          row.place},
         io.inputs, taken);
    stretch(io, io.outputs);
    stretch(io, io.inputs);
    out.push_back(row);
  });
  add_strangers(taken, out);
  std::ranges::sort(out, in_order);
  return out;
}

}  // namespace prahari
