// prahari baseline propose|approve|reject|revert|export|import: how a baseline comes into force.

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "dissectors/printable.hpp"
#include "inventory/ed25519.hpp"
#include "rules/approval.hpp"
#include "rules/baseline_json.hpp"
#include "rules/baseline_signature.hpp"
#include "sensor/baseline_source.hpp"
#include "sensor/command.hpp"
#include "sensor/person.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

Result<Approval> approval_in(State& state) {
  auto text = state.reader.meta("approval");
  if (!text) {
    return text.error();
  }
  return approval_of(*text);
}

Exit say(const std::string& line) {
  const Status shown = quiet() ? ok_status() : write_out(line + "\n");
  return shown ? Exit::done : report(shown.error());
}

// Words that people leave for the record.
std::string objection_to(const std::string& words) {
  constexpr std::size_t kLongest = 500;
  return std::ranges::any_of(words, is_control) ? "control characters are not allowed"
         : words.size() > kLongest              ? "at most 500 bytes are kept"
                                                : "";
}

Result<std::string> words_in(const Arguments& arguments, const char* option) {
  std::string words = arguments.value(option);
  if (const std::string wrong = objection_to(words); !wrong.empty()) {
    return Error{"--" + std::string{option} + ": " + wrong, Error::Kind::usage};
  }
  return words;
}

Result<Decision> decision_in(const Arguments& arguments) {
  const auto why = words_in(arguments, "why");
  const auto ticket = words_in(arguments, "ticket");
  if (!why || !ticket) {
    return why ? ticket.error() : why.error();
  }
  return Decision{operator_name(), wall_clock(), *why, *ticket};
}

Result<std::int64_t> revision_in(const Arguments& arguments) {
  const std::string text = arguments.value("REVISION");
  std::int64_t revision = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), revision);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    return Error{"REVISION: expected a number of prahari baseline list, found " + text,
                 Error::Kind::usage};
  }
  return revision;
}

// Locks the zones that are named, or all. The error names a zone that is not there.
Status lock(BaselineData& data, const std::vector<std::string>& zones) {
  for (const std::string& name : zones) {
    if (std::ranges::find(data.zones, name, &BaselineZone::name) == data.zones.end()) {
      std::string known;
      for (const BaselineZone& zone : data.zones) {
        known += (known.empty() ? "" : ", ") + zone.name;
      }
      return Error{"--zone: nothing was learned of " + name + "; expected one of " + known,
                   Error::Kind::usage};
    }
  }
  for (BaselineZone& zone : data.zones) {
    const bool wanted = zones.empty() || std::ranges::find(zones, zone.name) != zones.end();
    zone.state = wanted ? BaselineZone::State::locked : BaselineZone::State::learning;
  }
  return ok_status();
}

Exit propose(BaselineStore& store, const NamedBaseline& baseline, const std::string& why,
             const std::string& signed_by) {
  BaselineRevision row;
  row.name = baseline.data.name;
  row.proposed_by = operator_name();
  row.proposed_at = wall_clock();
  row.proposed_why = why;
  row.origin = baseline.origin;
  row.signed_by = signed_by;
  row.body = baseline_json(baseline.data);
  const auto number = store.propose(row);
  if (!number) {
    return report(number.error());
  }
  return say("revision " + std::to_string(*number) + " of " + row.name + " is proposed, from " +
             baseline.words + "; prahari baseline approve " + std::to_string(*number) +
             " brings it into force");
}

// The fingerprint of who signed, or why the baseline is not taken in. Empty: nobody, and nobody
// need.
Result<std::string> signer_of(const NamedBaseline& baseline, const Approval& approval) {
  const std::string& file = baseline.words;
  if (baseline.file_text.empty()) {
    return std::string{};
  }
  const auto signature = signature_in(baseline.file_text, file);
  if (!signature) {
    return signature.error();
  }
  if (!*signature) {
    if (approval.signed_imports) {
      return Error{file +
                       ": not signed, and the site takes in signed baselines only; export it "
                       "with --key",
                   Error::Kind::input};
    }
    return std::string{};
  }
  if (!verify(baseline_json(baseline.data), **signature)) {
    return Error{file + ": the signature does not fit; the file was changed after it was signed",
                 Error::Kind::input};
  }
  const bool known = std::ranges::find(approval.keys, (*signature)->key) != approval.keys.end();
  if (approval.signed_imports && !known) {
    return Error{file + ": signed by " + fingerprint((*signature)->key) +
                     ", which is none of the keys in [approval] of the site file",
                 Error::Kind::input};
  }
  return fingerprint((*signature)->key) + (known ? "" : " (unknown key)");
}

// What propose and import have in common: wherever it comes from, it is judged the same. `locks`:
// the zones to lock are those of --zone, or all; else those that are locked in it.
Exit take_in(Baselines& baselines, Result<NamedBaseline> baseline, bool locks,
             const Arguments& arguments) {
  const auto why = words_in(arguments, "why");
  const auto approval = approval_in(baselines.state);
  if (!baseline || !why || !approval) {
    return report(!baseline ? baseline.error() : !why ? why.error() : approval.error());
  }
  const auto signer = signer_of(*baseline, *approval);
  if (!signer) {
    return report(signer.error());
  }
  const Status locked = locks ? lock(baseline->data, arguments.values("zone")) : ok_status();
  if (!locked) {
    return report(locked.error());
  }
  const std::string name = arguments.value("name", baseline->data.name);
  if (const std::string wrong = objection_to(name); !wrong.empty() || name.empty()) {
    return report({"--name: " + (wrong.empty() ? "expected a name" : wrong), Error::Kind::usage});
  }
  baseline->data.name = name;
  return propose(baselines.store, *baseline, *why, *signer);
}

Exit run_propose(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::write);
  if (!baselines) {
    return report(baselines.error());
  }
  return take_in(*baselines, the_baseline(*baselines, arguments.value("WHICH", "learned")), true,
                 arguments);
}

Exit run_approve(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::write);
  if (!baselines) {
    return report(baselines.error());
  }
  const auto approval = approval_in(baselines->state);
  const auto revision = revision_in(arguments);
  const auto decision = decision_in(arguments);
  if (!approval || !revision || !decision) {
    return report(!approval ? approval.error() : !revision ? revision.error() : decision.error());
  }
  const Status done = baselines->store.approve(*revision, *decision, approval->four_eyes);
  return done ? say("revision " + std::to_string(*revision) + " is in force, approved by " +
                    decision->who)
              : report(done.error());
}

Exit run_reject(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::write);
  if (!baselines) {
    return report(baselines.error());
  }
  const auto revision = revision_in(arguments);
  const auto decision = decision_in(arguments);
  if (!revision || !decision) {
    return report(!revision ? revision.error() : decision.error());
  }
  const Status done = baselines->store.reject(*revision, *decision);
  return done ? say("revision " + std::to_string(*revision) + " is rejected by " + decision->who)
              : report(done.error());
}

// What was in force once is proposed anew: a revision of its own, so that the record is whole.
Exit run_revert(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::write);
  if (!baselines) {
    return report(baselines.error());
  }
  const auto revision = revision_in(arguments);
  const auto why = words_in(arguments, "why");
  if (!revision || !why) {
    return report(!revision ? revision.error() : why.error());
  }
  const auto row = baselines->store.find(*revision);
  if (!row) {
    return report(row.error());
  }
  if (!*row || (*row)->status != RevisionStatus::replaced) {
    return report({"revision " + std::to_string(*revision) +
                       (!*row ? " is not there" : " was not replaced by another") +
                       "; prahari baseline list shows which may come back",
                   Error::Kind::usage});
  }
  auto baseline = the_baseline(*baselines, std::to_string(*revision));
  if (!baseline) {
    return report(baseline.error());
  }
  baseline->data.name = (*row)->name;
  return propose(baselines->store, *baseline, *why, (*row)->signed_by);
}

Exit run_export(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::read);
  if (!baselines) {
    return report(baselines.error());
  }
  const auto baseline = the_baseline(*baselines, arguments.value("WHICH"));
  if (!baseline) {
    return report(baseline.error());
  }
  std::string json = baseline_json(baseline->data);
  if (const std::string key = arguments.value("key"); !key.empty()) {
    const auto signature = sign(json, key);
    if (!signature) {
      return report(signature.error());
    }
    json = with_signature(std::move(json), *signature);
    note("signed by " + fingerprint(signature->key) + ", keys = [\"" + signature->key + "\"]");
  }
  const std::string out = arguments.value("out", "-");
  if (out == "-") {
    const Status shown = write_out(json);
    return shown ? Exit::done : report(shown.error());
  }
  std::ofstream file{out, std::ios::binary | std::ios::trunc};
  file << json;
  file.close();
  if (!file) {
    return report({out + ": cannot write the baseline; check the folder, its rights and the disk"});
  }
  return say(baseline->words + " is in " + out);
}

Exit run_import(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::write);
  if (!baselines) {
    return report(baselines.error());
  }
  return take_in(*baselines, baseline_in_file(arguments.value("FILE")), false, arguments);
}

constexpr OptionSpec kWhich{
    .names = "WHICH",
    .value = "WHICH",
    .help = "a revision's number, a baseline's name, \"learned\" or a file"};
constexpr OptionSpec kRevision{.names = "REVISION",
                               .value = "N",
                               .help = "its number in prahari baseline list",
                               .required = true};
constexpr OptionSpec kWhy{
    .names = "--why", .value = "TEXT", .help = "the reason, for the audit record"};
constexpr OptionSpec kWhyNeeded{.names = "--why",
                                .value = "TEXT",
                                .help = "the reason, for the audit record",
                                .required = true};
constexpr OptionSpec kTicket{
    .names = "--ticket", .value = "TEXT", .help = "the change ticket that it belongs to"};
constexpr OptionSpec kName{.names = "--name",
                           .value = "NAME",
                           .help =
                               "the baseline it becomes a revision of: running, cleaning, "
                               "shutdown (default: as the file says)"};

constexpr auto kProposeOptions = std::to_array<OptionSpec>({
    kStateOption,
    kWhich,
    kName,
    {.names = "--zone",
     .value = "ZONE",
     .help = "lock only this zone, the others go on learning (default: all)",
     .many = true},
    kWhy,
});
constexpr auto kDecideOptions =
    std::to_array<OptionSpec>({kStateOption, kRevision, kWhyNeeded, kTicket});
constexpr auto kRevertOptions = std::to_array<OptionSpec>({kStateOption, kRevision, kWhy});
constexpr auto kExportOptions = std::to_array<OptionSpec>({
    kStateOption,
    kWhich,
    {.names = "--key",
     .value = "FILE",
     .help = "sign it with this private Ed25519 key (PEM, of openssl genpkey -algorithm ed25519)"},
    {.names = "--out", .value = "FILE", .help = "where to write it (default: standard output)"},
});
constexpr auto kImportOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "FILE", .value = "FILE", .help = "a baseline that was exported", .required = true},
    kName,
    kWhy,
});
constexpr auto kProposeExamples = std::to_array<std::string_view>({
    "prahari baseline propose --why \"two weeks, all three shifts\"\tPropose what was learned",
    "prahari baseline propose --zone cell-1\tLock one zone, the others go on learning",
});
constexpr auto kApproveExamples = std::to_array<std::string_view>({
    "prahari baseline approve 4 --why \"read with the shift leader\" --ticket CHG-1042"
    "\tBring it into force",
});
constexpr auto kRejectExamples = std::to_array<std::string_view>({
    "prahari baseline reject 4 --why \"the laptop of 3 March is in it\"\tKeep it out",
});
constexpr auto kRevertExamples = std::to_array<std::string_view>({
    "prahari baseline revert 2 --why \"the new line was taken out again\"\tPropose an old one anew",
});
constexpr auto kExportExamples = std::to_array<std::string_view>({
    "prahari baseline export --out running.json --key plant.pem\tThe one in force, signed",
});
constexpr auto kImportExamples = std::to_array<std::string_view>({
    "prahari baseline import running.json\tPropose what another sensor's people approved",
});

}  // namespace

extern constinit const CommandSpec baseline_propose_command{
    .path = "baseline propose",
    .summary = "propose what was learned, for another person to approve",
    .description = "Makes a revision of a baseline. Nothing is judged by it until it is approved.",
    .options = kProposeOptions,
    .examples = kProposeExamples,
    .run = run_propose,
};
extern constinit const CommandSpec baseline_approve_command{
    .path = "baseline approve",
    .summary = "bring a proposal into force",
    .description =
        "By another account than the one that proposed it, unless four_eyes = false stands in "
        "[approval] of the site file. What was in force under its name is replaced.",
    .options = kDecideOptions,
    .examples = kApproveExamples,
    .run = run_approve,
};
extern constinit const CommandSpec baseline_reject_command{
    .path = "baseline reject",
    .summary = "turn a proposal down",
    .description = "It stays in the list, with who rejected it and why.",
    .options = kDecideOptions,
    .examples = kRejectExamples,
    .run = run_reject,
};
extern constinit const CommandSpec baseline_revert_command{
    .path = "baseline revert",
    .summary = "propose a revision anew that was in force before",
    .description = "It is approved as any other proposal is.",
    .options = kRevertOptions,
    .examples = kRevertExamples,
    .run = run_revert,
};
extern constinit const CommandSpec baseline_export_command{
    .path = "baseline export",
    .summary = "write a baseline to a file, signed if you like",
    .description = "Sorted JSON with one entry a line, so that two of them compare well in git.",
    .options = kExportOptions,
    .examples = kExportExamples,
    .run = run_export,
};
extern constinit const CommandSpec baseline_import_command{
    .path = "baseline import",
    .summary = "propose a baseline from a file",
    .description =
        "With signed_imports = true in [approval] of the site file only one that a key "
        "of the site signed.",
    .options = kImportOptions,
    .examples = kImportExamples,
    .run = run_import,
};

}  // namespace prahari
