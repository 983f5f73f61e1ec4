#include <algorithm>

#include "rules/conduit_finding.hpp"
#include "rules/exception_state.hpp"
#include "rules/wording.hpp"
#include "sensor/policy_question.hpp"

namespace prahari {
namespace {

std::string says(ConduitEntryVerdict verdict, const Conduit& conduit, const Question& question) {
  switch (verdict) {
    case ConduitEntryVerdict::allows:
      return "allows it";
    case ConduitEntryVerdict::closed:
      return "allows it, but only " + conduit.schedule.words();
    case ConduitEntryVerdict::other_target:
      return question.any_target ? "allows it on these targets only" : "other targets";
    default:
      return "another protocol or class";
  }
}

class Explainer {
 public:
  Explainer(const Policy& policy, const AskedHost& from, const AskedHost& to,
            const Question& question, Timestamp now)
      : policy_(policy), from_(from), to_(to), question_(question), now_(now) {}

  Answer run() {
    if (from_.membership.zone == to_.membership.zone) {
      answer_.allowed = true;
      answer_.verdict = "allowed: both are in zone " + zone(from_) +
                        ", and traffic inside one zone needs no conduit";
      return answer_;
    }
    if (!policy_.has_zones()) {
      answer_.allowed = true;
      answer_.verdict = "allowed: the file has no zones, so conduit rules are off";
      return answer_;
    }
    if (question_.requests.empty()) {
      list_all();
      return answer_;
    }
    for (const Request& request : question_.requests) {
      consider(request);
      if (!answer_.allowed) {
        return answer_;
      }
    }
    return answer_;
  }

 private:
  [[nodiscard]] std::string zone(const AskedHost& host) const {
    return std::string{policy_.zone_name(host.membership.zone)};
  }
  [[nodiscard]] std::string pair() const { return zone(from_) + " -> " + zone(to_); }

  // Without a question: everything that may pass.
  void list_all() {
    for (const ConsideredEntry& entry :
         policy_.consider(from_.membership.zone, to_.membership.zone, {})) {
      add(*entry.conduit, *entry.allow,
          entry.conduit->schedule.always() ? "allowed"
                                           : "allowed " + entry.conduit->schedule.words());
    }
    answer_.allowed = !answer_.steps.empty();
    answer_.verdict = answer_.allowed ? "allowed: what the conduits " + pair() + " list above"
                                      : "refused: no conduit " + pair() + " allows anything";
    for (const Exception& one : policy_.site().exceptions) {
      if (policy_.at(one.from, from_.key) && policy_.at(one.to, to_.key)) {
        add_exception(one, state_words(one, now_));
        answer_.allowed = answer_.allowed || now_ < one.until;
      }
    }
  }

  void add(const Conduit& conduit, const Allow& allow, std::string text) {
    const int line = allow.line == 0 ? conduit.line : allow.line;
    answer_.steps.push_back({place_of(policy_.site(), conduit.file, line),
                             "conduit " + pair() + "  " + allow.text, std::move(text)});
  }

  void add_exception(const Exception& one, std::string text) {
    answer_.steps.push_back({place_of(policy_.site(), one.file, one.line),
                             "exception " + one.from + " -> " + one.to + ", owner " + one.owner,
                             std::move(text)});
  }

  void decide(bool allowed, std::string verdict, std::string place) {
    answer_.allowed = allowed;
    answer_.verdict = std::move(verdict);
    answer_.decided_by = std::move(place);
  }

  void consider(const Request& request) {
    const Site& site = policy_.site();
    for (const ConsideredEntry& entry :
         policy_.consider(from_.membership.zone, to_.membership.zone, request)) {
      add(*entry.conduit, *entry.allow, says(entry.verdict, *entry.conduit, question_));
    }
    const Verdict verdict = policy_.judge(from_.membership.zone, to_.membership.zone, request);
    if (verdict.allowed) {
      const std::string place = place_of(site, verdict.conduit->file, verdict.allow->line);
      decide(true,
             "allowed by " + in_quotes(verdict.allow->text, 200) + " of the conduit " + pair(),
             place);
      return;
    }
    refuse(verdict);
    except(request);
    permit(request);
    silence(request);
  }

  void refuse(const Verdict& verdict) {
    const std::string what = in_quotes(question_.allow->text, 200);
    if (verdict.closed) {
      decide(false,
             "refused: the conduit " + pair() + " allows it only " +
                 verdict.conduit->schedule.words() + ", and it is " +
                 weekday_words(now_, policy_.site().timezone),
             place_of(policy_.site(), verdict.conduit->file, verdict.allow->line));
    } else if (verdict.depends_on_target) {
      decide(false,
             question_.any_target
                 ? "refused in general: it is allowed on some targets only; name the target"
                 : "refused: the conduit " + pair() + " allows it on other targets only",
             "");
    } else {
      decide(false, "refused: no conduit " + pair() + " allows " + what, "");
    }
  }

  void except(const Request& request) {
    const Policy::Excepted found = policy_.excepted(from_.key, to_.key, request);
    const Exception* one = found.holds != nullptr ? found.holds : found.over;
    if (one == nullptr) {
      return;
    }
    add_exception(*one, found.holds != nullptr ? "allows it, " + state_words(*one, now_)
                                               : state_words(*one, now_));
    if (found.holds != nullptr) {
      decide(
          true,
          "allowed by an exception that " + one->owner + " answers for, " + state_words(*one, now_),
          place_of(policy_.site(), one->file, one->line));
    }
  }

  void permit(const Request& request) {
    if (!request.has_operation || answer_.allowed) {
      return;
    }
    const Permit* permit = policy_.permitted(from_.key, to_.key, request.operation, now_);
    if (permit != nullptr) {
      const std::string place = place_of(policy_.site(), permit->file, permit->line);
      answer_.steps.push_back({place, "permit " + permit->ticket, "covers it"});
      decide(true,
             "allowed as planned work: permit " + permit->ticket + " covers it, and it is recorded",
             place);
    }
  }

  void silence(const Request& request) {
    if (answer_.allowed) {
      return;
    }
    Finding finding;
    finding.kind = kConduitKind;
    finding.has_operation = request.has_operation;
    finding.source.ip = from_.key.ip;
    finding.source.mac = from_.key.mac;
    finding.source.vlan = from_.key.vlan;
    finding.destination.ip = to_.key.ip;
    finding.destination.mac = to_.key.mac;
    finding.destination.vlan = to_.key.vlan;
    if (const Ignore* ignore = policy_.ignored(finding, now_)) {
      const std::string place = place_of(policy_.site(), ignore->file, ignore->line);
      answer_.steps.push_back({place, "ignore: " + ignore->reason, "silences the alert"});
      answer_.verdict += "; an [[ignore]] silences the alert";
      answer_.decided_by = place;
    }
    for (const AskedHost* host : {&from_, &to_}) {
      if (policy_.is_off(kConduitKind, host->membership.zone)) {
        answer_.verdict += "; zone " + zone(*host) + " has conduit-violation switched off";
      }
    }
  }

  const Policy& policy_;
  const AskedHost& from_;
  const AskedHost& to_;
  const Question& question_;
  Timestamp now_;
  Answer answer_;
};

}  // namespace

Answer answer_of(const Policy& policy, const AskedHost& from, const AskedHost& to,
                 const Question& question, Timestamp now) {
  return Explainer{policy, from, to, question, now}.run();
}

}  // namespace prahari
