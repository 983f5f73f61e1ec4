// Certificates of OPC UA applications that nobody should trust: out of date, weak, made out to
// somebody else, one key on several hosts, or another one than the server had (detections.md, 12).
//
// That a certificate is signed by itself is usual here and no finding; that it changes is.

#include <algorithm>
#include <array>

#include "dissectors/certificate.hpp"
#include "dissectors/lru_table.hpp"
#include "inventory/posture_book.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/host_place.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

using Flaw = Posture::Flaw;

constexpr std::string_view kKind = "opcua-certificate";
constexpr std::array<std::string_view, 2> kAttack = {"T0830", "T0849"};
constexpr std::chrono::seconds kWeek{std::chrono::days{7}};
constexpr std::uint32_t kMostHosts = 4096;
constexpr std::uint32_t kAnomalies =
    Posture::bit(Flaw::expired) | Posture::bit(Flaw::not_yet_valid) | Posture::bit(Flaw::weak_key) |
    Posture::bit(Flaw::weak_signature) | Posture::bit(Flaw::name_mismatch) |
    Posture::bit(Flaw::unreadable);

// Where a certificate is shown: a host, in which part, at which port for servers.
struct Place {
  HostPlace host;
  std::uint16_t port = 0;
  std::string_view what;  // a literal

  void add_to(Hasher& hash) const noexcept {
    host.add_to(hash);
    hash.add(port).add(what);
  }
  friend bool operator==(const Place&, const Place&) = default;
};
// A public key, by its fingerprint.
struct PublicKey {
  std::uint64_t print = 0;

  void add_to(Hasher& hash) const noexcept { hash.add(print); }
  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

struct Shown {
  std::array<std::uint8_t, 20> thumbprint{};
  std::uint64_t key = 0;
  PacketRef packet;
};

struct Holder {
  IpAddress ip;
  AssetIndex asset = kNone;
  PacketRef packet;
};

class OpcuaCertificate final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.kind != EventKind::posture || event.protocol != Protocol::opcua ||
        event.posture.aspect != Posture::Aspect::certificate) {
      return;
    }
    if ((event.posture.flaws & kAnomalies) != 0) {
      raise_flaws(event, context, out);
    }
    // A user may log in from several hosts; an application lives on one.
    if (event.posture.key != 0 && event.posture.what != "user") {
      follow_key(event, context, out);
      follow_place(event, context, out);
    }
  }

 private:
  static const Endpoint& owner(const Event& event) noexcept {
    return event.posture.of_client ? event.client : event.server;
  }

  static Finding about(const Event& event, const RuleContext& context) {
    Finding finding = event_finding(kKind, event, context);
    finding.severity = Severity::medium;
    finding.quiet = kWeek;
    if (event.posture.of_client) {
      std::swap(finding.source, finding.destination);  // the finding is about its owner
    }
    finding.attack = {kAttack[0], kAttack[1]};
    finding.certin = CertInClass::posture;
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    return finding;
  }

  static std::string owner_words(const Event& event, const RuleContext& context) {
    return host_words(host_key(owner(event), event.vlan), context.policy);
  }

  static void raise_flaws(const Event& event, const RuleContext& context, FindingSink& out) {
    Finding finding = about(event, context);
    // Not by its thumbprint: whoever sends it can make a new one for each message.
    finding.dedup_key = to_string(owner(event).ip) + '|' + std::string{event.posture.what} + '|' +
                        flaw_words(event.posture.flaws & kAnomalies);
    finding.why = "The OPC UA " + std::string{event.posture.what} + " certificate of " +
                  owner_words(event, context) +
                  " is not fit for use: " + flaw_words(event.posture.flaws & kAnomalies) + " (" +
                  printable(event.text) + ").";
    out.raise(std::move(finding));
  }

  // One key, one host: whoever else has it can pass for it.
  void follow_key(const Event& event, const RuleContext& context, FindingSink& out) {
    const AssetIndex asset =
        event.posture.of_client ? context.parties.client : context.parties.server;
    const IpAddress& ip = owner(event).ip;
    const std::uint32_t known = keys_.find({event.posture.key});
    if (known == keys_.kNone) {
      keys_[keys_.insert({event.posture.key})] = {ip, asset, event.packet};
      return;
    }
    const Holder& holder = keys_[known];
    if (holder.ip == ip || (asset != kNone && holder.asset == asset)) {
      return;
    }
    Finding finding = about(event, context);
    finding.dedup_key = to_string(ip) + "|key|" + to_string(holder.ip);
    finding.why = owner_words(event, context) + " has the same private key as " +
                  host_words({.ip = holder.ip, .mac = {}, .vlan = event.vlan}, context.policy) +
                  ": either can pass for the other (" + printable(event.text) + ").";
    finding.evidence.insert(finding.evidence.begin(), holder.packet);
    out.raise(std::move(finding));
  }

  void follow_place(const Event& event, const RuleContext& context, FindingSink& out) {
    if (event.posture.of_client) {
      return;
    }
    const Place place{host_place(event.server, event.vlan), event.server.port, event.posture.what};
    const Shown now{event.posture.thumbprint, event.posture.key, event.packet};
    const std::uint32_t known = places_.find(place);
    if (known == places_.kNone) {
      places_[places_.insert(place)] = now;
      compare_with_baseline(event, context, out);
      return;
    }
    const Shown before = places_[known];
    if (before.thumbprint == now.thumbprint) {
      return;
    }
    places_[known] = now;
    const bool renewed = before.key == now.key;
    Finding finding = about(event, context);
    finding.severity = renewed ? Severity::medium : Severity::high;
    finding.has_operation = true;  // so that a work permit covers it
    finding.operation = Operation::admin;
    finding.operation_name = "Certificate changed";
    finding.dedup_key = to_string(event.server.ip) + ':' + std::to_string(event.server.port) +
                        (renewed ? "|renewed|" : "|changed|") + std::string{event.posture.what};
    finding.quiet = std::chrono::hours{1};  // a second change is told again
    finding.why =
        owner_words(event, context) + " now shows another OPC UA certificate than before" +
        (renewed ? ", for the same key" : "") + ": " + thumbprint_text(now.thumbprint) +
        " in place of " + thumbprint_text(before.thumbprint) + " (" + printable(event.text) + ").";
    finding.evidence.insert(finding.evidence.begin(), before.packet);
    finding.accept = permit_entry(finding, context.policy, event.packet.time);
    out.raise(std::move(finding));
  }

  // The first certificate of this run, where the baseline has one for the same use.
  static void compare_with_baseline(const Event& event, const RuleContext& context,
                                    FindingSink& out) {
    const HostKey seen = host_key(event.server, event.vlan);
    if (context.baseline == nullptr ||
        !context.baseline->locked(section_of(seen, context.policy))) {
      return;
    }
    const BaselineHostIndex host = context.baseline->host(
        device_key(event.server, event.vlan, context.parties.server, context.inventory));
    const auto approved =
        host == kNone ? std::vector<const BaselineCertificate*>{}
                      : context.baseline->certificates(host, event.protocol, event.posture.what);
    const std::string thumbprint = thumbprint_text(event.posture.thumbprint);
    if (approved.empty() || std::ranges::any_of(approved, [&](const BaselineCertificate* one) {
          return one->thumbprint == thumbprint;
        })) {
      return;
    }
    Finding finding = about(event, context);
    finding.severity = Severity::high;
    finding.has_operation = true;  // so that a work permit covers it
    finding.operation = Operation::admin;
    finding.operation_name = "Certificate changed";
    finding.dedup_key = to_string(event.server.ip) + ':' + std::to_string(event.server.port) +
                        "|baseline|" + std::string{event.posture.what};
    finding.why =
        owner_words(event, context) +
        " shows another OPC UA certificate than while the baseline was learned: " + thumbprint +
        " in place of " + approved.front()->thumbprint + " (" + printable(event.text) + ").";
    finding.baseline = {"certificates of " + to_string(approved.front()->host),
                        approved.front()->thumbprint, thumbprint};
    finding.accept = permit_entry(finding, context.policy, event.packet.time);
    out.raise(std::move(finding));
  }

  LruTable<PublicKey, Holder, KeyHash> keys_{kMostHosts};
  LruTable<Place, Shown, KeyHash> places_{kMostHosts};
};

}  // namespace

extern const DetectorInfo opcua_certificate_detector;
constinit const DetectorInfo opcua_certificate_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<OpcuaCertificate>(); },
    .attack = kAttack,
};

}  // namespace prahari
