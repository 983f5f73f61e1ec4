// Which assets are one device, as far as the traffic shows it: runs the rules, and puts together
// what each of them found.

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "inventory/merge_rules.hpp"

namespace prahari {
namespace {

using merging::Found;

class Finder {
 public:
  explicit Finder(std::span<const MergeCandidate> candidates) : candidates_(candidates) {}

  std::vector<MergeNote> run() {
    merging::find_same_serial(candidates_, findings_);
    merging::find_told_macs(candidates_, findings_);
    merging::find_ports_by_name(candidates_, findings_);
    merging::find_shared_addresses(candidates_, findings_);
    merging::find_changing_macs(candidates_, findings_);
    return notes();
  }

 private:
  // Who stands for a device: its own MAC rather than that of a port, the maker's MAC rather than
  // one made up; of made-up ones the first.
  [[nodiscard]] auto rank(std::size_t at) const {
    const MergeCandidate& one = candidates_.at(at);
    const bool local = one.by_mac && one.asset->mac.locally_administered();
    return std::tuple{one.shared && !one.by_mac,
                      !findings_.chassis.contains(at),
                      !one.by_mac,
                      local,
                      local ? one.asset->first_seen : Timestamp{},
                      std::string_view{one.asset->key}};
  }

  std::size_t top(std::size_t at) {
    while (parent_[at] != at) {
      parent_[at] = parent_[parent_[at]];
      at = parent_[at];
    }
    return at;
  }

  std::vector<MergeNote> notes() {
    if (findings_.list.empty()) {
      return {};
    }
    std::ranges::sort(findings_.list, {}, [this](const Found& one) {
      return std::tuple{one.apart, std::string_view{candidates_.asset(one.a).key},
                        std::string_view{candidates_.asset(one.b).key},
                        std::string_view{one.reason}};
    });
    parent_.resize(candidates_.size());
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    std::map<std::size_t, const Found*> why;  // of each that is in a group: what brought it there
    for (const Found& one : findings_.list) {
      if (one.apart || top(one.a) == top(one.b)) {
        continue;
      }
      const std::size_t a = top(one.a);
      const std::size_t b = top(one.b);
      parent_[rank(b) < rank(a) ? a : b] = rank(b) < rank(a) ? b : a;
      why.emplace(one.b, &one);
      why.emplace(one.a, &one);
    }
    std::vector<MergeNote> out;
    for (const auto& [part, one] : why) {
      if (top(part) != part) {
        out.push_back(note(top(part), part, *one));
      }
    }
    for (const Found& one : findings_.list) {
      if (one.apart && top(one.a) != top(one.b)) {
        out.push_back(note(top(one.a), one.b, one));
      }
    }
    std::ranges::sort(out, {}, [](const MergeNote& one) {
      return std::tuple{one.apart, std::string_view{one.row}, std::string_view{one.part},
                        std::string_view{one.reason}};
    });
    const auto twice = std::unique(out.begin(), out.end(), [](const auto& a, const auto& b) {
      return a.apart == b.apart && a.row == b.row && a.part == b.part;
    });
    out.erase(twice, out.end());
    return out;
  }

  [[nodiscard]] MergeNote note(std::size_t row, std::size_t part, const Found& one) const {
    const Asset& of = candidates_.asset(part);
    return {.row = candidates_.asset(row).id,
            .part = of.id,
            .apart = one.apart,
            .reason = one.reason,
            .who = {},
            .time = one.time,
            .packet = one.packet,
            .key = of.key,
            .mac = of.mac,
            .nic_vendor = of.nic_vendor};
  }

  merging::Candidates candidates_;
  merging::Findings findings_;
  std::vector<std::size_t> parent_;
};

}  // namespace

std::vector<MergeNote> find_merges(std::span<const MergeCandidate> candidates) {
  return Finder{candidates}.run();
}

}  // namespace prahari
