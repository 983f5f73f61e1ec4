// prahari baseline propose|approve|reject|revert: how a baseline comes into force.

#include <array>
#include <charconv>

#include "sensor/baseline_proposal.hpp"
#include "sensor/person.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

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

constexpr OptionSpec kRevision{.names = "REVISION",
                               .value = "N",
                               .help = "its number in prahari baseline list",
                               .required = true};
constexpr OptionSpec kWhyNeeded{.names = "--why",
                                .value = "TEXT",
                                .help = "the reason, for the audit record",
                                .required = true};
constexpr OptionSpec kTicket{
    .names = "--ticket", .value = "TEXT", .help = "the change ticket that it belongs to"};
constexpr auto kProposeOptions = std::to_array<OptionSpec>({
    kStateOption,
    kWhichOption,
    kNameOption,
    {.names = "--zone",
     .value = "ZONE",
     .help = "lock only this zone, the others go on learning (default: all)",
     .many = true},
    kWhyOption,
});
constexpr auto kDecideOptions =
    std::to_array<OptionSpec>({kStateOption, kRevision, kWhyNeeded, kTicket});
constexpr auto kRevertOptions = std::to_array<OptionSpec>({kStateOption, kRevision, kWhyOption});
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

}  // namespace prahari
