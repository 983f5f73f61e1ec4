#include "rules/baseline_choice.hpp"

#include <algorithm>

#include "rules/wording.hpp"

namespace prahari {
namespace {

const Baseline* named(std::span<const Baseline* const> approved, std::string_view name) {
  const auto found =
      std::ranges::find_if(approved, [&](const Baseline* one) { return one->data().name == name; });
  return found == approved.end() ? nullptr : *found;
}

}  // namespace

void BaselineChoice::approve(std::span<const Baseline* const> approved) {
  approved_.assign(approved.begin(), approved.end());
  usual_ = named(approved_, kUsualBaseline);
  shifts_.clear();
  for (const BaselineShift& entry : policy_.site().shifts) {
    if (const Baseline* baseline = named(approved_, entry.name)) {
      shifts_.push_back({&entry, baseline});
    }
  }
  minute_ = Minute::min();
  active_.clear();
}

ZoneIndex BaselineChoice::zone_of(const HostKey& client, const HostKey& server) const noexcept {
  const ZoneIndex zone = policy_.zone_of(server);
  return zone == 0 ? policy_.zone_of(client) : zone;
}

void BaselineChoice::set_time(Timestamp now) {
  const Minute minute = std::chrono::floor<std::chrono::minutes>(now);
  if (shifts_.empty() || minute == minute_) {
    return;
  }
  minute_ = minute;
  active_.clear();
  // Zone 0 is what no zone names.
  for (std::size_t zone = 0; zone <= policy_.site().zones.size(); ++zone) {
    active_.push_back(choose(static_cast<ZoneIndex>(zone)));
  }
}

const Baseline* BaselineChoice::at(ZoneIndex zone) const noexcept {
  return zone < active_.size() ? active_[zone] : usual_;
}

const Baseline* BaselineChoice::choose(ZoneIndex zone) const {
  const std::string_view name = policy_.zone_name(zone);
  for (const Shift& shift : shifts_) {
    const bool here = shift.entry->zones.empty() ||
                      std::ranges::find(shift.entry->zones, name) != shift.entry->zones.end();
    if (here && shift.entry->schedule.holds_at(minute_, policy_.site().timezone)) {
      return shift.baseline;
    }
  }
  return usual_;
}

std::vector<std::string> missing_baselines(const Site& site,
                                           std::span<const Baseline* const> approved) {
  std::vector<std::string> lines;
  for (const BaselineShift& shift : site.shifts) {
    if (named(approved, shift.name) == nullptr) {
      lines.push_back(site.file_of(shift.file) + ':' + std::to_string(shift.line) +
                      ": no baseline " + in_quotes(shift.name) + " is approved; " +
                      std::string{kUsualBaseline} + " holds at its hours, too");
    }
  }
  return lines;
}

}  // namespace prahari
