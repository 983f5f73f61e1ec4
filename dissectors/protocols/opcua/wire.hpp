// OPC UA Binary: the built-in types as they lie on the wire (OPC 10000-6, 5.2). All integers are
// little-endian. Views into the message; nothing is copied, nothing is kept.

#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/reader.hpp"

namespace prahari::opcua {

struct NodeId {
  enum class Kind : std::uint8_t { numeric, string, guid, opaque };

  Kind kind = Kind::numeric;
  std::uint16_t ns = 0;
  std::uint32_t number = 0;  // numeric only
  Bytes bytes;               // of the other kinds

  // i=0: no node.
  [[nodiscard]] bool null() const noexcept {
    return ns == 0 &&
           ((kind == Kind::numeric && number == 0) || (kind != Kind::numeric && bytes.empty()));
  }
  // Whether it is this well-known node of namespace 0.
  [[nodiscard]] bool is(std::uint32_t known) const noexcept {
    return kind == Kind::numeric && ns == 0 && number == known;
  }
};

// A length of -1 is null, which reads as an empty view without an address; any other negative
// length, or one beyond the end, fails the reader.
[[nodiscard]] Bytes read_bytes(Reader& in) noexcept;
[[nodiscard]] inline std::string_view read_text(Reader& in) noexcept {
  return as_text(read_bytes(in));
}

[[nodiscard]] NodeId read_node_id(Reader& in) noexcept;
// With namespace URI and server index where its flags say so.
struct ExpandedNodeId {
  NodeId node;
  std::string_view uri;
  std::uint32_t server = 0;
};
[[nodiscard]] ExpandedNodeId read_expanded(Reader& in) noexcept;
[[nodiscard]] inline NodeId read_expanded_node_id(Reader& in) noexcept {
  return read_expanded(in).node;
}

// The same node gives the same number; it tells nodes apart within one session.
[[nodiscard]] std::uint64_t fingerprint(const NodeId& node) noexcept;
[[nodiscard]] std::uint64_t fingerprint(Bytes bytes) noexcept;

}  // namespace prahari::opcua
