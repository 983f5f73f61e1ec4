// OPC UA without the protection it has: no signature, withdrawn policies, nobody asked who he is,
// passwords in the clear; and each first change made over such a channel (detections.md, 11).
//
// What a server offers and how it is used is a finding about the server, once a week. That a client
// changes something over it is worth more.

#include <algorithm>
#include <array>

#include "inventory/posture_book.hpp"
#include "rules/describe.hpp"
#include "rules/per_flow.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

using Aspect = Posture::Aspect;
using Flaw = Posture::Flaw;

constexpr std::string_view kKind = "opcua-insecure-session";
constexpr std::array<std::string_view, 2> kAttack = {"T0859", "T0842"};
constexpr std::chrono::seconds kWeek{std::chrono::days{7}};

// One objection: to which aspect, for which flaw.
struct Objection {
  Aspect aspect{};
  Flaw flaw{};
  Severity severity{};
  std::string_view id;     // of the finding, part of its key
  std::string_view words;  // goes on after the server's name
};

constexpr auto kObjections = std::to_array<Objection>({
    {Aspect::channel_used, Flaw::no_security, Severity::medium, "used-none",
     "spoke OPC UA neither signed nor encrypted (policy None)"},
    {Aspect::channel_used, Flaw::deprecated, Severity::medium, "used-deprecated",
     "spoke OPC UA under a security policy that was withdrawn"},
    {Aspect::channel_used, Flaw::downgrade, Severity::medium, "downgrade",
     "opened a session under a weaker policy than it offers"},
    {Aspect::user_used, Flaw::anonymous, Severity::medium, "anonymous",
     "let a client in that did not say who it is"},
    {Aspect::user_used, Flaw::cleartext_password, Severity::critical, "password-readable",
     "was sent what a user logs in with so that anybody on the wire can read it"},
    {Aspect::channel_offered, Flaw::no_security, Severity::medium, "offers-none",
     "offers sessions neither signed nor encrypted (policy None)"},
    {Aspect::channel_offered, Flaw::deprecated, Severity::medium, "offers-deprecated",
     "offers a security policy that was withdrawn"},
});

std::string server_words(const Event& event) {
  const std::string ip = to_string(event.server.ip);
  return (ip.empty() ? to_string(event.server.mac) : ip) + ':' + std::to_string(event.server.port);
}

class OpcuaInsecureSession final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.protocol != Protocol::opcua || !event.flow.valid()) {
      return;
    }
    if (event.kind == EventKind::posture) {
      on_posture(event, context, out);
    } else if (event.kind == EventKind::message) {
      on_message(event, context, out);
    }
  }

 private:
  struct Note {
    bool insecure = false;
    AlertHandle written;
    std::array<AlertHandle, kObjections.size()> raised{};
  };

  void on_posture(const Event& event, const RuleContext& context, FindingSink& out) {
    const PostureFacts& said = event.posture;
    const bool insecure = said.aspect == Aspect::channel_used &&
                          (said.has(Flaw::no_security) || said.has(Flaw::deprecated));
    Note& note = notes_.at(event.flow).note;
    note.insecure = note.insecure || insecure;
    for (std::size_t i = 0; i < kObjections.size(); ++i) {
      const Objection& objection = kObjections[i];
      if (said.aspect != objection.aspect || !said.has(objection.flaw) ||
          out.again(note.raised[i], event.packet)) {
        continue;
      }
      Finding finding = about(event, context);
      finding.severity = objection.severity;
      finding.dedup_key = server_words(event) + '|' + std::string{objection.id};
      finding.why = why(objection, event, context);
      note.raised[i] = out.raise(std::move(finding));
    }
  }

  void on_message(const Event& event, const RuleContext& context, FindingSink& out) {
    const MessageFacts& message = event.message;
    const bool changes =
        message.operation == Operation::write || message.operation == Operation::control ||
        message.operation == Operation::program || message.operation == Operation::admin;
    if (!changes || message.kind != Kind::request) {
      return;
    }
    Note& note = notes_.at(event.flow).note;
    if (!note.insecure || out.again(note.written, event.packet)) {
      return;
    }
    Finding finding = about(event, context);
    finding.severity = Severity::high;
    finding.dedup_key = server_words(event) + "|changed|" + to_string(event.client.ip);
    set_operation(finding, event, context);
    finding.why = host_words(host_key(finding.source), context.policy) + " sent " +
                  finding.operation_name +
                  (finding.target.empty() ? "" : " (" + finding.target + ')') + " to " +
                  host_words(host_key(finding.destination), context.policy) +
                  " over an OPC UA channel without protection: anybody on the way can do the same.";
    note.written = out.raise(std::move(finding));
  }

  static Finding about(const Event& event, const RuleContext& context) {
    Finding finding = event_finding(kKind, event, context);
    finding.quiet = kWeek;
    finding.attack = {kAttack[0], kAttack[1]};
    finding.certin = CertInClass::posture;
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    return finding;
  }

  static std::string why(const Objection& objection, const Event& event,
                         const RuleContext& context) {
    std::string words = host_words(host_key(event.server, event.vlan), context.policy) + ", port " +
                        std::to_string(event.server.port) + ", " + std::string{objection.words};
    if (objection.aspect == Aspect::channel_used || objection.aspect == Aspect::user_used) {
      words += objection.flaw == Flaw::cleartext_password ? " by " : " with ";
      words += host_words(host_key(event.client, event.vlan), context.policy);
    }
    if (objection.flaw == Flaw::cleartext_password) {
      words += event.posture.what == "issued token"
                   ? ", issued token (" + printable(event.text) + ')'
                   : ", user " + in_quotes(event.text, 100);
    } else if (objection.flaw == Flaw::deprecated || objection.flaw == Flaw::downgrade) {
      words += ": " + printable(event.text);
    }
    return words + '.';
  }

  PerFlow<Note> notes_;
};

}  // namespace

extern const DetectorInfo opcua_insecure_session_detector;
constinit const DetectorInfo opcua_insecure_session_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<OpcuaInsecureSession>(); },
    .attack = kAttack,
};

}  // namespace prahari
