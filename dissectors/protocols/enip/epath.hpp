// EPATH: how CIP names what a service is for. Segments for ports on the way, for class, instance
// and attribute, for names of tags, for the module that is expected. CIP Networks Library volume 1,
// appendix C; always in the padded form here.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/enip/text.hpp"

namespace prahari::enip {

// One step of a route: out of this port, to this address on the other side.
struct Hop {
  std::uint16_t port = 0;  // 1: the backplane
  bool text = false;       // an address in letters: "192.168.1.5"
  Bytes link;              // else one byte: a slot or node
};

// The module that a connection expects.
struct Key {
  std::uint16_t vendor = 0;
  std::uint16_t device_type = 0;
  std::uint16_t product_code = 0;
  std::uint8_t major = 0;
  std::uint8_t minor = 0;
  bool compatible = false;  // a later one will do
};

struct Path {
  static constexpr std::size_t kMaxSegments = 64;
  static constexpr std::size_t kMaxHops = 8;
  static constexpr std::size_t kMaxPoints = 4;

  // Of the first object named; `inner` of a second one that lies in it.
  std::optional<std::uint32_t> cls;
  std::optional<std::uint32_t> instance;
  std::optional<std::uint32_t> attribute;
  std::optional<std::uint32_t> member;
  std::optional<std::uint32_t> inner_cls;
  std::optional<std::uint32_t> inner_instance;
  std::array<std::uint32_t, kMaxPoints> points{};  // connection points, in order
  std::size_t point_count = 0;
  ShortText<256> symbol;  // "Program:Main.Tank[3].Level"; not validated
  std::size_t scope = 0;  // how much of it came before the first class
  ShortText<40> index;    // "[3,4]", where there is no symbol to stand behind
  std::array<Hop, kMaxHops> hops;
  std::size_t hop_count = 0;
  std::optional<Key> key;
  bool bad = false;  // a segment that is not known, or is cut; what came before counts
  Bytes raw;

  [[nodiscard]] std::span<const Hop> route() const noexcept {
    return std::span{hops}.first(hop_count);
  }
  // The object that a service is for: the innermost one.
  [[nodiscard]] std::optional<std::uint32_t> object() const noexcept {
    return inner_cls ? inner_cls : cls;
  }
};

// Reads the whole of `bytes` as a padded path.
[[nodiscard]] Path read_path(Bytes bytes) noexcept;

// "1/0", "2/192.168.1.5".
void add_hop(ShortText<64>& out, const Hop& hop) noexcept;

}  // namespace prahari::enip
