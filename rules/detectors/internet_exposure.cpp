// A host in OT and one on the Internet reach each other (detections.md, 8): a connection or a
// conversation either way, or an attempt to connect that follows a question for a name.
//
// Which side is inside: the one that is in OT (rules/ot_place.hpp). What a conduit allows between
// the two zones is no finding. One alert for each inside host and foreign network, up to a number;
// beyond it the host browses, and one more alert counts the rest.

#include <array>

#include "dissectors/lru_table.hpp"
#include "rules/describe.hpp"
#include "rules/host_place.hpp"
#include "rules/ot_findings.hpp"
#include "rules/ot_place.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

constexpr std::string_view kKind = "internet-exposure";
constexpr auto kAttack = std::to_array<std::string_view>({"T0883", "T0822", "T0869"});
constexpr auto kThresholds = std::to_array<Threshold>({
    {"networks", 8, 1, 1000, "foreign networks of one host that are told one by one"},
});
constexpr std::uint32_t kMostHosts = 8192;
constexpr std::uint32_t kMostNetworks = 16'384;
constexpr std::chrono::seconds kNameAskedBefore{10};
constexpr std::size_t kLongestName = 100;
constexpr unsigned kNetworkV4 = 24;
constexpr unsigned kNetworkV6 = 48;

struct NetworkKey {
  HostPlace inside;
  IpAddress network;

  void add_to(Hasher& hash) const noexcept {
    inside.add_to(hash);
    hash.add(network);
  }
  friend bool operator==(const NetworkKey&, const NetworkKey&) = default;
};

// What one inside host does.
struct Inside {
  std::uint32_t networks = 0;
  std::uint32_t told = 0;  // so many are told one by one
  Timestamp asked;         // for a name, last
  PacketRef question;
  std::string name;
};

IpAddress network_of(IpAddress ip) noexcept {
  const std::size_t kept = (ip.v4() ? kNetworkV4 : kNetworkV6) / 8;
  for (std::size_t i = kept; i < ip.octets.size(); ++i) {
    ip.octets[i] = 0;
  }
  return ip;
}

std::string network_words(const IpAddress& ip) {
  return to_string(network_of(ip)) + '/' + std::to_string(ip.v4() ? kNetworkV4 : kNetworkV6);
}

class InternetExposure final : public Detector {
 public:
  void on_event(const Event& event, const RuleContext& context, FindingSink& out) override {
    findings_.on_time(event.packet.time, context, out);
    const bool by_port = event.transport == Transport::tcp || event.transport == Transport::udp;
    if (event.kind != EventKind::flow || !by_port) {
      return;
    }
    switch (event.flow_facts.stage) {
      case FlowStage::established:
        on_talk(event, true, context, out);
        break;
      case FlowStage::refused:
        on_talk(event, false, context, out);
        break;
      case FlowStage::closed:
        if (event.flow_facts.handshake && event.flow_facts.packets[1] == 0) {
          on_talk(event, false, context, out);
        }
        break;
      default:
        break;
    }
  }

  // A question for a name.
  void on_envelope(const Event& event, const RuleContext& context, FindingSink& /*out*/) override {
    if (event.protocol != Protocol::dns || event.message.kind != Kind::request ||
        event.text.empty() || !names_host(event.client.ip) ||
        on_internet(event.client.ip, event.vlan, context.policy)) {
      return;
    }
    Inside& host = inside_of(event.client, event.vlan, context.policy);
    host.asked = event.packet.time;
    host.question = event.packet;
    host.name = event.text.substr(0, kLongestName);
  }

  void on_end(const RuleContext& context, FindingSink& out) override {
    findings_.on_end(context, out);
  }

 private:
  Inside& inside_of(const Endpoint& end, const VlanTags& vlan, const Policy& policy) {
    const HostPlace place = host_place(end, vlan);
    std::uint32_t slot = hosts_.find(place);
    if (slot == hosts_.kNone) {
      slot = hosts_.insert(place);
      hosts_[slot].told = static_cast<std::uint32_t>(
          policy.threshold(kKind, kThresholds[0], policy.zone_of(host_key(end, vlan))));
    }
    return hosts_[slot];
  }

  void on_talk(const Event& event, bool reached, const RuleContext& context, FindingSink& out) {
    if (!names_host(event.client.ip) || !names_host(event.server.ip)) {
      return;
    }
    const bool client_out = on_internet(event.client.ip, event.vlan, context.policy);
    const bool server_out = on_internet(event.server.ip, event.vlan, context.policy);
    if (client_out == server_out || is_allowed(event, context.policy)) {
      return;  // neither, or two strangers
    }
    if (!reached && client_out) {
      return;  // noise of the Internet, at a door that stayed shut
    }
    const Endpoint& inside = client_out ? event.server : event.client;
    Inside& host = inside_of(inside, event.vlan, context.policy);
    if (!reached && !asked_before(host, event)) {
      return;
    }
    const NetworkKey key{host_place(inside, event.vlan),
                         network_of(client_out ? event.client.ip : event.server.ip)};
    std::uint32_t slot = networks_.find(key);
    if (slot == networks_.kNone) {
      slot = networks_.insert(key);
      ++host.networks;
    }
    if (out.again(networks_[slot], event.packet)) {
      return;
    }
    const bool many = host.networks > host.told;
    Finding finding = finding_of(event, client_out, reached, host, context);
    if (many) {
      finding.dedup_key =
          party_id(client_out ? finding.destination : finding.source, context.inventory) +
          "|many networks";
      finding.why.pop_back();
      finding.why += "; it is network " + std::to_string(host.networks) +
                     " on the Internet that this host reached.";
    }
    networks_[slot] = findings_.raise(client_out ? OtEnd::destination : OtEnd::source,
                                      std::move(finding), context, out);
  }

  static bool is_allowed(const Event& event, const Policy& policy) {
    if (!policy.has_zones()) {
      return false;
    }
    const ZoneIndex from = policy.zone_of(host_key(event.client, event.vlan));
    const ZoneIndex to = policy.zone_of(host_key(event.server, event.vlan));
    if (from == to) {
      return false;
    }
    const Verdict verdict = policy.judge(from, to,
                                         {.protocol = event.protocol,
                                          .transport = event.transport,
                                          .server_port = event.server.port,
                                          .has_operation = false,
                                          .operation = {},
                                          .name = {},
                                          .target = {},
                                          .time = event.packet.time});
    return verdict.allowed || (event.protocol != Protocol::unknown && is_ot(event.protocol) &&
                               policy.names_protocol(from, to, event.protocol));
  }

  static bool asked_before(const Inside& host, const Event& event) noexcept {
    const Timestamp began = event.flow_facts.first;
    return !host.name.empty() && began >= host.asked && began - host.asked <= kNameAskedBefore;
  }

  static std::string did(const Finding& finding, const Event& event, bool client_out, bool reached,
                         const Inside& host, const RuleContext& context) {
    const std::string source = host_words(host_key(finding.source), context.policy);
    const std::string destination = host_words(host_key(finding.destination), context.policy);
    const std::string port =
        to_string(event.transport).data() + ('/' + std::to_string(event.server.port));
    if (!reached) {
      return source + " asked for the address of " + in_quotes(host.name) +
             " and tried to connect to " + destination + " on the Internet (" + port +
             "), which did not answer.";
    }
    if (client_out) {
      return source + " on the Internet reached " + destination + ", which answered it (" + port +
             ").";
    }
    return source + " reached " + destination + " on the Internet (" + port + ").";
  }

  static Finding finding_of(const Event& event, bool client_out, bool reached, const Inside& host,
                            const RuleContext& context) {
    Finding finding;
    finding.kind = kKind;
    finding.severity = reached ? Severity::critical : Severity::high;
    finding.confidence = event.flow_facts.client_known ? 95 : 80;
    finding.source = client_party(event, context);
    finding.destination = server_party(event, context);
    finding.protocol = protocol_words(event);
    finding.transport = to_string(event.transport);
    finding.outcome = reached ? Outcome::success : Outcome::failure;
    const Party& inside = client_out ? finding.destination : finding.source;
    finding.dedup_key = party_id(inside, context.inventory) + '|' +
                        network_words(client_out ? event.client.ip : event.server.ip) +
                        (reached ? "" : "|tried");
    finding.why = did(finding, event, client_out, reached, host, context);
    finding.accept = ignore_entry(finding, context.policy, event.packet.time);
    finding.attack = client_out ? std::array<std::string_view, 3>{kAttack[0], kAttack[1]}
                                : std::array<std::string_view, 3>{kAttack[0], kAttack[2]};
    finding.certin = reached ? CertInClass::incident : CertInClass::posture;
    if (!reached) {
      finding.evidence.push_back(host.question);
    }
    finding.evidence.push_back(event.packet);
    finding.state = event.state;
    return finding;
  }

  LruTable<HostPlace, Inside, KeyHash> hosts_{kMostHosts};
  LruTable<NetworkKey, AlertHandle, KeyHash> networks_{kMostNetworks};
  OtFindings findings_;
};

}  // namespace

extern const DetectorInfo internet_exposure_detector;
constinit const DetectorInfo internet_exposure_detector = {
    .kind = kKind,
    .title = "OT ↔ Internet",
    .make = []() -> std::unique_ptr<Detector> { return std::make_unique<InternetExposure>(); },
    .attack = kAttack,
    .thresholds = kThresholds,
    .envelopes = true,
};

}  // namespace prahari
