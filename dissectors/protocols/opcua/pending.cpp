#include "dissectors/protocols/opcua/pending.hpp"

#include <algorithm>
#include <chrono>

namespace prahari::opcua {

PendingRequests::~PendingRequests() {
  if (budget_ != nullptr) {
    budget_->waiting -= held_;
  }
}

void PendingRequests::grew(std::size_t bytes) noexcept {
  if (budget_ != nullptr) {
    budget_->waiting += bytes;
    held_ += bytes;
  }
}

Request& PendingRequests::push(std::uint32_t channel, std::uint32_t id, bool& overflow) {
  const auto same = std::ranges::find_if(
      keys_, [&](const Key& key) { return key.channel == channel && key.id == id; });
  if (same != keys_.end()) {
    release(slots_[same->slot]);  // an id that comes again means a new request
  }
  const bool needs_heap = free_.empty();
  overflow = keys_.size() == kMost || (needs_heap && scarce() && keys_.size() >= kMostScarce);
  if (overflow) {
    release(slots_[keys_.front().slot]);
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    const std::size_t before = slots_.capacity();
    slots_.emplace_back();
    free_.reserve(slots_.size());  // giving back needs no heap
    grew((slots_.capacity() - before) * sizeof(Request));
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  keys_.push_back({channel, id, slot});
  Request& request = slots_[slot];
  request.channel = channel;
  request.id = id;
  return request;
}

bool PendingRequests::assign(Request& request, const Items& items) {
  request.items.clear();
  const bool room = (memory_ < kMostMemory && !scarce()) || request.items.fits(items);
  if (room) {
    const std::size_t before = request.items.memory();
    request.items.assign(items);
    memory_ += request.items.memory() - before;
    grew(request.items.memory() - before);
  }
  return room;
}

Request* PendingRequests::find(std::uint32_t channel, std::uint32_t id, Side side) noexcept {
  const auto found = std::ranges::find_if(keys_, [&](const Key& key) {
    return key.id == id && key.channel == channel && slots_[key.slot].side != side;
  });
  return found == keys_.end() ? nullptr : &slots_[found->slot];
}

void PendingRequests::release(const Request& request) noexcept {
  const auto slot = static_cast<std::uint32_t>(&request - slots_.data());
  std::erase_if(keys_, [slot](const Key& key) { return key.slot == slot; });
  free_.push_back(slot);
}

Request* PendingRequests::overdue(Timestamp now, std::uint32_t default_ms) noexcept {
  const auto late = std::ranges::find_if(keys_, [&](const Key& key) {
    const Request& request = slots_[key.slot];
    constexpr std::uint32_t kLongest = 600'000;  // whatever the sender says
    const std::uint32_t wait =
        request.timeout_ms == 0 ? default_ms : std::min(request.timeout_ms, kLongest);
    return now - request.packet.time > std::chrono::milliseconds{wait} &&
           (!request.silent || request.service != service::kPublish);
  });
  return late == keys_.end() ? nullptr : &slots_[late->slot];
}

void PendingRequests::clear() noexcept {
  while (!keys_.empty()) {
    release(slots_[keys_.back().slot]);
  }
}

}  // namespace prahari::opcua
