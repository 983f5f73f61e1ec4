#include "dissectors/protocols/opcua/node_names.hpp"

namespace prahari::opcua {

void NodeNames::add(std::uint64_t node, std::uint64_t parent, std::string_view name) {
  if (name.empty()) {
    return;
  }
  std::string path{parent == node ? std::string_view{} : path_of(parent)};
  const bool below = !path.empty();
  path += below ? "/" : "";
  path += name;
  if (path.size() > kLongest) {
    path = name.substr(0, kLongest);  // its own name says more than where it lies
  }
  if (const auto known = places_.find(node); known != places_.end()) {
    if (below) {
      entries_[known->second].path = std::move(path);
    }
    return;
  }
  if (entries_.size() < kMost) {
    places_.emplace(node, entries_.size());
    entries_.push_back({node, std::move(path)});
    return;
  }
  ++forgotten_;
  places_.erase(entries_[next_].node);
  places_.emplace(node, next_);
  entries_[next_] = {node, std::move(path)};
  next_ = (next_ + 1) % kMost;
}

std::string_view NodeNames::path_of(std::uint64_t node) const noexcept {
  const auto known = places_.find(node);
  return known == places_.end() ? std::string_view{} : entries_[known->second].path;
}

}  // namespace prahari::opcua
