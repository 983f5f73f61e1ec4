#include "alerts/cases.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "alerts/case_words.hpp"
#include "capture/sha256.hpp"

namespace prahari {
namespace {

constexpr std::chrono::hours kGap{4};        // of quiet, which ends what a source did
constexpr std::chrono::hours kLongest{168};  // a case
constexpr std::chrono::minutes kEffect{30};  // within which a device shows what was done to it
constexpr std::size_t kTargetsNamed = 10;
constexpr std::size_t kNoRun = static_cast<std::size_t>(-1);
constexpr std::ptrdiff_t kLookBack = 256;  // deeds against one device, for what it suffered

enum class Part : std::uint8_t { none, deed, effect };

template <std::size_t N>
bool one_of(std::string_view kind, const std::array<std::string_view, N>& kinds) noexcept {
  return std::ranges::find(kinds, kind) != kinds.end();
}

bool names_a_host(const Party& party) noexcept {
  if (party.ip.empty()) {
    return !party.mac.empty() && !party.mac.group();
  }
  return !party.ip.multicast() && !party.ip.broadcast() && !party.ip.unspecified();
}

Part part_of(const Alert& alert) noexcept {
  constexpr std::array<std::string_view, 2> kNever = {"sensor-blind", "opcua-certificate"};
  const Finding& finding = alert.finding;
  const bool posture = finding.certin == CertInClass::posture && !finding.has_operation;
  if (posture || one_of(finding.kind, kNever)) {
    return Part::none;
  }
  if (is_suffered(alert) || !names_a_host(finding.source)) {
    return names_a_host(finding.destination) ? Part::effect : Part::none;
  }
  return Part::deed;
}

// Sessions by which somebody gets onto a host and acts from there.
bool enters(const Alert& alert) noexcept {
  constexpr std::array<std::string_view, 3> kKinds = {"remote-access", "it-attack-in-ot",
                                                      "internet-exposure"};
  const Finding& finding = alert.finding;
  return one_of(finding.kind, kKinds) && finding.transport == "tcp" &&
         finding.outcome != Outcome::failure && finding.state != Completeness::one_way &&
         !alert.destination_asset.empty();
}

bool earlier(const Alert* a, const Alert* b) noexcept {
  return std::tie(a->first_seen, a->id) < std::tie(b->first_seen, b->id);
}

// What one source did without a long pause.
struct Run {
  std::string asset;  // of the source; empty: it is none
  std::vector<const Alert*> deeds;
  Timestamp last;
  std::size_t into = kNoRun;  // the run that entered this one's source
};

class Joiner {
 public:
  Joiner(std::vector<const Alert*> alerts, const AlertContext& context)
      : alerts_(std::move(alerts)), context_(context) {
    std::sort(alerts_.begin(), alerts_.end(), earlier);
  }

  CaseBook join() {
    find_entries();
    find_runs();
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      link(i);
    }
    gather();
    add_effects();
    return describe();
  }

 private:
  struct Group {
    std::vector<const Alert*> deeds;
    std::vector<const Alert*> effects;
  };

  [[nodiscard]] bool is_router(const MacAddress& mac) {
    if (!routers_) {
      routers_.emplace();
      for (const HostView& host : context_.network.hosts) {
        if (host.has_role("router")) {
          routers_->insert(host.mac);
        }
      }
    }
    return routers_->contains(to_string(mac));
  }

  [[nodiscard]] std::string source_key(const Alert& alert) {
    const Party& source = alert.finding.source;
    if (alert.source_asset.empty()) {
      return (source.ip.empty() ? to_string(source.mac) : to_string(source.ip)) + ' ' +
             std::to_string(source.vlan.count == 0 ? 0 : source.vlan.ids[0]);
    }
    const HostView* host = context_.network.host(alert.source_asset);
    const bool strange = host != nullptr && !host->mac.empty() && !source.mac.empty() &&
                         host->mac != to_string(source.mac) && !is_router(source.mac);
    return alert.source_asset + (strange ? ' ' + to_string(source.mac) : std::string{});
  }

  [[nodiscard]] bool can_be_a_stone(const std::string& asset) const {
    const HostView* host = context_.network.host(asset);
    return host == nullptr ||
           !(host->has_role("router") || host->has_role("gateway") || host->has_tag("gateway"));
  }

  void find_entries() {
    for (const Alert* alert : alerts_) {
      if (part_of(*alert) == Part::deed && enters(*alert) &&
          alert->source_asset != alert->destination_asset &&
          can_be_a_stone(alert->destination_asset)) {
        entries_[alert->destination_asset].push_back(alert);
      }
    }
  }

  // The latest entry into the asset before that time; null: none.
  [[nodiscard]] const Alert* entry_before(const std::string& asset, Timestamp until) const {
    const auto found = asset.empty() ? entries_.end() : entries_.find(asset);
    if (found == entries_.end()) {
      return nullptr;
    }
    const auto after =
        std::lower_bound(found->second.begin(), found->second.end(), until,
                         [](const Alert* alert, Timestamp t) { return alert->first_seen < t; });
    return after == found->second.begin() ? nullptr : *std::prev(after);
  }

  void find_runs() {
    std::map<std::string, std::size_t> open;
    for (const Alert* alert : alerts_) {
      if (part_of(*alert) != Part::deed) {
        continue;
      }
      const auto [at, fresh] = open.try_emplace(source_key(*alert), runs_.size());
      const bool over = !fresh && is_over(runs_[at->second], *alert);
      if (over) {
        at->second = runs_.size();
      }
      if (fresh || over) {
        runs_.push_back({alert->source_asset, {}, alert->last_seen, kNoRun});
      }
      Run& run = runs_[at->second];
      run.deeds.push_back(alert);
      run.last = std::max(run.last, alert->last_seen);
      run_of_.emplace(alert, at->second);
    }
  }

  // A way in begins the source's deeds anew: those before it were somebody else's.
  [[nodiscard]] bool is_over(const Run& run, const Alert& next) const {
    const Alert* entry = entry_before(run.asset, next.first_seen);
    return next.first_seen - run.last > kGap ||
           next.first_seen - run.deeds.front()->first_seen > kLongest ||
           (entry != nullptr && entry->first_seen > run.deeds.back()->first_seen);
  }

  // The latest way into the source before its first deed. Times only fall on the way up, so there
  // are no circles.
  void link(std::size_t at) {
    Run& run = runs_[at];
    const Timestamp began = run.deeds.front()->first_seen;
    const Alert* entry = entry_before(run.asset, began);
    if (entry != nullptr && began - entry->last_seen <= kGap) {
      run.into = run_of_.at(entry);
    }
  }

  [[nodiscard]] std::size_t root_of(std::size_t at) const {
    while (runs_[at].into != kNoRun) {
      at = runs_[at].into;
    }
    return at;
  }

  void gather() {
    groups_.resize(runs_.size());
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      Group& group = groups_[root_of(i)];
      group.deeds.insert(group.deeds.end(), runs_[i].deeds.begin(), runs_[i].deeds.end());
    }
    for (Group& group : groups_) {
      std::sort(group.deeds.begin(), group.deeds.end(), earlier);
    }
  }

  using Changes = std::vector<std::pair<const Alert*, std::size_t>>;  // with its group

  // What a device suffered goes to whoever changed it last.
  void add_effects() {
    std::map<std::string, Changes> changes;
    for (const Alert* alert : alerts_) {
      const auto run = run_of_.find(alert);
      if (run != run_of_.end() && is_impact(*alert) && !alert->destination_asset.empty()) {
        changes[alert->destination_asset].emplace_back(alert, root_of(run->second));
      }
    }
    for (const Alert* alert : alerts_) {
      const auto found = changes.find(alert->destination_asset);
      if (part_of(*alert) == Part::effect && found != changes.end()) {
        if (const std::size_t group = cause_of(*alert, found->second); group != kNoRun) {
          groups_[group].effects.push_back(alert);
        }
      }
    }
  }

  [[nodiscard]] static std::size_t cause_of(const Alert& effect, const Changes& changes) {
    auto at = std::upper_bound(
        changes.begin(), changes.end(), effect.first_seen,
        [](Timestamp t, const auto& change) { return t < change.first->first_seen; });
    const auto stop = at - std::min<std::ptrdiff_t>(at - changes.begin(), kLookBack);
    while (at != stop) {
      --at;
      if (effect.first_seen - at->first->last_seen <= kEffect) {
        return at->second;
      }
    }
    return kNoRun;
  }

  CaseBook describe() const {
    CaseBook book;
    for (const Group& group : groups_) {
      const auto serious = std::ranges::count_if(
          group.deeds, [](const Alert* alert) { return alert->finding.severity > Severity::info; });
      if (serious < 2) {
        continue;
      }
      Case made = make_case(group);
      for (const auto* alerts : {&group.deeds, &group.effects}) {
        for (const Alert* alert : *alerts) {
          book.of_alert.emplace(alert->id, made.id);
        }
      }
      book.cases.push_back(std::move(made));
    }
    std::sort(book.cases.begin(), book.cases.end(), [](const Case& a, const Case& b) {
      return std::tie(a.first_seen, a.id) < std::tie(b.first_seen, b.id);
    });
    return book;
  }

  [[nodiscard]] Case make_case(const Group& group) const {
    Case out;
    out.first = group.deeds.front();
    Sha256 sum;
    sum.update(std::as_bytes(std::span<const char>(out.first->id)));
    out.id = "case-" + sum.finish().substr(0, 16);
    out.source =
        party_label(out.first->finding.source, context_.network.host(out.first->source_asset));
    out.title = case_title(group.deeds, context_.network);
    out.first_seen = out.first->first_seen;
    out.last_seen = out.first->last_seen;
    judge(out, group.deeds);
    std::set<std::string> targets;
    for (const Alert* alert : group.deeds) {
      add_step(out, *alert, false);
      targets.insert(target_text(*alert, context_.network));
    }
    for (const Alert* alert : group.effects) {
      add_step(out, *alert, true);
    }
    targets.erase(std::string{});
    out.target_count = targets.size();
    for (auto at = targets.begin(); at != targets.end() && out.targets.size() < kTargetsNamed;
         ++at) {
      out.targets.push_back(*at);
    }
    arrange(out);
    return out;
  }

  // The worst of its steps; one more where it got from looking to acting.
  static void judge(Case& out, const std::vector<const Alert*>& deeds) {
    out.severity = Severity::info;
    bool looked = false;
    bool acted = false;
    for (const Alert* alert : deeds) {
      out.severity = std::max(out.severity, alert->finding.severity);
      if (alert->finding.severity > Severity::info) {
        acted = acted || (looked && is_impact(*alert));
        looked = looked || is_recon(*alert);
      }
    }
    if (acted && out.severity < Severity::critical) {
      out.severity = static_cast<Severity>(static_cast<int>(out.severity) + 1);
      out.raised = true;
    }
  }

  void add_step(Case& out, const Alert& alert, bool consequence) const {
    ++out.alerts;
    out.last_seen = std::max(out.last_seen, alert.last_seen);
    const std::string_view tactic = tactic_of(alert, context_.attack);
    out.steps.push_back(
        {&alert, tactic, technique_of(alert, tactic, context_.attack), consequence});
  }

  static void arrange(Case& out) {
    if (out.steps.size() > Case::kMaxSteps) {
      std::stable_sort(out.steps.begin(), out.steps.end(),
                       [](const CaseStep& a, const CaseStep& b) {
                         return a.alert->finding.severity > b.alert->finding.severity;
                       });
      out.steps.resize(Case::kMaxSteps);
    }
    std::sort(out.steps.begin(), out.steps.end(), [](const CaseStep& a, const CaseStep& b) {
      return std::make_tuple(tactic_rank(a.tactic), a.alert->first_seen,
                             std::string_view{a.alert->id}) <
             std::make_tuple(tactic_rank(b.tactic), b.alert->first_seen,
                             std::string_view{b.alert->id});
    });
  }

  std::vector<const Alert*> alerts_;
  const AlertContext& context_;
  std::optional<std::set<std::string>> routers_;
  std::map<std::string, std::vector<const Alert*>, std::less<>> entries_;  // by what was entered
  std::vector<Run> runs_;
  std::unordered_map<const Alert*, std::size_t> run_of_;  // of every deed
  std::vector<Group> groups_;                             // by the run at their root
};

}  // namespace

CaseBook build_cases(std::vector<const Alert*> alerts, const AlertContext& context) {
  return Joiner(std::move(alerts), context).join();
}

CaseBook build_cases(std::span<const Alert> alerts, const AlertContext& context) {
  std::vector<const Alert*> pointers;
  pointers.reserve(alerts.size());
  for (const Alert& alert : alerts) {
    pointers.push_back(&alert);
  }
  return build_cases(std::move(pointers), context);
}

std::vector<const Case*> by_weight(std::span<const Case> cases) {
  std::vector<const Case*> order;
  order.reserve(cases.size());
  for (const Case& entry : cases) {
    order.push_back(&entry);
  }
  std::stable_sort(order.begin(), order.end(), [](const Case* a, const Case* b) {
    return a->severity != b->severity ? a->severity > b->severity : a->alerts > b->alerts;
  });
  return order;
}

}  // namespace prahari
