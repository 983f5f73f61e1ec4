// The conduits of a site, ready to be asked for every message.

#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "rules/allow_match.hpp"
#include "rules/policy.hpp"

namespace prahari {

class ConduitTable {
 public:
  // `site` must outlive the table; its conduits name known zones only.
  explicit ConduitTable(const Site& site);

  [[nodiscard]] Verdict judge(ZoneIndex from, ZoneIndex to, const Request& request) const noexcept;
  // What each entry between the zones says, in the order of the file.
  [[nodiscard]] std::vector<ConsideredEntry> consider(ZoneIndex from, ZoneIndex to,
                                                      const Request& request) const;
  [[nodiscard]] bool names_protocol(ZoneIndex from, ZoneIndex to, Protocol protocol) const noexcept;
  [[nodiscard]] bool names_any_decoded(ZoneIndex from, ZoneIndex to) const noexcept;

 private:
  // One `allow` entry of one conduit.
  struct Entry {
    CompiledAllow match;
    const Conduit* conduit = nullptr;
  };
  using Entries = std::vector<Entry>;

  [[nodiscard]] const Entries* between(ZoneIndex from, ZoneIndex to) const noexcept;
  [[nodiscard]] ConduitEntryVerdict look(const Entry& entry, const Request& request) const noexcept;

  const Timezone& timezone_;
  std::unordered_map<std::uint32_t, Entries> pairs_;  // never walked
};

}  // namespace prahari
