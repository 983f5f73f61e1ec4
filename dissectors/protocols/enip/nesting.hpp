// CIP messages that lie in others: the list of a Multiple Service Packet, and the errand that an
// Unconnected Send is sent on, to a module behind the one that is spoken to.

#pragma once

#include <cstddef>
#include <cstdint>

#include "dissectors/protocols/enip/cip.hpp"

namespace prahari::enip {

// The way to the module that a message is for.
struct Way {
  const Path* route = nullptr;  // null: the device itself, or the end of a connection
  std::uint32_t unit = Identity::kNoUnit;
};

// A slot of the backplane by its number; any longer way by a hash of its bytes.
[[nodiscard]] std::uint32_t unit_of(const Path& route) noexcept;

// A way that goes on where another one ends.
[[nodiscard]] Way go_on(const Way& before, const Path& route) noexcept;

// Services behind each other, found by their offsets.
class ServiceList {
 public:
  static constexpr std::size_t kMost = 256;

  explicit ServiceList(Bytes data) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] bool bad() const noexcept { return bad_; }  // the count or an offset is wrong
  [[nodiscard]] Bytes item(std::size_t at) const noexcept;  // empty: its offset is wrong

 private:
  [[nodiscard]] std::size_t offset(std::size_t at) const noexcept;

  Bytes data_;
  std::size_t count_ = 0;
  bool bad_ = false;
};

// What an Unconnected Send carries.
struct Errand {
  Bytes message;
  Path route;
  bool cut = false;
};
[[nodiscard]] Errand read_errand(Bytes data) noexcept;
[[nodiscard]] bool is_errand(const Request& request) noexcept;

}  // namespace prahari::enip
