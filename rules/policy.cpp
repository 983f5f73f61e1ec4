#include "rules/policy.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "rules/allow_match.hpp"
#include "rules/conduit_table.hpp"
#include "rules/detector.hpp"
#include "rules/member.hpp"
#include "rules/site_names.hpp"

namespace prahari {
namespace {

// One end of an [[ignore]] or [[permit]].
struct End {
  bool any = true;
  std::optional<ZoneIndex> zone;
  std::optional<Member> member;
};

struct ZoneMember {
  const Member* member;
  ZoneIndex zone;
  int line;
};

struct ExceptionParts {
  End from;
  End to;
  std::vector<CompiledAllow> allow;
};

// Most specific first; among equals the order of the file.
template <class Items, class MemberOf>
void sort_by_specificity(Items& items, MemberOf member_of) {
  std::ranges::stable_sort(items, [&](const auto& a, const auto& b) {
    return specificity(member_of(a)) > specificity(member_of(b));
  });
}

HostKey key_of(const Party& party) noexcept {
  return {.ip = party.ip, .mac = party.mac, .vlan = party.vlan};
}

}  // namespace

class Policy::Impl {
 public:
  explicit Impl(Site from) : site(std::move(from)), conduits(site) {
    for (std::size_t i = 0; i < site.zones.size(); ++i) {
      const Zone& zone = site.zones[i];
      for (std::size_t m = 0; m < zone.members.size(); ++m) {
        const int line = m < zone.member_lines.size() ? zone.member_lines[m] : zone.line;
        members.push_back({&zone.members[m], static_cast<ZoneIndex>(i + 1), line});
      }
    }
    sort_by_specificity(members,
                        [](const ZoneMember& item) -> const Member& { return *item.member; });
    for (const SiteAsset& asset : site.assets) {
      assets.push_back(&asset);
    }
    sort_by_specificity(assets, [](const SiteAsset* asset) { return asset->match; });
    for (const Ignore& ignore : site.ignores) {
      ignore_ends.emplace_back(end_of(ignore.from), end_of(ignore.to));
    }
    for (const Permit& permit : site.permits) {
      permit_ends.emplace_back(end_of(permit.from), end_of(permit.to));
    }
    for (const Exception& exception : site.exceptions) {
      ExceptionParts& parts = exceptions.emplace_back();
      parts.from = end_of(exception.from);
      parts.to = end_of(exception.to);
      std::ranges::transform(exception.allow, std::back_inserter(parts.allow), compile);
    }
  }

  [[nodiscard]] const SiteAsset* asset_of(const HostKey& host) const noexcept {
    const auto found = std::ranges::find_if(
        assets, [&](const SiteAsset* asset) { return matches(asset->match, host); });
    return found == assets.end() ? nullptr : *found;
  }

  [[nodiscard]] bool holds(const Member& member, const HostKey& host) const noexcept {
    const auto* tag = std::get_if<TagMember>(&member);
    if (tag == nullptr) {
      return matches(member, host);
    }
    const SiteAsset* asset = asset_of(host);
    return asset != nullptr && std::ranges::find(asset->tags, tag->tag) != asset->tags.end();
  }

  [[nodiscard]] const ZoneMember* member_of(const HostKey& host) const noexcept {
    const auto found = std::ranges::find_if(
        members, [&](const ZoneMember& item) { return holds(*item.member, host); });
    return found == members.end() ? nullptr : &*found;
  }

  [[nodiscard]] ZoneIndex zone_of(const HostKey& host) const noexcept {
    const ZoneMember* member = member_of(host);
    return member == nullptr ? ZoneIndex{0} : member->zone;
  }

  [[nodiscard]] bool at(const End& end, const HostKey& host) const noexcept {
    return end.any || (end.member && holds(*end.member, host)) ||
           (end.zone && (!host.ip.empty() || !host.mac.empty()) && *end.zone == zone_of(host));
  }

  Site site;
  ConduitTable conduits;
  std::vector<ZoneMember> members;
  std::vector<const SiteAsset*> assets;
  std::vector<std::pair<End, End>> ignore_ends;  // as site.ignores
  std::vector<std::pair<End, End>> permit_ends;
  std::vector<ExceptionParts> exceptions;  // as site.exceptions

  [[nodiscard]] End end_of(std::string_view name) const {
    if (name.empty()) {
      return {};
    }
    End end{.any = false, .zone = {}, .member = {}};
    const auto zone = std::ranges::find(site.zones, name, &Zone::name);
    const auto asset = std::ranges::find(site.assets, name, &SiteAsset::name);
    if (name == kUnassigned) {
      end.zone = ZoneIndex{0};
    } else if (zone != site.zones.end()) {
      end.zone = static_cast<ZoneIndex>(zone - site.zones.begin() + 1);
    } else if (asset != site.assets.end()) {
      end.member = asset->match;
    } else if (const auto member = parse_member(name); std::holds_alternative<Member>(member)) {
      end.member = std::get<Member>(member);
    }
    return end;
  }
};

Policy::Policy(Site site) : impl_(std::make_unique<Impl>(std::move(site))) {}
Policy::~Policy() = default;

const Site& Policy::site() const noexcept { return impl_->site; }
bool Policy::has_zones() const noexcept { return !impl_->site.zones.empty(); }
ZoneIndex Policy::zone_of(const HostKey& host) const noexcept { return impl_->zone_of(host); }

std::string_view Policy::zone_name(ZoneIndex zone) const noexcept {
  return zone == 0 ? kUnassigned : std::string_view{impl_->site.zones[zone - 1U].name};
}

double Policy::level(ZoneIndex zone) const noexcept {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  return zone == 0 ? kUnknown : impl_->site.zones[zone - 1U].level.value_or(kUnknown);
}

Verdict Policy::judge(ZoneIndex from, ZoneIndex to, const Request& request) const noexcept {
  return impl_->conduits.judge(from, to, request);
}

std::vector<ConsideredEntry> Policy::consider(ZoneIndex from, ZoneIndex to,
                                              const Request& request) const {
  return impl_->conduits.consider(from, to, request);
}

Membership Policy::membership(const HostKey& host) const noexcept {
  const ZoneMember* found = impl_->member_of(host);
  return found == nullptr ? Membership{}
                          : Membership{found->zone, found->member, found->line,
                                       impl_->site.zones[found->zone - 1U].file};
}

bool Policy::may_except(const HostKey& from, const HostKey& to) const noexcept {
  return std::ranges::any_of(impl_->exceptions, [&](const ExceptionParts& parts) {
    return impl_->at(parts.from, from) && impl_->at(parts.to, to);
  });
}

Policy::Excepted Policy::excepted(const HostKey& from, const HostKey& to,
                                  const Request& request) const noexcept {
  Excepted found;
  for (std::size_t i = 0; i < impl_->exceptions.size() && found.holds == nullptr; ++i) {
    const ExceptionParts& parts = impl_->exceptions[i];
    if (!impl_->at(parts.from, from) || !impl_->at(parts.to, to) ||
        std::ranges::none_of(parts.allow, [&](const CompiledAllow& entry) {
          return entry.names(request) && within(entry.allow->targets, request.target);
        })) {
      continue;
    }
    const Exception& exception = impl_->site.exceptions[i];
    (request.time < exception.until ? found.holds : found.over) = &exception;
  }
  return found;
}

bool Policy::excepts_protocol(const HostKey& from, const HostKey& to, Protocol protocol,
                              Timestamp now) const noexcept {
  for (std::size_t i = 0; i < impl_->exceptions.size(); ++i) {
    const ExceptionParts& parts = impl_->exceptions[i];
    if (now < impl_->site.exceptions[i].until && impl_->at(parts.from, from) &&
        impl_->at(parts.to, to) &&
        std::ranges::any_of(parts.allow, [&](const CompiledAllow& entry) {
          return entry.names_protocol(protocol);
        })) {
      return true;
    }
  }
  return false;
}

bool Policy::at(std::string_view end, const HostKey& host) const {
  return impl_->at(impl_->end_of(end), host);
}

bool Policy::names_protocol(ZoneIndex from, ZoneIndex to, Protocol protocol) const noexcept {
  return impl_->conduits.names_protocol(from, to, protocol);
}

bool Policy::names_any_decoded(ZoneIndex from, ZoneIndex to) const noexcept {
  return impl_->conduits.names_any_decoded(from, to);
}

bool Policy::is_off(std::string_view kind, ZoneIndex zone) const noexcept {
  if (zone == 0) {
    return false;
  }
  const std::vector<std::string>& off = impl_->site.zones[zone - 1U].off;
  return std::ranges::find(off, kind) != off.end();
}

double Policy::threshold(std::string_view kind, const Threshold& threshold,
                         ZoneIndex zone) const noexcept {
  const auto setting_in = [&](const std::vector<ThresholdSetting>& settings) {
    const auto found = std::ranges::find_if(settings, [&](const ThresholdSetting& setting) {
      return setting.kind == kind && setting.name == threshold.name;
    });
    return found == settings.end() ? nullptr : &*found;
  };
  const ThresholdSetting* setting =
      zone == 0 ? nullptr : setting_in(impl_->site.zones[zone - 1U].thresholds);
  if (setting == nullptr) {
    setting = setting_in(impl_->site.thresholds);
  }
  return setting == nullptr ? threshold.value : setting->value;
}

const SiteAsset* Policy::asset_of(const HostKey& host) const noexcept {
  return impl_->asset_of(host);
}

bool Policy::has_tag(const HostKey& host, std::string_view tag) const noexcept {
  const SiteAsset* asset = asset_of(host);
  return asset != nullptr && std::ranges::find(asset->tags, tag) != asset->tags.end();
}

bool Policy::tag_in_use(std::string_view tag) const noexcept {
  return std::ranges::any_of(impl_->assets, [&](const SiteAsset* asset) {
    return std::ranges::find(asset->tags, tag) != asset->tags.end();
  });
}

const Ignore* Policy::ignored(const Finding& finding, Timestamp now) const noexcept {
  const std::vector<Ignore>& ignores = impl_->site.ignores;
  for (std::size_t i = 0; i < ignores.size(); ++i) {
    const auto& [from, to] = impl_->ignore_ends[i];
    if (ignores[i].kind == finding.kind && (!ignores[i].until || now < *ignores[i].until) &&
        impl_->at(from, key_of(finding.source)) && impl_->at(to, key_of(finding.destination))) {
      return &ignores[i];
    }
  }
  return nullptr;
}

const Permit* Policy::permitted(const HostKey& from, const HostKey& to, Operation operation,
                                Timestamp now) const noexcept {
  const std::vector<Permit>& permits = impl_->site.permits;
  const bool unknown = from.ip.empty() && from.mac.empty();
  for (std::size_t i = 0; i < permits.size(); ++i) {
    const Permit& permit = permits[i];
    const auto& [source, destination] = impl_->permit_ends[i];
    if (permit.valid_from <= now && now < permit.valid_to &&
        std::ranges::find(permit.allow, operation) != permit.allow.end() &&
        (unknown || impl_->at(source, from)) && impl_->at(destination, to)) {
      return &permit;
    }
  }
  return nullptr;
}

}  // namespace prahari
