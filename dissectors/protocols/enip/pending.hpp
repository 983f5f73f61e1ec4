// Requests that wait for their answer. The bytes of each are kept, for an answer of CIP says
// neither what it is about nor what lies in it. Bounded in number and in bytes; memory grows as
// needed and is used again.

#pragma once

#include <cstdint>
#include <vector>

#include "dissectors/dissector.hpp"

namespace prahari::enip {

struct Waiting {
  PacketRef packet;
  std::uint64_t context = 0;     // of the sender
  std::uint32_t connection = 0;  // that the request came on; 0: unconnected
  std::uint16_t sequence = 0;    // on that connection
  std::uint16_t command = 0;
  std::uint8_t service = 0;
  Side side = Side::first;
  bool unsure = false;  // bytes were lost since
  Timestamp::duration patience{};
  std::uint32_t begin = 0;  // where its bytes lie
  std::uint32_t size = 0;
};

class PendingRequests {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::size_t kMostOfOne = 16;           // of one connection
  static constexpr std::size_t kBytes = 16UL * 1024;      // of all
  static constexpr std::size_t kBytesOfOne = 4UL * 1024;  // longer ones are kept up to here

  // False when one had to go to make room: the oldest of the same connection if that has many.
  bool push(Waiting request, Bytes message);

  // Takes out the oldest request of the other side for which same(request) holds. What bytes()
  // says of it stays good until the next push.
  template <class Same>
  bool take(Side from, Waiting& found, Same&& same) {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      if (requests_[i].side != from && same(requests_[i])) {
        found = requests_[i];
        erase(i);
        return true;
      }
    }
    return false;
  }

  // Whether same(request) holds for requests of the other side on more than one connection.
  template <class Same>
  [[nodiscard]] bool ambiguous(Side from, Same&& same) const {
    const Waiting* one = nullptr;
    for (const Waiting& request : requests_) {
      if (request.side == from || !same(request)) {
        continue;
      }
      if (one != nullptr && one->connection != request.connection) {
        return true;
      }
      one = &request;
    }
    return false;
  }

  // Takes out a request that has waited longer than its patience.
  bool take_late(Timestamp now, Waiting& found);

  [[nodiscard]] Bytes bytes(const Waiting& request) const noexcept {
    return Bytes{bytes_}.subspan(request.begin, request.size);
  }
  void mark_unsure() noexcept;
  [[nodiscard]] bool empty() const noexcept { return requests_.empty(); }

 private:
  void erase(std::size_t at) noexcept;
  bool make_room(std::uint32_t connection, std::size_t size);
  void compact() noexcept;

  std::vector<Waiting> requests_;  // in order of arrival, and of their bytes
  std::vector<std::byte> bytes_;
};

}  // namespace prahari::enip
