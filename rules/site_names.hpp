// The parts of a site file that point at something: names of zones and assets, and points in time.

#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "rules/section.hpp"
#include "rules/site.hpp"
#include "rules/timezone.hpp"

namespace prahari {

inline constexpr std::string_view kUnassigned = "unassigned";  // zone of what no zone names

// What zones and assets are called. Looks at a site as it is now, and must not outlive it.
class SiteNames {
 public:
  explicit SiteNames(const Site& site);

  [[nodiscard]] bool has_zone(std::string_view name) const { return zones_.contains(name); }
  [[nodiscard]] bool has(std::string_view name) const {
    return has_zone(name) || assets_.contains(name);
  }
  // For a hint; in the order of the file.
  [[nodiscard]] std::vector<std::string_view> zones() const;
  [[nodiscard]] std::vector<std::string_view> all() const;

 private:
  const Site& site_;
  std::unordered_set<std::string_view> zones_;
  std::unordered_set<std::string_view> assets_;
};

// A conduit's end: a zone or "unassigned". An empty name was reported already.
void check_zone(Section& section, std::string_view key, const std::string& name,
                const SiteNames& names);

// What is wrong with a text that should name a zone, and what to write instead; empty: nothing.
[[nodiscard]] std::string unknown_zone(const std::string& name, const SiteNames& names);

// The end of an ignore or permit: zone, asset, or any member text.
void check_end(Section& section, std::string_view key, const std::string& name,
               const SiteNames& names);

// The key `until`: a date (its whole day counts, in the site's time zone) or a date with a time.
std::optional<Timestamp> read_until(Section& section, Section::Need need, const Timezone& timezone,
                                    std::string& text);

// The key `valid`: two instants, each with its offset.
void read_valid(Section& section, Permit& permit);

// One entry of a permit's `allow`: a class, or "*" for all.
void add_operation(Section& section, const std::string& text, const Place& place,
                   const std::string& key, Permit& permit);

}  // namespace prahari
