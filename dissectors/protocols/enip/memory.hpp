// What one session of EtherNet/IP remembers of what it carries.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dissectors/dissector.hpp"

namespace prahari::enip {

// The two halves of a connection that carries messages, so that the answer under one id finds the
// request under the other.
struct Link {
  std::uint32_t to_target = 0;      // connection id of requests
  std::uint32_t to_originator = 0;  // and of their answers
  std::uint32_t unit = 0;           // whom it leads to; Identity::kNoUnit: the device itself
  Side originator = Side::first;
  bool opened = false;  // its Forward Open was seen; else learned from a pair of messages
};

// A tag that comes in several parts.
struct Parts {
  static constexpr std::size_t kKept = 128;

  std::uint64_t tag = 0;    // hash of the path; 0: none under way
  std::uint32_t next = 0;   // offset that the next part has to begin at
  std::uint32_t count = 0;  // parts so far
  std::size_t kept = 0;     // of the value's first bytes
  std::array<std::byte, kKept> head{};
};

struct Memory {
  static constexpr std::size_t kLinks = 64;

  // The link under whose answering id this is, or null.
  [[nodiscard]] Link* by_answer_id(std::uint32_t id) noexcept;
  [[nodiscard]] Link* by_request_id(std::uint32_t id) noexcept;
  void add(const Link& link);  // the oldest goes when there are too many

  std::vector<Link> links;  // oldest first
  Parts parts;
  std::uint16_t vendor = 0;  // of the device itself, where it said so
  std::uint16_t listed = 0;  // which classes were listed of late, as bits
  Timestamp listed_since{};
  bool large = false;  // Large Forward Open: messages over 8 KiB may come
};

}  // namespace prahari::enip
