// What a user logs in with crosses the wire so that whoever listens can use it (detections.md, 18):
// a password, or a token that somebody issued. The dissectors tell it
// (Posture::Flaw::cleartext_password) and keep the secret to themselves: here only its length
// arrives, and a salted fingerprint. Likewise a session that asked nobody who he is (VNC), and a
// log-in that a device is delivered with. By office protocols only to hosts in OT.
//
// One alert for each user, up to a number that no plant reaches with one client and one service.
// Beyond it user names are tried: that is one more alert, which says how many.

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "dissectors/lru_table.hpp"
#include "dissectors/registry.hpp"
#include "rules/describe.hpp"
#include "rules/host_place.hpp"
#include "rules/ot_findings.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "cleartext-credentials";
constexpr auto kAttack = std::to_array<std::string_view>({"T0859", "T0812"});
constexpr std::uint32_t kMostClients = 4096;
constexpr auto kThresholds = std::to_array<Threshold>(
    {{"users", 16, 1, 64, "users of one client and service that are told one by one"}});
constexpr std::size_t kUsersCounted = 256;  // told apart
constexpr std::size_t kLongestUser = 100;
constexpr std::chrono::seconds kWeek{std::chrono::days{7}};
constexpr std::string_view kIssued = "issued token";
constexpr std::string_view kCommunity = "SNMP community";
constexpr std::string_view kCommunityWrites = "SNMP community that may write";
constexpr std::string_view kDelivered = "log-in as delivered";

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
  std::size_t told = 0;              // so many one by one
  AlertHandle many;
};

class CleartextCredentials final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    findings_.on_time(event.packet.time, context, out);
    if (event.kind != EventKind::posture) {
      return;
    }
    const bool used = event.posture.aspect == Posture::Aspect::user_used;
    if (event.posture.what == kDelivered) {
      raise(delivered(event, context), event, context, out);
    } else if (used && event.protocol == Protocol::vnc &&
               event.posture.has(Posture::Flaw::anonymous)) {
      raise(unasked(event, context), event, context, out);
    } else if (used && event.posture.has(Posture::Flaw::cleartext_password)) {
      on_login(event, context, out);
    }
  }

  void on_end(const RuleContext& context, FindingSink& out) override {
    findings_.on_end(context, out);
  }

 private:
  void on_login(const Event& event, const RuleContext& context, FindingSink& out) {
    const Key key{host_place(event.client, event.vlan), host_place(event.server, event.vlan),
                  event.server.port};
    std::uint32_t slot = clients_.find(key);
    if (slot == clients_.kNone) {
      slot = clients_.insert(key);
      clients_[slot].told = static_cast<std::size_t>(context.policy.threshold(
          kKind, kThresholds[0], context.policy.zone_of(host_key(event.server, event.vlan))));
    }
    Logins& logins = clients_[slot];
    const std::uint64_t user = Hasher{seed_}.add(event.posture.what).add(event.text).value();
    const auto known = std::ranges::find(logins.users, user);
    const auto place = static_cast<std::size_t>(known - logins.users.begin());
    const bool fresh = known == logins.users.end() && logins.users.size() < kUsersCounted;
    if (fresh) {
      logins.users.push_back(user);
    }
    if (place < logins.told) {
      on_user(logins, place, event, context, out);
    } else {
      on_many(logins, fresh, event, context, out);
    }
  }

  // What is read says itself that it is OT; an office protocol only matters there.
  AlertHandle raise(Finding finding, const Event& event, const RuleContext& context,
                    FindingSink& out) {
    if (event.protocol != Protocol::unknown && !dissector(event.protocol).opaque) {
      return out.raise(std::move(finding));
    }
    return findings_.raise(OtEnd::destination, std::move(finding), context, out);
  }

  void on_user(Logins& logins, std::size_t place, const Event& event, const RuleContext& context,
               FindingSink& out) {
    if (place == logins.alerts.size()) {
      logins.alerts.emplace_back();
    }
    if (!out.again(logins.alerts[place], event.packet)) {
      logins.alerts[place] = raise(finding_of(event, context), event, context, out);
    }
  }

  // Says anew how many they are each time the number has doubled.
  void on_many(Logins& logins, bool fresh, const Event& event, const RuleContext& context,
               FindingSink& out) {
    const bool doubled = fresh && std::has_single_bit(logins.users.size());
    if (doubled || !out.again(logins.many, event.packet)) {
      logins.many =
          raise(finding_of_many(logins.users.size(), event, context), event, context, out);
    }
  }

  static Finding about(const Event& event, const RuleContext& context) {
    Finding finding = event_finding(kKind, event, context);
    finding.severity = Severity::high;
    finding.confidence = 95;
    finding.dedup_key = party_id(finding.destination, context.inventory) + '|' + finding.transport +
                        '|' + std::to_string(event.server.port) + '|';
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    finding.attack = {kAttack[0]};
    finding.certin = CertInClass::posture;
    return finding;
  }

  static std::string sent(const Finding& finding, const std::string& what,
                          const RuleContext& context) {
    return host_words(host_key(finding.source), context.policy) + " sent " + what + " to " +
           host_words(host_key(finding.destination), context.policy) + " by " + finding.protocol +
           " so that whoever listens can ";
  }

  // Whoever reads with it reads a device's state; who writes sets it.
  static Finding community(const Event& event, const RuleContext& context) {
    Finding finding = about(event, context);
    const bool writes = event.posture.what == kCommunityWrites;
    const bool known = event.text == "public" || event.text == "private";
    finding.severity = writes ? Severity::high : Severity::medium;
    finding.quiet = kWeek;
    finding.target = std::string{event.posture.what} + (known ? ' ' + in_quotes(event.text) : "");
    finding.dedup_key += std::string{event.posture.what} + '|' + std::string{event.text};
    finding.why = host_words(host_key(finding.source), context.policy) +
                  (writes ? " set values of " : " read values of ") +
                  host_words(host_key(finding.destination), context.policy) +
                  " by SNMP with a community that whoever listens can read and use" +
                  (known ? ", and that devices are delivered with: " + in_quotes(event.text) : "") +
                  '.';
    finding.attack[1] = known ? kAttack[1] : std::string_view{};
    return finding;
  }

  static Finding unasked(const Event& event, const RuleContext& context) {
    Finding finding = about(event, context);
    finding.target = "no user";
    finding.dedup_key += "nobody";
    finding.why =
        host_words(host_key(finding.source), context.policy) + " was let in to the screen of " +
        host_words(host_key(finding.destination), context.policy) + " by VNC without a password.";
    return finding;
  }

  static Finding delivered(const Event& event, const RuleContext& context) {
    Finding finding = about(event, context);
    const std::string name = printable(event.text.substr(0, kLongestUser));
    finding.target = "log-in as delivered";
    finding.dedup_key += "as delivered|" + name;
    finding.why = host_words(host_key(finding.source), context.policy) + " logged in to " +
                  host_words(host_key(finding.destination), context.policy) + " by " +
                  finding.protocol + " with a log-in that devices are delivered with: user " +
                  name + '.';
    finding.attack = {kAttack[1], kAttack[0]};
    return finding;
  }

  static Finding finding_of(const Event& event, const RuleContext& context) {
    if (event.posture.what == kCommunity || event.posture.what == kCommunityWrites) {
      return community(event, context);
    }
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

  OtFindings findings_;
  std::uint64_t seed_ = process_seed();
  LruTable<Key, Logins, KeyHash> clients_{kMostClients};
};

}  // namespace

extern const DetectorInfo cleartext_credentials_detector;
constinit const DetectorInfo cleartext_credentials_detector = {
    .kind = kKind,
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<CleartextCredentials>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
};

}  // namespace prahari
