#include "dissectors/protocols/opcua/channel.hpp"

#include <algorithm>

namespace prahari::opcua {
namespace {

// The number may begin anew below 1,024 once it is beyond this (OPC 10000-6, 6.7.2.4).
constexpr std::uint32_t kLastBeforeWrap = 4'294'966'271;
constexpr std::uint32_t kFirstAfterWrap = 1024;

}  // namespace

bool Channel::follows(Side side, std::uint32_t number) noexcept {
  const std::size_t at = index(side);
  const std::uint32_t before = sequence[at];
  const bool wraps = before > kLastBeforeWrap && number < kFirstAfterWrap;
  const bool fits = !sequence_known[at] || number == before + 1 || wraps;
  sequence[at] = number;
  sequence_known[at] = true;
  return fits;
}

Channel* Channels::find(std::uint32_t id) noexcept {
  const auto found = std::ranges::find(list_, id, &Channel::id);
  return found == list_.end() ? nullptr : &*found;
}

bool Channels::knows(std::uint32_t id) const noexcept {
  return std::ranges::find(list_, id, &Channel::id) != list_.end();
}

Channel& Channels::find_or_add(std::uint32_t id) {
  if (Channel* known = find(id)) {
    return *known;
  }
  if (list_.size() == kMost) {
    list_.erase(list_.begin());
  }
  Channel& channel = list_.emplace_back();
  channel.id = id;
  return channel;
}

void Channels::forget_sequences(Side side) noexcept {
  for (Channel& channel : list_) {
    channel.forget_sequence(side);
  }
}

}  // namespace prahari::opcua
