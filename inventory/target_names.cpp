#include "inventory/target_names.hpp"

namespace prahari {

TargetNames::Key TargetNames::key_of(AssetIndex device, std::uint32_t generation,
                                     std::string_view table, std::string_view text) const noexcept {
  return {.device = device,
          .generation = generation,
          .target = Hasher{seed_}.add(table).add(text).value()};
}

void TargetNames::learn(const Event& event, AssetIndex device, std::uint32_t generation) {
  const NamingFacts& facts = event.naming;
  const std::string_view text = event.text.substr(0, facts.target_size);
  const std::string_view below = event.text.substr(facts.target_size, facts.below_size);
  const std::string_view name = event.text.substr(facts.target_size + facts.below_size);
  std::string path{below.empty() || below == text
                       ? std::string_view{}
                       : name_of(device, generation, facts.table, below)};
  const bool placed = !path.empty();
  path += placed ? "/" : "";
  path += name;
  if (path.size() > kLongest) {
    path = name.substr(0, kLongest);  // its own name says more than where it lies
  }
  const Key key = key_of(device, generation, facts.table, text);
  const std::uint32_t known = names_.find(key);
  if (known == names_.kNone) {
    names_[names_.insert(key)] = std::move(path);
  } else if (placed || !names_[known].ends_with(name)) {
    names_[known] = std::move(path);  // a name that stands alone takes no path away
  }
}

std::string_view TargetNames::name_of(AssetIndex device, std::uint32_t generation,
                                      std::string_view table,
                                      std::string_view text) const noexcept {
  const std::uint32_t known = names_.peek(key_of(device, generation, table, text));
  return known == names_.kNone ? std::string_view{} : std::string_view{names_[known]};
}

}  // namespace prahari
