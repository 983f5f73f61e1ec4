#include "inventory/conversation_table.hpp"

#include <algorithm>
#include <tuple>

#include "dissectors/hash.hpp"

namespace prahari {
namespace {

constexpr std::uint32_t kPatience = 1024;

std::uint64_t hash_of(const Conversation& row) noexcept {
  const auto& ids = row.vlan.ids;
  return Hasher{process_seed()}
      .add(row.client_ip)
      .add(row.server_ip)
      .add(std::uint64_t{ids[0]} << 48U | std::uint64_t{ids[1]} << 32U |
           std::uint64_t{ids[2]} << 16U | row.vlan.count)
      .add(std::uint64_t{row.tunnel} << 32U | std::uint64_t{row.server_port} << 16U |
           static_cast<std::uint64_t>(row.transport) << 8U |
           static_cast<std::uint64_t>(row.protocol))
      .value();
}

bool same_key(const Conversation& a, const Conversation& b) noexcept {
  const auto key = [](const Conversation& row) {
    return std::tie(row.server_port, row.protocol, row.transport, row.client_ip, row.server_ip,
                    row.vlan, row.tunnel);
  };
  return key(a) == key(b);
}

}  // namespace

ConversationTable::ConversationTable(AssetTable& assets, std::uint32_t limit)
    : assets_(assets), limit_(std::max(limit, 2U)), patience_(std::min(kPatience, limit_ / 64)) {}

ConversationIndex ConversationTable::find_or_add(const Conversation& like, Timestamp now) {
  const std::uint64_t hash = hash_of(like);
  ConversationIndex at =
      index_.find(hash, [&](ConversationIndex other) { return same_key(slots_[other].row, like); });
  if (at != kNone) {
    slots_.use(at);
  } else {
    if (slots_.size() == limit_) {
      erase(slots_.oldest());
      ++evicted_;
    }
    at = slots_.add();
    slots_[at].stamp = ++stamps_;
    slots_[at].row = like;
    slots_[at].row.first = now;
    slots_[at].row.last = now;
    index_.insert(hash, at);
  }
  set_ends(slots_[at], like.client, like.server);
  return at;
}

void ConversationTable::erase(ConversationIndex index) {
  index_.erase(hash_of(slots_[index].row), index);
  slots_.erase(index);
}

void ConversationTable::set_ends(ConversationEntry& entry, AssetIndex client, AssetIndex server) {
  entry.row.client = client;
  entry.row.server = server;
  entry.client_generation = client == kNone ? 0 : assets_.generation(client);
  entry.server_generation = server == kNone ? 0 : assets_.generation(server);
}

void ConversationTable::mend(ConversationIndex index) {
  ConversationEntry& entry = slots_[index];
  Conversation& row = entry.row;
  const auto current = [&](AssetIndex end, std::uint32_t generation, const IpAddress& ip) {
    const AssetIndex owner = assets_.find(PlacedAddress{ip, row.vlan, row.tunnel});
    const bool alive = end != kNone && assets_.alive(end, generation);
    if (!alive) {
      return owner;
    }
    // A router keeps no conversation of those it fronts.
    return assets_[end].router && owner != kNone ? owner : end;
  };
  set_ends(entry, current(row.client, entry.client_generation, row.client_ip),
           current(row.server, entry.server_generation, row.server_ip));
}

void ConversationTable::mend_if_stale(ConversationIndex index) {
  const ConversationEntry& entry = slots_[index];
  const auto stale = [this](AssetIndex end, std::uint32_t generation) {
    return end != kNone && assets_.generation(end) != generation;
  };
  if (stale(entry.row.client, entry.client_generation) ||
      stale(entry.row.server, entry.server_generation)) {
    mend(index);
  }
}

std::vector<ConversationIndex> ConversationTable::all() const {
  std::vector<ConversationIndex> out;
  out.reserve(slots_.size());
  for (ConversationIndex at = 0; at < slots_.end(); ++at) {
    if (slots_.alive(at)) {
      out.push_back(at);
    }
  }
  return out;
}

}  // namespace prahari
