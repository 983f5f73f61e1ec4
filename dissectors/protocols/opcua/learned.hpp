// Names that a browse gave to nodes, as far as they say what the node is: a field of a nameplate,
// a method whose meaning is known. Of one session; bounded, the oldest is forgotten.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dissectors/message.hpp"

namespace prahari::opcua {

// A property of a device's nameplate (OPC 10000-100, 4.5; OPC 40001-1, Machinery).
struct Nameplate {
  std::string_view name;
  Identity::Field field{};
};
// Null for a name that is none.
[[nodiscard]] const Nameplate* find_nameplate(std::string_view name) noexcept;

class Learned {
 public:
  static constexpr std::size_t kMost = 256;

  struct Entry {
    std::uint64_t node = 0;  // fingerprint
    std::string_view name;   // a literal
  };

  // The literal for a name worth knowing; empty for any other.
  [[nodiscard]] static std::string_view known_name(std::string_view name) noexcept;

  void add(const Entry& entry);
  [[nodiscard]] std::string_view name_of(std::uint64_t node) const noexcept;

 private:
  std::vector<Entry> entries_;
  std::size_t next_ = 0;  // that is replaced once all are taken
};

}  // namespace prahari::opcua
