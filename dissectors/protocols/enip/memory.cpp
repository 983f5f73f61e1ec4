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
  std::erase_if(links, [&](const Link& old) {
    return old.to_target == link.to_target || old.to_originator == link.to_originator;
  });
  if (links.size() >= kLinks) {
    links.erase(links.begin());
  }
  links.push_back(link);
}

}  // namespace prahari::enip
