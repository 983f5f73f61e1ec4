#include "dissectors/protocols/opcua/wire.hpp"

#include "dissectors/hash.hpp"

namespace prahari::opcua {
namespace {

constexpr std::uint32_t kNull = 0xffffffff;
constexpr std::uint8_t kFormMask = 0x3f;
constexpr std::uint8_t kHasServerIndex = 0x40;
constexpr std::uint8_t kHasNamespaceUri = 0x80;
constexpr std::size_t kGuid = 16;

NodeId read_form(Reader& in, std::uint8_t form) noexcept {
  NodeId node;
  switch (form) {
    case 0:
      node.number = in.u8();
      break;
    case 1:
      node.ns = in.u8();
      node.number = in.le16();
      break;
    case 2:
      node.ns = in.le16();
      node.number = in.le32();
      break;
    case 3:
      node.kind = NodeId::Kind::string;
      node.ns = in.le16();
      node.bytes = read_bytes(in);
      break;
    case 4:
      node.kind = NodeId::Kind::guid;
      node.ns = in.le16();
      node.bytes = in.take(kGuid);
      break;
    case 5:
      node.kind = NodeId::Kind::opaque;
      node.ns = in.le16();
      node.bytes = read_bytes(in);
      break;
    default:
      in.fail();
      break;
  }
  return node;
}

}  // namespace

Bytes read_bytes(Reader& in) noexcept {
  const std::uint32_t size = in.le32();
  if (size == kNull || !in.ok()) {
    return {};
  }
  return in.take(size);  // a negative length is beyond any end
}

NodeId read_node_id(Reader& in) noexcept {
  const std::uint8_t form = in.u8();
  if (form > kFormMask) {
    in.fail();
  }
  return read_form(in, form);
}

ExpandedNodeId read_expanded(Reader& in) noexcept {
  const std::uint8_t form = in.u8();
  ExpandedNodeId out;
  out.node = read_form(in, form & kFormMask);
  if ((form & kHasNamespaceUri) != 0) {
    out.uri = read_text(in);
  }
  if ((form & kHasServerIndex) != 0) {
    out.server = in.le32();
  }
  return out;
}

std::uint64_t fingerprint(Bytes bytes) noexcept {
  Hasher hash{bytes.size()};
  while (!bytes.empty()) {
    const Bytes word = bytes.first(std::min<std::size_t>(bytes.size(), 8));
    std::uint64_t value = 0;
    for (const std::byte byte : word) {
      value = value << 8U | std::to_integer<std::uint64_t>(byte);
    }
    hash.add(value);
    bytes = bytes.subspan(word.size());
  }
  return hash.value();
}

std::uint64_t fingerprint(const NodeId& node) noexcept {
  return Hasher{static_cast<std::uint64_t>(node.kind)}
      .add(std::uint64_t{node.ns} << 32U | node.number)
      .add(fingerprint(node.bytes))
      .value();
}

}  // namespace prahari::opcua
