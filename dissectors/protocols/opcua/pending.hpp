// Requests that wait for their response, found by channel and request id.
//
// At most 1,024 a session; the oldest is forgotten. Places and their buffers are used again, so
// that polling costs no heap.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

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
  static constexpr std::size_t kMost = 1024;
  static constexpr std::size_t kMostMemory = std::size_t{256} * 1024;  // beyond: without items

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
  [[nodiscard]] bool spacious() const noexcept { return memory_ < kMostMemory; }
  // To be told after the items of a request were assigned.
  void grew(std::size_t bytes) noexcept { memory_ += bytes; }

 private:
  struct Key {
    std::uint32_t channel = 0;
    std::uint32_t id = 0;
    std::uint32_t slot = 0;
  };

  std::vector<Key> keys_;  // oldest first
  std::vector<Request> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t memory_ = 0;
};

}  // namespace prahari::opcua
