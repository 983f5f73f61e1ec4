// What a user logs in with crosses the wire so that whoever listens can use it (detections.md, 18):
// a password, or a token that somebody issued. The dissectors tell it
// (Posture::Flaw::cleartext_password) and keep the secret to themselves: here only its length
// arrives, and a salted fingerprint.
//
// One alert for each user, up to a number that no plant reaches with one client and one service.
// Beyond it user names are tried: that is one more alert, which says how many.

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"
#include "rules/host_place.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "cleartext-credentials";
constexpr auto kAttack = std::to_array<std::string_view>({"T0859"});
constexpr std::uint32_t kMostClients = 4096;
constexpr std::size_t kUsersTold = 16;      // one by one
constexpr std::size_t kUsersCounted = 256;  // told apart
constexpr std::size_t kLongestUser = 100;
constexpr std::string_view kIssued = "issued token";

// Who logs in where.
struct Key {
  HostPlace client;
  HostPlace server;
  std::uint16_t port = 0;

  void add_to(Hasher& hash) const noexcept {
    client.add_to(hash);
    server.add_to(hash);
    hash.add(port);
  }
  friend bool operator==(const Key&, const Key&) = default;
};

struct Logins {
  std::vector<std::uint64_t> users;  // fingerprints, in the order in which they came
  std::vector<AlertHandle> alerts;   // of the first of them
  AlertHandle many;
};

class CleartextCredentials final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    if (event.kind != EventKind::posture || event.posture.aspect != Posture::Aspect::user_used ||
        !event.posture.has(Posture::Flaw::cleartext_password)) {
      return;
    }
    const Key key{host_place(event.client, event.vlan), host_place(event.server, event.vlan),
                  event.server.port};
    std::uint32_t slot = clients_.find(key);
    if (slot == clients_.kNone) {
      slot = clients_.insert(key);
    }
    Logins& logins = clients_[slot];
    const std::uint64_t user = Hasher{seed_}.add(event.posture.what).add(event.text).value();
    const auto known = std::ranges::find(logins.users, user);
    const auto place = static_cast<std::size_t>(known - logins.users.begin());
    const bool fresh = known == logins.users.end() && logins.users.size() < kUsersCounted;
    if (fresh) {
      logins.users.push_back(user);
    }
    if (place < kUsersTold) {
      on_user(logins, place, event, context, out);
    } else {
      on_many(logins, fresh, event, context, out);
    }
  }

 private:
  static void on_user(Logins& logins, std::size_t place, const Event& event,
                      const RuleContext& context, FindingSink& out) {
    if (place == logins.alerts.size()) {
      logins.alerts.emplace_back();
    }
    if (!out.again(logins.alerts[place], event.packet)) {
      logins.alerts[place] = out.raise(finding_of(event, context));
    }
  }

  // Says anew how many they are each time the number has doubled.
  static void on_many(Logins& logins, bool fresh, const Event& event, const RuleContext& context,
                      FindingSink& out) {
    const bool doubled = fresh && std::has_single_bit(logins.users.size());
    if (doubled || !out.again(logins.many, event.packet)) {
      logins.many = out.raise(finding_of_many(logins.users.size(), event, context));
    }
  }

  static Finding about(const Event& event, const RuleContext& context) {
    Finding finding;
    finding.kind = kKind;
    finding.severity = Severity::high;
    finding.confidence = 95;
    finding.source = client_party(event, context);
    finding.destination = server_party(event, context);
    finding.protocol = protocol_words(event);
    finding.transport = to_string(event.transport);
    finding.dedup_key = party_id(finding.destination, context.inventory) + '|' + finding.transport +
                        '|' + std::to_string(event.server.port) + '|';
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    finding.attack = {kAttack[0]};
    finding.certin = CertInClass::posture;
    finding.evidence = {event.packet};
    finding.state = event.state;
    return finding;
  }

  static std::string sent(const Finding& finding, const std::string& what,
                          const RuleContext& context) {
    return host_words(host_key(finding.source), context.policy) + " sent " + what + " to " +
           host_words(host_key(finding.destination), context.policy) + " by " + finding.protocol +
           " so that whoever listens can ";
  }

  static Finding finding_of(const Event& event, const RuleContext& context) {
    Finding finding = about(event, context);
    const bool issued = event.posture.what == kIssued;
    const std::string name = in_quotes(event.text, kLongestUser);
    finding.target = (issued ? "issued token " : "user ") + name;
    finding.dedup_key +=
        (issued ? "issued token|" : "") + printable(event.text.substr(0, kLongestUser));
    const std::uint32_t size = event.posture.secret_size;
    finding.why =
        (issued ? sent(finding, "an issued token (" + printable(event.text) + ')', context) +
                      "log in with it"
                : sent(finding, "the password of " + finding.target, context) + "read it") +
        (size == 0 ? "" : " (" + std::to_string(size) + " bytes, not kept here)") + '.';
    return finding;
  }

  static Finding finding_of_many(std::size_t users, const Event& event,
                                 const RuleContext& context) {
    Finding finding = about(event, context);
    finding.target = "many users";
    finding.dedup_key += "many users|" + party_id(finding.source, context.inventory);
    finding.why =
        sent(finding, "passwords or tokens of more than " + std::to_string(users - 1) + " users",
             context) +
        "read them: user names are being tried.";
    return finding;
  }

  std::uint64_t seed_ = process_seed();
  LruTable<Key, Logins, KeyHash> clients_{kMostClients};
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
