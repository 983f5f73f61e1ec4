#include "rules/sealed_size.hpp"

#include "rules/baseline_json.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "new-operation";
constexpr double kSlack = 64;  // bytes: a name or a few numbers more

std::string bytes_words(std::uint32_t bytes) { return std::to_string(bytes) + " bytes"; }

Finding finding_of(const BaselineOperation& known, const Event& event, const RuleContext& context) {
  const std::uint32_t size = event.message.size;
  Finding finding = message_finding(kKind, event, context);
  finding.severity = Severity::medium;
  finding.confidence = 60;
  finding.quiet = std::chrono::hours{24};
  finding.dedup_key = party_id(finding.source, context.inventory) + " > " +
                      party_id(finding.destination, context.inventory) + ' ' + finding.protocol +
                      " length";
  const std::string longest = bytes_words(known.size->most);
  finding.why = host_words(host_key(finding.source), context.policy) + " sent an encrypted " +
                finding.protocol + " request of " + bytes_words(size) + " to " +
                host_words(host_key(finding.destination), context.policy) +
                "; while the baseline was learned none there was longer than " + longest +
                ". What it asks cannot be read; something that it never asked is likely.";
  finding.certin = CertInClass::posture;
  finding.attack = {"T0855"};
  BaselineOperation accepted = known;
  accepted.link = link_of(event, message_service(event));
  accepted.size->add(size);
  finding.accept = accept_entry(server_section(event, context), "operations", entry_json(accepted));
  finding.baseline = {"length of encrypted requests on " + to_string(accepted.link),
                      std::to_string(known.size->least) + " to " + longest, bytes_words(size)};
  return finding;
}

}  // namespace

void SealedSize::on_request(const Event& event, const LinkView& view, const RuleContext& context,
                            FindingSink& out) {
  const MessageFacts& message = event.message;
  if (!message.sealed || !measured_.counts(event)) {
    return;
  }
  const BaselineOperation* known = view.baseline->operation(
      view.link, message.operation, message.function, message.sub_function, {});
  if (known == nullptr || !known->size || message.size <= known->size->most) {
    return;
  }
  const double share = context.policy.threshold(
      kKind, kSealedThreshold, context.policy.zone_of(host_key(event.server, event.vlan)));
  if (message.size <= known->size->most * share / 100 + kSlack) {
    return;
  }
  AlertHandle stray;
  AlertHandle& alert = event.flow.valid() ? alerts_.at(event.flow).note : stray;
  if (!out.again(alert, event.packet)) {
    alert = out.raise(finding_of(*known, event, context));
  }
}

}  // namespace prahari
