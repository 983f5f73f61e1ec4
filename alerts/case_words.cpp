#include "alerts/case_words.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace prahari {
namespace {

constexpr auto kMatrix = std::to_array<std::string_view>(
    {"Initial Access", "Execution", "Persistence", "Privilege Escalation", "Evasion", "Discovery",
     "Lateral Movement", "Collection", "Command and Control", "Inhibit Response Function",
     "Impair Process Control", "Impact"});

constexpr std::string_view kJoined = "joined the network";  // needs no target

// What a long title can do without, the first of them first.
constexpr auto kLightest = std::to_array<std::string_view>(
    {"connected to", "read from", "began to talk to", "used unprotected OPC UA with",
     "locked for editing", "gave orders to", "moved a program to or from",
     "sent malformed messages to", "showed another certificate to", "probed"});

// Of techniques that serve several tactics, the one that a kind stands for; and what its source
// did, in a word. An empty verb goes by the operation.
struct KindWords {
  std::string_view kind;
  std::string_view tactic;
  std::string_view verb;
};

constexpr auto kKindWords = std::to_array<KindWords>({
    {"conduit-violation", "", ""},
    {"program-download", "Lateral Movement", "loaded a program into"},
    {"controller-mode-change", "", ""},
    {"new-asset", "Initial Access", kJoined},
    {"new-talker", "Initial Access", "began to talk to"},
    {"new-operation", "", ""},
    {"write-outside-baseline", "Impair Process Control", "wrote to"},
    {"internet-exposure", "Initial Access", "connected across the Internet with"},
    {"remote-access", "Lateral Movement", "opened a remote session on"},
    {"identity-change", "Evasion", "changed the identity of"},
    {"opcua-insecure-session", "", "used unprotected OPC UA with"},
    {"opcua-certificate", "Collection", "showed another certificate to"},
    {"scan", "Discovery", "scanned"},
    {"address-conflict", "Collection", "took the address of"},
    {"program-upload", "Collection", "read the program of"},
    {"probing", "Discovery", "probed"},
    {"protocol-violation", "Inhibit Response Function", "sent malformed messages to"},
    {"cleartext-credentials", "Lateral Movement", "logged in readably at"},
    {"second-master", "Initial Access", "took over control of"},
    {"network-config-change", "Impair Process Control", "changed network settings of"},
    {"it-attack-in-ot", "Lateral Movement", "attacked"},
    {"alarm-suppression", "Inhibit Response Function", "suppressed diagnostics of"},
});

struct ClassWords {
  std::string_view tactic;
  std::string_view verb;
  std::string_view technique;
};

// By Operation.
constexpr std::array<ClassWords, kOperations> kClassWords = {{
    {"Discovery", "read the identification of", "T0888"},
    {"Collection", "read from", "T0801"},
    {"Impair Process Control", "wrote to", "T0855"},
    {"Execution", "gave orders to", "T0858"},
    {"Lateral Movement", "moved a program to or from", "T0843"},
    {"Impair Process Control", "changed settings of", "T0836"},
}};

struct TechniqueVerb {
  std::string_view technique;
  std::string_view verb;
};

// What a mode change was, by its primary technique.
constexpr auto kModeVerbs = std::to_array<TechniqueVerb>({
    {"T0816", "restarted"},
    {"T0858", "changed the mode of"},
    {"T0814", "silenced"},
    {"T0804", "silenced"},
    {"T0886", "locked for editing"},
    {"T0857", "loaded firmware into"},
    {"T0839", "loaded firmware into"},
});

const KindWords* words_of(std::string_view kind) noexcept {
  const auto* found = std::ranges::find(kKindWords, kind, &KindWords::kind);
  return found == kKindWords.end() ? nullptr : found;
}

const ClassWords& class_words(const Finding& finding) noexcept {
  return kClassWords[static_cast<std::size_t>(finding.operation)];
}

// A breach of a conduit or of a habit says by its operation what it was for.
bool goes_by_operation(const Finding& finding) noexcept {
  return finding.has_operation && (finding.kind == "conduit-violation" ||
                                   finding.kind == "new-operation" || finding.kind == "new-talker");
}

std::string list_text(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 2;
  const std::size_t shown = names.size() > kNamed ? 1 : names.size();
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    out += i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  if (names.size() > shown) {
    out += " and " + std::to_string(names.size() - shown) + " others";
  }
  return out;
}

struct Deed {
  std::string through;  // the host that it was done from, where that is not the case's source
  std::string_view verb;
  std::vector<std::string> targets;  // in the order in which they were met
  std::set<std::string> met;
};

std::vector<Deed> deeds_of(std::span<const Alert* const> alerts, const NetworkView& network) {
  std::vector<Deed> out;
  for (const Alert* alert : alerts) {
    const bool own = alert->source_asset == alerts.front()->source_asset;
    const std::string through =
        own ? std::string{} : party_label(alert->finding.source, network.host(alert->source_asset));
    const std::string_view verb = verb_of(*alert);
    auto deed = std::ranges::find_if(
        out, [&](const Deed& known) { return known.verb == verb && known.through == through; });
    if (deed == out.end()) {
      deed = out.insert(out.end(), {through, verb, {}, {}});
    }
    std::string target = target_text(*alert, network);
    if (!target.empty() && deed->met.insert(target).second) {
      deed->targets.push_back(std::move(target));
    }
  }
  return out;
}

std::string deed_text(const Deed& deed) {
  std::string out = deed.through.empty() ? std::string{} : "from " + deed.through + ' ';
  out += deed.verb;
  if (deed.verb == kJoined) {
    return out;
  }
  return out + ' ' +
         (deed.targets.empty() ? deed.verb == "scanned" ? "the network" : "several hosts"
                               : list_text(deed.targets));
}

}  // namespace

std::size_t tactic_rank(std::string_view tactic) noexcept {
  return static_cast<std::size_t>(std::ranges::find(kMatrix, tactic) - kMatrix.begin());
}

std::string_view tactic_of(const Alert& alert, const AttackTable& attack) {
  const Finding& finding = alert.finding;
  if (goes_by_operation(finding)) {
    return class_words(finding).tactic;
  }
  const Technique* technique = attack.find(finding.attack[0]);
  const KindWords* words = words_of(finding.kind);
  if (technique == nullptr || technique->tactics.empty()) {
    return words != nullptr ? words->tactic : std::string_view{};
  }
  for (const std::string_view id : finding.attack) {
    const Technique* named = attack.find(id);
    if (words != nullptr && named != nullptr &&
        std::ranges::find(named->tactics, words->tactic) != named->tactics.end()) {
      return words->tactic;
    }
  }
  return technique->tactics.front();
}

std::string_view technique_of(const Alert& alert, std::string_view tactic,
                              const AttackTable& attack) {
  const Finding& finding = alert.finding;
  for (const std::string_view id : finding.attack) {
    const Technique* named = attack.find(id);
    if (named != nullptr && std::ranges::find(named->tactics, tactic) != named->tactics.end()) {
      return id;
    }
  }
  return goes_by_operation(finding) ? class_words(finding).technique : finding.attack[0];
}

std::string_view verb_of(const Alert& alert) {
  const Finding& finding = alert.finding;
  const auto* mode = std::ranges::find(kModeVerbs, finding.attack[0], &TechniqueVerb::technique);
  if (finding.kind == "controller-mode-change" && mode != kModeVerbs.end()) {
    return mode->verb;
  }
  if (finding.kind == "program-download" && mode != kModeVerbs.end()) {
    return mode->verb;
  }
  const KindWords* words = words_of(finding.kind);
  if (words != nullptr && !words->verb.empty() && !goes_by_operation(finding)) {
    return words->verb;
  }
  return finding.has_operation ? class_words(finding).verb : "connected to";
}

bool is_recon(const Alert& alert) noexcept {
  const Finding& finding = alert.finding;
  return finding.kind == "scan" || finding.kind == "probing" || finding.kind == "program-upload" ||
         (goes_by_operation(finding) &&
          (finding.operation == Operation::discover || finding.operation == Operation::read));
}

bool is_impact(const Alert& alert) noexcept {
  const Finding& finding = alert.finding;
  if (finding.outcome == Outcome::failure) {
    return false;
  }
  constexpr auto kKinds = std::to_array<std::string_view>(
      {"program-download", "controller-mode-change", "write-outside-baseline",
       "network-config-change", "alarm-suppression"});
  const bool changes = finding.has_operation && finding.operation != Operation::discover &&
                       finding.operation != Operation::read;
  return std::ranges::find(kKinds, finding.kind) != kKinds.end() || changes;
}

bool is_suffered(const Alert& alert) noexcept {
  constexpr auto kKinds =
      std::to_array<std::string_view>({"device-silent", "timing-change", "identity-change"});
  return std::ranges::find(kKinds, alert.finding.kind) != kKinds.end();
}

std::string actor_text(const Alert& alert, const NetworkView& network, bool stranger) {
  const Party& source = alert.finding.source;
  const HostView* host = network.host(alert.source_asset);
  const std::string label = party_label(source, host);
  if (stranger || (source.zone == "unassigned" && (host == nullptr || !host->from_site_file))) {
    return "An unknown host, " + label + ",";
  }
  const std::string ip = to_string(source.ip);
  return label == ip || ip.empty() ? label : label + " (" + ip + ")";
}

std::string target_text(const Alert& alert, const NetworkView& network) {
  const Party& target = alert.finding.destination;
  const HostView* host = network.host(alert.destination_asset);
  const bool none = target.ip.empty() && target.mac.empty();
  if (none || target.ip.multicast() || target.ip.broadcast() ||
      (target.ip.empty() && target.mac.group())) {
    return {};
  }
  return party_label(target, host);
}

std::string case_title(std::span<const Alert* const> deeds, const NetworkView& network) {
  constexpr std::size_t kTold = 8;
  const bool stranger = std::ranges::any_of(deeds, [&](const Alert* alert) {
    return alert->finding.kind == "new-asset" && alert->source_asset == deeds.front()->source_asset;
  });
  std::string out = actor_text(*deeds.front(), network, stranger) + ' ';
  std::vector<Deed> told = deeds_of(deeds, network);
  const std::size_t all = told.size();
  for (auto light = kLightest.begin(); told.size() > kTold && light != kLightest.end(); ++light) {
    std::erase_if(told, [&](const Deed& deed) { return deed.verb == *light; });
  }
  told.resize(std::min(told.size(), kTold));
  const std::size_t shown = told.size();
  for (std::size_t i = 0; i < shown; ++i) {
    out += i == 0 ? "" : i + 1 == all ? " and " : ", ";
    out += deed_text(told[i]);
  }
  return out + (all > shown ? ", and more." : ".");
}

}  // namespace prahari
