#include "dissectors/protocols/enip/connections.hpp"

#include "dissectors/hash.hpp"

namespace prahari::enip {

std::size_t ProductionHash::operator()(const ProductionKey& key) const noexcept {
  return Hasher{seed}.add(key.producer).add(key.consumer).add(key.id).value();
}

ConnectionTable::ConnectionTable() : table_(kMost, ProductionHash{process_seed()}) {}

Production& ConnectionTable::of(const ProductionKey& key) {
  auto slot = table_.find(key);
  if (slot == table_.kNone) {
    slot = table_.insert(key);
  }
  return table_[slot];
}

void ConnectionTable::close(const Triad& triad, const FlowEnds& ends) {
  table_.for_each([&](auto slot) {
    const ProductionKey& key = table_.key(slot);
    const bool here = (key.producer == ends.first && key.consumer == ends.second) ||
                      (key.producer == ends.second && key.consumer == ends.first);
    if (here && table_[slot].opened && table_[slot].triad == triad) {
      table_.erase(slot);
    }
  });
}

}  // namespace prahari::enip
