#include "dissectors/protocols/enip/memory.hpp"

#include <algorithm>

namespace prahari::enip {

Link* Memory::by_answer_id(std::uint32_t id) noexcept {
  const auto found = std::ranges::find(links, id, &Link::to_originator);
  return found == links.end() ? nullptr : &*found;
}

Link* Memory::by_request_id(std::uint32_t id) noexcept {
  const auto found = std::ranges::find(links, id, &Link::to_target);
  return found == links.end() ? nullptr : &*found;
}

void Memory::add(const Link& link) {
  remove(link.to_target);
  if (links.size() >= kLinks) {
    links.erase(links.begin());
  }
  links.push_back(link);
}

void Memory::remove(std::uint32_t to_target) noexcept {
  std::erase_if(links, [&](const Link& link) { return link.to_target == to_target; });
}

}  // namespace prahari::enip
