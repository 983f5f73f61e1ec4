// A user name and its password cross the wire so that whoever listens can read them
// (detections.md, 18). The dissectors tell it (Posture::Flaw::cleartext_password) and keep the
// secret to themselves: here only its length arrives, and a salted fingerprint.

#include <array>

#include "dissectors/hash.hpp"
#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "cleartext-credentials";
constexpr auto kAttack = std::to_array<std::string_view>({"T0859"});
constexpr std::uint32_t kMostLogins = 4096;
constexpr std::size_t kLongestUser = 100;

struct Key {
  IpAddress server;
  MacAddress mac;  // where there is no address
  VlanTags vlan;
  IpAddress client;
  std::uint16_t port = 0;
  std::uint64_t user = 0;  // fingerprint

  friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
  std::uint64_t seed = process_seed();
  std::uint64_t operator()(const Key& key) const noexcept {
    return Hasher{seed}
        .add(key.server)
        .add(key.mac)
        .add(key.client)
        .add(key.port)
        .add(key.user)
        .value();
  }
};

class CleartextCredentials final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.kind != EventKind::posture || event.posture.aspect != Posture::Aspect::user_used ||
        !event.posture.has(Posture::Flaw::cleartext_password)) {
      return;
    }
    const Key key = key_of(event);
    std::uint32_t slot = logins_.find(key);
    if (slot == logins_.kNone) {
      slot = logins_.insert(key);
    }
    if (!out.again(logins_[slot], event.packet)) {
      logins_[slot] = out.raise(finding_of(event, context));
    }
  }

 private:
  [[nodiscard]] Key key_of(const Event& event) const noexcept {
    return {.server = event.server.ip,
            .mac = event.server.ip.empty() ? event.server.mac : MacAddress{},
            .vlan = event.vlan,
            .client = event.client.ip,
            .port = event.server.port,
            .user = Hasher{seed_}.add(event.text).value()};
  }

  static Finding finding_of(const Event& event, const RuleContext& context) {
    Finding finding;
    finding.kind = kKind;
    finding.severity = Severity::high;
    finding.confidence = 95;
    finding.source = client_party(event, context);
    finding.destination = server_party(event, context);
    finding.protocol = protocol_words(event);
    finding.transport = to_string(event.transport);
    finding.target = "user " + in_quotes(event.text, kLongestUser);
    finding.dedup_key = party_id(finding.destination, context.inventory) + '|' + finding.transport +
                        '|' + std::to_string(event.server.port) + '|' +
                        printable(event.text.substr(0, kLongestUser));
    const std::uint32_t size = event.posture.secret_size;
    finding.why = host_words(host_key(finding.source), context.policy) + " sent the password of " +
                  finding.target + " to " +
                  host_words(host_key(finding.destination), context.policy) + " by " +
                  finding.protocol + " so that whoever listens can read it" +
                  (size == 0 ? "" : " (" + std::to_string(size) + " bytes, not kept here)") + '.';
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    finding.attack = {kAttack[0]};
    finding.certin = CertInClass::posture;
    finding.evidence = {event.packet};
    finding.state = event.state;
    return finding;
  }

  std::uint64_t seed_ = process_seed();
  LruTable<Key, AlertHandle, KeyHash> logins_{kMostLogins};
};

}  // namespace

extern const DetectorInfo cleartext_credentials_detector;
constinit const DetectorInfo cleartext_credentials_detector = {
    .kind = kKind,
    .title = "Cleartext / default credentials",
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<CleartextCredentials>(); },
    .attack = kAttack,
};

}  // namespace prahari
