#include "dissectors/protocols/opcua/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "dissectors/hex_text.hpp"

namespace prahari::opcua {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_number(std::string& out, std::uint32_t number) {
  std::array<char, 12> digits{};
  const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

// Three little-endian numbers, then eight bytes as they lie.
void append_guid(std::string& out, Bytes raw) {
  Reader in{raw};
  append_hex(out, in.le32(), 8);
  out += '-';
  append_hex(out, in.le16(), 4);
  out += '-';
  append_hex(out, in.le16(), 4);
  out += '-';
  append_hex(out, in.be16(), 4);
  out += '-';
  append_hex(out, in.be16(), 4);
  append_hex(out, in.be32(), 8);
}

void append_base64(std::string& out, Bytes raw) {
  while (!raw.empty()) {
    const std::size_t size = std::min<std::size_t>(raw.size(), 3);
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      word = word << 8U | (i < size ? std::to_integer<std::uint32_t>(raw[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= size ? kBase64[word >> (18 - 6 * i) & 0x3fU] : '=';
    }
    raw = raw.subspan(size);
  }
}

}  // namespace

void append_node_id(std::string& out, const NodeId& node) {
  if (node.ns != 0) {
    out += "ns=";
    append_number(out, node.ns);
    out += ';';
  }
  const Bytes shown = node.bytes.first(std::min(node.bytes.size(), kLongestNode));
  switch (node.kind) {
    case NodeId::Kind::numeric:
      out += "i=";
      append_number(out, node.number);
      break;
    case NodeId::Kind::string:
      out += "s=";
      out += as_text(shown);
      break;
    case NodeId::Kind::guid:
      out += "g=";
      append_guid(out, shown);
      break;
    case NodeId::Kind::opaque:
      out += "b=";
      append_base64(out, shown);
      break;
  }
}

}  // namespace prahari::opcua
