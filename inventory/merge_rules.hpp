// What the rules about merging share: the candidates, what speaks against two of them being one
// device, and what was found. A false merge hides a device, and two rows for one hide nothing: so
// each rule asks for more than one sign, and says what stood against a merge that it did not make.
//
// Whatever a device says of itself, another can say, too. So what it says merges only interfaces
// that look like those of one device and were there together from the start: whoever comes later
// with a known serial number is told apart, and a person may say that it is the same.

#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/merge.hpp"

namespace prahari::merging {

inline constexpr std::uint8_t kByDevice = 90;  // confidence of what a device itself told
inline constexpr std::chrono::hours kAtOnce{24};
inline constexpr std::size_t kMostInterfaces = 4;  // of one device that tell the same of themselves

// Two assets, by their place among the candidates, and what was found of them.
struct Found {
  std::size_t a = 0;
  std::size_t b = 0;
  bool apart = false;
  std::string reason;
  Timestamp time;
  PacketRef packet;
};

struct Findings {
  std::vector<Found> list;
  std::set<std::size_t> chassis;  // whose MAC is that of a device, as its ports say

  void add(std::size_t a, std::size_t b, std::string reason, const Fact& fact, bool apart = false) {
    list.push_back({a, b, apart, std::move(reason), fact.first, fact.packet});
  }
  // Merged unless something stands against it.
  void judge(std::size_t a, std::size_t b, const std::string& reason, const std::string& against,
             const Fact& fact) {
    add(a, b, against.empty() ? reason : reason + ", but " + against, fact, !against.empty());
  }
};

// Letters and digits, in lower case.
[[nodiscard]] std::string core(std::string_view text);
[[nodiscard]] std::uint64_t number_of(const MacAddress& mac) noexcept;

// Whether the fact is about the device and no part behind it.
[[nodiscard]] bool of_device(const Fact& fact) noexcept;

class Candidates {
 public:
  // What is found must not depend on the order in which they come.
  explicit Candidates(std::span<const MergeCandidate> candidates);

  [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }
  [[nodiscard]] const MergeCandidate& at(std::size_t place) const noexcept { return list_[place]; }
  [[nodiscard]] const Asset& asset(std::size_t place) const noexcept { return *list_[place].asset; }
  [[nodiscard]] std::optional<std::size_t> of_mac(const MacAddress& mac) const;

  // Calls visit(place, fact) for each fact of this field and confidence of a device itself.
  template <class Visit>
  void each_fact(Identity::Field field, int least, const Visit& visit) const {
    for (std::size_t i = 0; i < list_.size(); ++i) {
      for (const Fact& fact : asset(i).facts) {
        if (fact.field == field && fact.confidence >= least && of_device(fact)) {
          visit(i, fact);
        }
      }
    }
  }

 private:
  std::vector<MergeCandidate> list_;  // by key
  std::map<std::uint64_t, std::size_t> by_mac_;
};

// What speaks against two interfaces of one device; empty: nothing does. Of an asset that is known
// by its address only, nothing is said.
[[nodiscard]] std::string against_one_device(const MergeCandidate& a, const MergeCandidate& b);
// What one source says of both in different words; empty: nothing.
[[nodiscard]] std::string difference(const Asset& a, const Asset& b);

// The rules, one a file.
void find_same_serial(const Candidates& candidates, Findings& out);
void find_told_macs(const Candidates& candidates, Findings& out);
void find_ports_by_name(const Candidates& candidates, Findings& out);
void find_shared_addresses(const Candidates& candidates, Findings& out);
void find_changing_macs(const Candidates& candidates, Findings& out);

}  // namespace prahari::merging
