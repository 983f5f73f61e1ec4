// Who talks to whom over what: found by addresses, server port, protocol, VLAN and tunnel.
//
// Bounded: the conversation quiet for longest goes. Ends are positions in the AssetTable with their
// generation, since an asset may go before its conversations do. Analyst thread.

#pragma once

#include <cstdint>
#include <vector>

#include "inventory/asset_table.hpp"

namespace prahari {

struct ConversationEntry {
  Conversation row;
  std::uint32_t client_generation = 0;
  std::uint32_t server_generation = 0;
  std::uint32_t used = 0;   // event count at the last change of the LRU order
  std::uint32_t stamp = 0;  // of this conversation only; 0: none lives here
};

class ConversationTable {
 public:
  ConversationTable(AssetTable& assets, std::uint32_t limit);

  // The row with the key of `like` (its ends, port, transport, protocol, VLAN and tunnel), made if
  // need be.
  ConversationIndex find_or_add(const Conversation& like, Timestamp now);
  void erase(ConversationIndex index);

  // Looks up anew the ends whose asset went or gave the address away.
  void mend(ConversationIndex index);
  // The same, but cheap while both assets live.
  void mend_if_stale(ConversationIndex index);

  void seen(ConversationIndex index, ConversationEntry& entry, std::uint32_t event_count) noexcept {
    if (event_count - entry.used > patience_) {
      entry.used = event_count;
      slots_.use(index);
    }
  }

  [[nodiscard]] Conversation& operator[](ConversationIndex index) noexcept {
    return slots_[index].row;
  }
  // Keeps its address whatever becomes of the conversation.
  [[nodiscard]] ConversationEntry& entry(ConversationIndex index) noexcept { return slots_[index]; }
  [[nodiscard]] std::vector<ConversationIndex> all() const;
  [[nodiscard]] std::uint32_t size() const noexcept { return slots_.size(); }
  [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }

 private:
  void set_ends(ConversationEntry& entry, AssetIndex client, AssetIndex server);

  AssetTable& assets_;
  std::uint32_t limit_;
  std::uint32_t patience_;
  LruSlots<ConversationEntry> slots_;
  TagIndex index_;
  std::uint32_t stamps_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace prahari
