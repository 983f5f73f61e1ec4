#include "dissectors/protocols/opcua/assembly.hpp"

#include <algorithm>
#include <utility>

namespace prahari::opcua {

Assembly* Assemblies::find(Side side, std::uint32_t channel, std::uint32_t request) noexcept {
  const auto found = std::ranges::find_if(open_, [&](const Assembly& one) {
    return one.side == side && one.channel == channel && one.request_id == request;
  });
  return found == open_.end() ? nullptr : &*found;
}

std::size_t Assemblies::count(Side side) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(open_, side, &Assembly::side));
}

Assembly* Assemblies::first_of(Side side) noexcept {
  const auto found = std::ranges::find(open_, side, &Assembly::side);
  return found == open_.end() ? nullptr : &*found;
}

Assembly* Assemblies::stale(Side side, Timestamp time) noexcept {
  const auto found = std::ranges::find_if(
      open_, [&](const Assembly& one) { return one.side == side && one.packet.time < time; });
  return found == open_.end() ? nullptr : &*found;
}

Assembly& Assemblies::add(Side side, std::uint32_t channel, std::uint32_t request) {
  Assembly& assembly = open_.emplace_back();
  assembly.side = side;
  assembly.channel = channel;
  assembly.request_id = request;
  return assembly;
}

void Assemblies::hold(std::size_t bytes) noexcept {
  if (budget_ != nullptr) {
    budget_->held = budget_->held - held_ + bytes;
  }
  held_ = bytes;
}

void Assemblies::append(Assembly& assembly, Bytes body) {
  ++assembly.chunks;
  assembly.size += body.size();
  if (assembly.cut) {
    return;
  }
  const bool fits = assembly.chunks <= kMaxChunks && assembly.size <= kMaxMessage &&
                    held_ + body.size() <= kMaxFlow &&
                    (budget_ == nullptr || budget_->held + body.size() <= Budget::kBytes);
  if (fits) {
    assembly.body.insert(assembly.body.end(), body.begin(), body.end());
    hold(held_ + body.size());
    return;
  }
  assembly.cut = true;
  if (assembly.body.size() > kKeptOfLong) {
    hold(held_ - (assembly.body.size() - kKeptOfLong));
    assembly.body.resize(kKeptOfLong);
    assembly.body.shrink_to_fit();
  }
}

Assembly Assemblies::take(Assembly& assembly) {
  const auto place = open_.begin() + (&assembly - open_.data());
  Assembly out = std::move(assembly);
  hold(held_ - out.body.size());
  open_.erase(place);
  return out;
}

}  // namespace prahari::opcua
