#include "rules/mode_changes.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "dissectors/unit.hpp"
#include "rules/describe.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

// Below that a fact is a guess (identification.md, 2).
constexpr std::uint8_t kToldByDevice = 70;
// So long after a command its effect may show.
constexpr std::chrono::minutes kExplains{5};
constexpr std::size_t kLongestMode = 64;

bool holds(std::string_view words, std::string_view part) noexcept {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::search(words.begin(), words.end(), part.begin(), part.end(), same) != words.end();
}

}  // namespace

ModeChanges::Key ModeChanges::key_of(const Endpoint& device, const VlanTags& vlan,
                                     std::uint32_t unit, std::string_view source) noexcept {
  return {.device = host_place(device, vlan),
          .unit = unit == Identity::kNoUnit ? 0 : unit,
          .source = source};
}

ModeChanges::Mode ModeChanges::mode_of(std::string_view words) noexcept {
  constexpr std::array<std::string_view, 5> kStop = {"prog", "stop", "idle", "halt", "suspend"};
  if (std::ranges::any_of(kStop, [&](std::string_view part) { return holds(words, part); })) {
    return Mode::stop;
  }
  return holds(words, "run") ? Mode::run : Mode::other;
}

ModeChanges::Note& ModeChanges::note_of(const Key& key) {
  std::uint32_t slot = notes_.find(key);
  if (slot == notes_.kNone) {
    slot = notes_.insert(key);
  }
  return notes_[slot];
}

void ModeChanges::on_command(const Event& message, AlertHandle alert) {
  const Effect effect = message.message.effect;
  if (effect == Effect::reserve || effect == Effect::release) {
    return;
  }
  // What a module is told shows in what its chassis does as a whole, such as the I/O it sends.
  for (const std::uint32_t unit : {message.message.unit, Identity::kNoUnit}) {
    Note& note = note_of(key_of(message.server, message.vlan, unit, {}));
    note.command = alert;
    note.commanded = message.packet.time;
  }
}

AlertHandle ModeChanges::explained_by(Key device, Timestamp now) const noexcept {
  device.source = {};
  const std::uint32_t slot = notes_.peek(device);
  if (slot == notes_.kNone) {
    return {};
  }
  const Note& note = notes_[slot];
  const bool in_time = now >= note.commanded && now - note.commanded <= kExplains;
  return in_time ? note.command : AlertHandle{};
}

void ModeChanges::on_identity(const Event& event, const RuleContext& context, FindingSink& out) {
  const IdentityFacts& fact = event.identity;
  if (fact.field != Identity::Field::mode || fact.confidence < kToldByDevice ||
      event.text.empty()) {
    return;
  }
  const Endpoint& device = fact.of_client ? event.client : event.server;
  const Key key = key_of(device, event.vlan, fact.unit, fact.source);
  Note& note = note_of(key);
  const Mode now = mode_of(event.text);
  if (note.mode == now) {
    return;
  }
  if (note.mode != Mode::unknown) {
    const AlertHandle command = explained_by(key, event.packet.time);
    if (command.slot != prahari::kNone) {
      out.refine(command, Outcome::success, event.packet);
    } else {
      out.raise(finding_of(note, now, event, context));
    }
  }
  note.mode = now;
  note.words = printable(event.text.substr(0, kLongestMode));
}

Finding ModeChanges::finding_of(const Note& before, Mode now, const Event& event,
                                const RuleContext& context) const {
  const IdentityFacts& fact = event.identity;
  Finding finding;
  finding.kind = kind_;
  finding.severity = Severity::critical;
  finding.confidence = fact.confidence;
  finding.quiet = quiet_;
  finding.destination =
      fact.of_client ? client_party(event, context) : server_party(event, context);
  finding.destination.port = 0;
  finding.protocol = protocol_words(event);
  finding.transport = to_string(event.transport);
  finding.outcome = Outcome::success;
  finding.has_operation = true;
  finding.operation = Operation::control;
  finding.operation_name = "Mode change, as a reply shows";
  const std::uint32_t unit = fact.unit == Identity::kNoUnit ? 0 : fact.unit;
  finding.target = (unit == 0 ? "" : unit_words(unit) + ' ') + std::string{"mode"};
  constexpr std::array<std::string_view, 4> kModes = {"", "start", "stop", "change-mode"};
  finding.dedup_key = party_id(finding.destination, context.inventory) + '|' +
                      std::to_string(unit) + '|' +
                      std::string{kModes[static_cast<std::size_t>(now)]};
  finding.why = host_words(host_key(finding.destination), context.policy) +
                (unit == 0 ? "" : ", unit " + std::to_string(unit) + ',') + " went from " +
                in_quotes(before.words) + " to " + in_quotes(event.text, kLongestMode) +
                ", as its " + std::string{fact.source} +
                " shows; no command to do so was seen: a key was turned, or it came another way.";
  finding.accept = ignore_entry(finding, context.policy, event.packet.time);
  finding.attack = {"T0858"};
  finding.certin = CertInClass::incident;
  finding.evidence = {event.packet};
  finding.state = event.state;
  return finding;
}

}  // namespace prahari
