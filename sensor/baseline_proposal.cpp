#include "sensor/baseline_proposal.hpp"

#include <algorithm>

#include "dissectors/printable.hpp"
#include "rules/baseline_json.hpp"
#include "rules/baseline_signature.hpp"
#include "sensor/person.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

// Words that people leave for the record.
std::string objection_to(const std::string& words) {
  constexpr std::size_t kLongest = 500;
  return std::ranges::any_of(words, is_control) ? "control characters are not allowed"
         : words.size() > kLongest              ? "at most 500 bytes are kept"
                                                : "";
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

}  // namespace

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

Result<std::string> words_in(const Arguments& arguments, const char* option) {
  std::string words = arguments.value(option);
  if (const std::string wrong = objection_to(words); !wrong.empty()) {
    return Error{"--" + std::string{option} + ": " + wrong, Error::Kind::usage};
  }
  return words;
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

}  // namespace prahari
