#include "dissectors/protocols/enip/tag_names.hpp"

#include "dissectors/hash.hpp"

namespace prahari::enip {
namespace {

std::uint64_t hash_of(std::string_view scope) noexcept {
  return scope.empty() ? 0 : Hasher{process_seed()}.add(scope).value();
}

}  // namespace

std::size_t TagOwnerHash::operator()(const TagOwner& owner) const noexcept {
  return Hasher{seed}
      .add(owner.host)
      .add(owner.client)
      .add(std::uint64_t{owner.tunnel} << 32U | owner.vlan.ids[0])
      .add(owner.unit)
      .value();
}

std::size_t TagNames::KeyHash::operator()(const Key& key) const noexcept {
  return Hasher{seed}.add(key.scope).add(key.instance).value();
}

TagNames::TagNames() : owners_(kOwners, TagOwnerHash{process_seed()}) {}

TagNames::Names& TagNames::of(const TagOwner& owner) {
  auto slot = owners_.find(owner);
  if (slot == owners_.kNone) {
    if (owners_.full()) {
      evicted_ += owners_[owners_.oldest()]->size();
    }
    slot = owners_.insert(owner);
    owners_[slot] = std::make_unique<Names>(kNames, KeyHash{process_seed()});
  }
  return *owners_[slot];
}

void TagNames::learn(const TagOwner& owner, std::string_view scope, std::uint32_t instance,
                     std::string_view name) {
  if (name.empty() || name.size() > kLongest) {
    return;
  }
  Names& names = of(owner);
  const Key key{hash_of(scope), instance};
  auto slot = names.find(key);
  if (slot == names.kNone) {
    evicted_ += names.full() ? 1U : 0U;
    slot = names.insert(key);
  }
  names[slot].clear();
  names[slot].add(name);
}

std::string_view TagNames::find(const TagOwner& owner, std::string_view scope,
                                std::uint32_t instance) noexcept {
  const auto at = owners_.find(owner);
  if (at == owners_.kNone) {
    return {};
  }
  Names& names = *owners_[at];
  const auto slot = names.find({hash_of(scope), instance});
  return slot == names.kNone ? std::string_view{} : names[slot].view();
}

}  // namespace prahari::enip
