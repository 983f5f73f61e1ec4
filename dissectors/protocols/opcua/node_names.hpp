// What browsing called the nodes of a server, as paths: "Line1/Reset". Learned from the responses
// to Browse and TranslateBrowsePathsToNodeIds of one connection, so that a record can say what a
// number or an opaque identifier stands for. Bounded, the oldest is forgotten; kept only where
// records are made.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace prahari::opcua {

class NodeNames {
 public:
  static constexpr std::size_t kMost = 1024;
  static constexpr std::size_t kLongest = 120;  // bytes of a path

  // `node` is called `name` and lies below `parent`; 0: below nothing that matters. A name that
  // stands alone does not replace a path.
  void add(std::uint64_t node, std::uint64_t parent, std::string_view name);

  // Empty where it was not browsed. Valid until the next add().
  [[nodiscard]] std::string_view path_of(std::uint64_t node) const noexcept;
  [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

 private:
  struct Entry {
    std::uint64_t node = 0;
    std::string path;
  };

  std::vector<Entry> entries_;
  std::unordered_map<std::uint64_t, std::size_t> places_;
  std::size_t next_ = 0;  // that is replaced once all are taken
  std::uint64_t forgotten_ = 0;
};

}  // namespace prahari::opcua
