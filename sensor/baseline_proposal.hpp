// What the commands have in common that bring a baseline to people to decide upon.

#pragma once

#include <string>

#include "rules/approval.hpp"
#include "sensor/baseline_source.hpp"
#include "sensor/command.hpp"

namespace prahari {

// What the site file that the state was written with says of approval.
[[nodiscard]] Result<Approval> approval_in(State& state);

// One line for the person at the terminal.
Exit say(const std::string& line);

// What people leave for the record with this option; an error where it may not stand there.
[[nodiscard]] Result<std::string> words_in(const Arguments& arguments, const char* option);

// Makes a revision of it, and says how it comes into force.
Exit propose(BaselineStore& store, const NamedBaseline& baseline, const std::string& why,
             const std::string& signed_by);

// What propose and import have in common: wherever it comes from, it is judged the same. `locks`:
// the zones to lock are those of --zone, or all; else those that are locked in it.
Exit take_in(Baselines& baselines, Result<NamedBaseline> baseline, bool locks,
             const Arguments& arguments);

// Options of several of them.
inline constexpr OptionSpec kWhichOption{
    .names = "WHICH",
    .value = "WHICH",
    .help = "a revision's number, a baseline's name, \"learned\" or a file"};
inline constexpr OptionSpec kNameOption{
    .names = "--name",
    .value = "NAME",
    .help =
        "the baseline it becomes a revision of: running, cleaning, "
        "shutdown (default: as the file says)"};
inline constexpr OptionSpec kWhyOption{
    .names = "--why", .value = "TEXT", .help = "the reason, for the audit record"};

}  // namespace prahari
