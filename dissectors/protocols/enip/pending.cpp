#include "dissectors/protocols/enip/pending.hpp"

#include <algorithm>

namespace prahari::enip {

void PendingRequests::erase(std::size_t at) noexcept {
  requests_.erase(requests_.begin() + static_cast<std::ptrdiff_t>(at));
}

// Moves the bytes of what still waits to the front.
void PendingRequests::compact() noexcept {
  std::uint32_t end = 0;
  for (Waiting& request : requests_) {
    std::copy_n(bytes_.begin() + request.begin, request.size, bytes_.begin() + end);
    request.begin = end;
    end += request.size;
  }
  bytes_.resize(end);
}

bool PendingRequests::make_room(std::uint32_t connection, std::size_t size) {
  bool room = true;
  const auto own = std::ranges::count(requests_, connection, &Waiting::connection);
  if (static_cast<std::size_t>(own) >= kMostOfOne) {
    const auto oldest = std::ranges::find(requests_, connection, &Waiting::connection);
    requests_.erase(oldest);
    room = false;
  }
  if (requests_.size() >= kMost) {
    erase(0);
    room = false;
  }
  if (requests_.empty()) {
    bytes_.clear();
  }
  if (bytes_.size() + size > kBytes) {
    compact();
  }
  while (bytes_.size() + size > kBytes) {
    erase(0);
    compact();
    room = false;
  }
  return room;
}

bool PendingRequests::push(Waiting request, Bytes message) {
  message = message.first(std::min(message.size(), kBytesOfOne));
  const bool room = make_room(request.connection, message.size());
  request.begin = static_cast<std::uint32_t>(bytes_.size());
  request.size = static_cast<std::uint32_t>(message.size());
  bytes_.insert(bytes_.end(), message.begin(), message.end());
  requests_.push_back(request);
  return room;
}

bool PendingRequests::take_late(Timestamp now, Waiting& found) {
  const auto late = std::ranges::find_if(requests_, [&](const Waiting& request) {
    return now - request.packet.time >= request.patience;
  });
  if (late == requests_.end()) {
    return false;
  }
  found = *late;
  requests_.erase(late);
  return true;
}

void PendingRequests::mark_unsure() noexcept {
  for (Waiting& request : requests_) {
    request.unsure = true;
  }
}

}  // namespace prahari::enip
