#include "dissectors/protocols/enip/connections.hpp"

#include <utility>

#include "dissectors/hash.hpp"

namespace prahari::enip {

std::size_t StreamHash::operator()(const StreamKey& key) const noexcept {
  return Hasher{seed}
      .add(key.producer)
      .add(key.consumer)
      .add(key.id)
      .add(std::uint64_t{key.tunnel} << 32U | key.vlan.ids[0])
      .value();
}

ConnectionTable::ConnectionTable() : table_(kMost, StreamHash{process_seed()}) {}

Stream& ConnectionTable::of(const StreamKey& key) {
  auto slot = table_.find(key);
  if (slot == table_.kNone) {
    slot = table_.insert(key);
  }
  return table_[slot];
}

void tell_production(const StreamKey& key, Stream& stream, const FlowEnds& ends, Emitter& out) {
  const Stream::Tally tally = std::exchange(stream.tally, {});
  if (tally.packets == 0) {
    return;
  }
  Production production;
  production.protocol = Protocol::cipio;
  production.producer = key.producer == ends.first ? Side::first : Side::second;
  production.direction = stream.direction;
  if (stream.mode_told) {
    production.run = stream.running ? Production::Run::run : Production::Run::idle;
  }
  production.size = stream.size;
  production.id = key.id;
  production.packets = tally.packets;
  production.lost = tally.lost;
  production.repeated = tally.repeated;
  production.cycles = tally.cycles;
  production.span_ns = tally.span.count();
  production.first = tally.first;
  production.last = stream.last;
  out.production(production);
}

}  // namespace prahari::enip
