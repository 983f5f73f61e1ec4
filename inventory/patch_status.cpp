#include "inventory/patch_status.hpp"

namespace prahari {
namespace {

std::string weaknesses(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " weakness" : " weaknesses");
}

}  // namespace

PatchStatus::PatchStatus(const WeaknessList& list) {
  for (const Weakness& one : list.rows) {
    Count& count = counts_[one.asset];
    const bool affected = one.exposure == Exposure::affected;
    count.affected += affected ? 1U : 0U;
    count.exploited += affected && one.kev != nullptr ? 1U : 0U;
    count.unsure += one.open() && !affected ? 1U : 0U;
  }
}

std::string PatchStatus::of(std::string_view asset) const {
  const auto found = counts_.find(asset);
  if (found == counts_.end()) {
    return {};
  }
  const Count& count = found->second;
  if (count.affected > 0) {
    return "update needed: " + weaknesses(count.affected) + " known" +
           (count.exploited == 0
                ? std::string{}
                : ", " + std::to_string(count.exploited) + " known to be exploited");
  }
  return count.unsure > 0 ? "cannot be told: " + weaknesses(count.unsure) + " may apply"
                          : "no known weakness applies";
}

}  // namespace prahari
