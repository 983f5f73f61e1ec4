#include "alerts/actors.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "alerts/case_words.hpp"
#include "alerts/summary_text.hpp"

namespace prahari {
namespace {

Deed& deed_of(Actor& actor, const Alert& alert) {
  const std::string_view title = alert_title(alert);
  const auto found = std::find_if(actor.deeds.begin(), actor.deeds.end(),
                                  [&](const Deed& deed) { return deed.title == title; });
  if (found != actor.deeds.end()) {
    return *found;
  }
  Deed& deed = actor.deeds.emplace_back();
  deed.title = title;
  deed.first = alert.first_seen;
  deed.last = alert.last_seen;
  deed.alert = alert.id;
  deed.worst = alert.finding.severity;
  return deed;
}

void add(Actor& actor, const Alert& alert, const AlertContext& context) {
  const Finding& finding = alert.finding;
  ++actor.alerts;
  actor.did = actor.did || !is_suffered(alert);
  actor.severe += finding.severity >= Severity::high ? 1U : 0U;
  actor.worst = std::max(actor.worst, finding.severity);
  Deed& deed = deed_of(actor, alert);
  deed.worst = std::max(deed.worst, finding.severity);
  deed.times += alert.count;
  deed.first = std::min(deed.first, alert.first_seen);
  deed.last = std::max(deed.last, alert.last_seen);
  if (!finding.destination.ip.empty() || !finding.destination.mac.empty()) {
    const std::string target =
        party_label(finding.destination, context.network.host(alert.destination_asset));
    if (std::find(deed.targets.begin(), deed.targets.end(), target) == deed.targets.end()) {
      deed.targets.push_back(target);
    }
  }
}

}  // namespace

std::vector<Actor> actors_behind(std::span<const Alert> alerts, const AlertContext& context) {
  std::map<std::string, std::size_t> places;
  std::vector<Actor> actors;
  for (const Alert* alert : by_weight(alerts)) {
    const Party& source = alert->finding.source;
    if (source.ip.empty() && source.mac.empty()) {
      continue;
    }
    const HostView* host = context.network.host(alert->source_asset);
    const std::string label = party_label(source, host);
    const auto [at, fresh] =
        places.emplace(host == nullptr ? label : alert->source_asset, actors.size());
    if (fresh) {
      actors.push_back({label, host, {}, 0, 0, {}, false});
    }
    add(actors[at->second], *alert, context);
  }
  for (Actor& actor : actors) {
    std::stable_sort(actor.deeds.begin(), actor.deeds.end(), [](const Deed& a, const Deed& b) {
      return std::tie(b.worst, a.first) < std::tie(a.worst, b.first);
    });
  }
  std::stable_sort(actors.begin(), actors.end(), [](const Actor& a, const Actor& b) {
    return std::tie(b.worst, b.severe, b.alerts) < std::tie(a.worst, a.severe, a.alerts);
  });
  return actors;
}

}  // namespace prahari
