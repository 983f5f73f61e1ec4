// Which names of nodes were told of late, so that who browses a server again and again costs one
// event for each name and not one for each time. Of all flows of a shard; a slot that another name
// took is told once more.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dissectors/dissector.hpp"

namespace prahari::opcua {

// Tells the host of a flow from others, the same in every run.
[[nodiscard]] std::uint64_t place_print(const IpAddress& ip, const FlowEnds& ends) noexcept;

class ToldNames {
 public:
  static constexpr std::size_t kSlots = 4096;

  // False where this was the last in its slot. `print`: of server, node, what is above, and name.
  bool first_time(std::uint64_t print) {
    if (slots_.empty()) {
      slots_.resize(kSlots);
    }
    std::uint64_t& slot = slots_[print % kSlots];
    const bool news = slot != print;
    slot = print;
    return news;
  }

 private:
  std::vector<std::uint64_t> slots_;  // empty until somebody browses
};

}  // namespace prahari::opcua
