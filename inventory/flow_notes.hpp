// What the inventory remembers about each living flow, so that a message costs one look-up.

#pragma once

#include <cstdint>

#include "dissectors/flow_array.hpp"
#include "inventory/conversation_table.hpp"
#include "inventory/inventory.hpp"

namespace prahari {

// One end of a flow. Places of the table keep their address, so the pointer stays a good one; the
// stamp tells whether it still leads to the same asset.
struct NotedAsset {
  AssetEntry* entry = nullptr;
  AssetIndex index = kNone;
  std::uint32_t stamp = 0;  // AssetEntry::stamp when it was looked up

  [[nodiscard]] bool holds() const noexcept { return entry == nullptr || entry->stamp == stamp; }
};

struct NotedConversation {
  ConversationEntry* entry = nullptr;
  ConversationIndex index = kNone;
  std::uint32_t stamp = 0;  // ConversationEntry::stamp likewise

  [[nodiscard]] bool holds() const noexcept { return entry != nullptr && entry->stamp == stamp; }
};

struct FlowNote {
  std::uint32_t generation = 0;  // of the flow; 0: nothing is known
  std::uint32_t unit = 0;        // position in the server's Asset::units
  NotedAsset client;
  NotedAsset server;
  NotedConversation conversation;
  std::uint64_t orientation = 0;  // tells which end is the client
  Protocol protocol = Protocol::unknown;
  bool established = false;

  [[nodiscard]] Parties parties() const noexcept {
    return {client.index, server.index, conversation.index};
  }
};

using FlowNotes = FlowArray<FlowNote>;

}  // namespace prahari
