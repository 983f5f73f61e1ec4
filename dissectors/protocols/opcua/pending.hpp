// Requests that wait for their response, found by channel and request id.
//
// At most 256 a connection: clients keep a handful of Publish requests waiting, and few keep more
// than one of another kind. Places and their buffers are used again, so that polling costs no heap.
//
// What all connections of a shard hold is bounded too, since an enemy opens as many as he likes.
// Beyond it a connection keeps 8 places and no nodes, so that responses are still matched.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dissectors/protocols/opcua/assembly.hpp"
#include "dissectors/protocols/opcua/items.hpp"
#include "dissectors/protocols/opcua/services.hpp"

namespace prahari::opcua {

struct Request {
  PacketRef packet;
  std::uint32_t channel = 0;
  std::uint32_t id = 0;
  std::uint32_t timeout_ms = 0;
  std::uint16_t service = 0;  // number of the request
  Side side = Side::first;    // who sent it
  bool silent = false;        // not missed when no response comes
  Operation operation{};
  Effect effect{};
  std::string_view name;  // a literal
  Items items;
  std::string_view token;  // ActivateSession: kind of the user's token, a literal
  std::string user;
  std::uint32_t secret_size = 0;
  std::uint64_t secret_hash = 0;
  bool readable_password = false;
};

class PendingRequests {
 public:
  static constexpr std::size_t kMost = 256;
  static constexpr std::size_t kMostScarce = 8;
  // Nodes of the requests of one connection; beyond: without. Eight requests of 64 nodes each.
  static constexpr std::size_t kMostMemory = std::size_t{64} * 1024;

  PendingRequests() = default;
  PendingRequests(const PendingRequests&) = delete;
  PendingRequests& operator=(const PendingRequests&) = delete;
  ~PendingRequests();

  // `budget` outlives this; null: only the limits of one connection hold.
  void join(Budget* budget) noexcept { budget_ = budget; }

  // A place for a new request; `overflow`: the oldest was forgotten for it. The items are those of
  // a former request: assign or clear them.
  Request& push(std::uint32_t channel, std::uint32_t id, bool& overflow);

  // The request that a message of `side` answers, or null. Valid until the next push; give it back
  // with release().
  [[nodiscard]] Request* find(std::uint32_t channel, std::uint32_t id, Side side) noexcept;
  void release(const Request& request) noexcept;

  // One that waits for longer than it asked to, or null.
  [[nodiscard]] Request* overdue(Timestamp now, std::uint32_t default_ms) noexcept;

  void clear() noexcept;
  [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }
  // Keeps `items` with a request that push() has given. False where there is no room for them.
  bool assign(Request& request, const Items& items);

 private:
  struct Key {
    std::uint32_t channel = 0;
    std::uint32_t id = 0;
    std::uint32_t slot = 0;
  };

  [[nodiscard]] bool scarce() const noexcept {
    return budget_ != nullptr && budget_->waiting >= Budget::kWaiting;
  }
  void grew(std::size_t bytes) noexcept;

  Budget* budget_ = nullptr;
  std::vector<Key> keys_;  // oldest first
  std::vector<Request> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t memory_ = 0;  // of all items
  std::size_t held_ = 0;    // of the budget
};

}  // namespace prahari::opcua
