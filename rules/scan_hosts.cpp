#include "rules/scan_hosts.hpp"

#include <algorithm>
#include <array>

#include "dissectors/registry.hpp"
#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostAttempts = 128;
constexpr std::chrono::seconds kMinute{60};
constexpr std::chrono::hours kDay{24};
constexpr std::chrono::seconds kAnswerWithin{3};
constexpr std::uint64_t kMostSynPackets = 7;  // a SYN and its repetitions
constexpr std::uint64_t kMostUdpPackets = 2;  // more is a stream that needs no answer

constexpr auto kOtPorts =
    std::to_array<std::uint16_t>({102, 502, 2222, 2404, 4840, 20000, 44818, 47808});

bool is_ot_port(const Transport transport, std::uint16_t port) noexcept {
  const auto layer =
      transport == Transport::udp ? Binding::Layer::udp_port : Binding::Layer::tcp_port;
  return std::ranges::find(kOtPorts, port) != kOtPorts.end() ||
         at_home({layer, port}) != Protocol::unknown;
}

bool is_host(const Endpoint& end) noexcept {
  return !end.ip.empty() && !end.ip.multicast() && !end.ip.broadcast() && !end.ip.unspecified() &&
         !end.ip.loopback() && !end.mac.group();
}

template <class Table, class Key>
void remember(Table& table, const Key& key) {
  if (table.find(key) == table.kNone) {
    table.insert(key);
  }
}

// The latest of the longest runs within `window` by distinct `key`; attempts are sorted by time.
template <class Attempts, class KeyOf>
Attempts busiest(const Attempts& attempts, std::chrono::nanoseconds window, KeyOf key_of) {
  Attempts best;
  std::size_t best_count = 0;
  for (std::size_t first = 0, last = 0; last < attempts.size(); ++last) {
    while (attempts[last]->time - attempts[first]->time > window) {
      ++first;
    }
    std::vector<decltype(key_of(*attempts[0]))> keys;
    for (std::size_t i = first; i <= last; ++i) {
      keys.push_back(key_of(*attempts[i]));
    }
    std::ranges::sort(keys);
    const auto count =
        static_cast<std::size_t>(std::unique(keys.begin(), keys.end()) - keys.begin());
    if (count >= best_count) {
      best_count = count;
      best.assign(attempts.begin() + static_cast<std::ptrdiff_t>(first),
                  attempts.begin() + static_cast<std::ptrdiff_t>(last) + 1);
    }
  }
  return best;
}

template <class Attempts>
std::vector<std::string> target_names(const Attempts& attempts, const Policy& policy) {
  std::vector<IpAddress> targets;
  std::vector<std::string> names;
  for (const auto* attempt : attempts) {
    if (std::ranges::find(targets, attempt->target) == targets.end()) {
      targets.push_back(attempt->target);
      names.push_back(host_words({.ip = attempt->target, .mac = {}, .vlan = {}}, policy));
    }
  }
  return names;
}

template <class Attempts>
std::vector<std::string> port_names(const Attempts& attempts) {
  std::vector<std::uint16_t> ports;
  ports.reserve(attempts.size());
  for (const auto* attempt : attempts) {
    ports.push_back(attempt->port);
  }
  std::ranges::sort(ports);
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  std::vector<std::string> names;
  names.reserve(ports.size());
  for (const std::uint16_t port : ports) {
    names.push_back(std::to_string(port));
  }
  return names;
}

}  // namespace

void HostScan::on_event(const Event& event, const RuleContext& context) {
  if (event.kind == EventKind::flow) {
    on_flow(event, context);
    return;
  }
  if (event.kind != EventKind::message || !event.flow.valid()) {
    return;
  }
  FlowNote& note = notes_.at(event.flow).note;
  if (!note.spoke) {
    note.spoke = true;
    if (Attempt* attempt = attempt_of(event)) {
      attempt->state = State::answered;
    }
  }
  if (!note.server_answered && event.message.kind == Kind::response) {
    note.server_answered = true;
    remember(controllers_, event.server.ip);
    remember(answered_, HostPair{event.client.ip, event.server.ip});
  }
}

void HostScan::on_flow(const Event& event, const RuleContext& context) {
  const bool by_port = event.transport == Transport::tcp || event.transport == Transport::udp;
  if (!by_port || !is_host(event.client) || !is_host(event.server)) {
    return;
  }
  const FlowStage stage = event.flow_facts.stage;
  if (stage == FlowStage::opened) {
    on_opened(event, context);
    return;
  }
  if (stage == FlowStage::established) {
    sees_answers_ = sees_answers_ || event.flow_facts.packets[1] > 0;
    remember(answered_, HostPair{event.client.ip, event.server.ip});
  }
  Attempt* attempt = attempt_of(event);
  if (attempt == nullptr) {
    return;
  }
  switch (stage) {
    case FlowStage::established:
      attempt->state = State::answered;
      break;
    case FlowStage::refused:
      attempt->state = State::failed;
      break;
    default:
      on_closed(*attempt, event);
      break;
  }
}

void HostScan::on_opened(const Event& event, const RuleContext& context) {
  const FlowFacts& facts = event.flow_facts;
  const bool tcp = event.transport == Transport::tcp;
  if ((tcp && !facts.handshake) || facts.packets[1] > 0) {
    return;  // picked up in the middle, or only the answer was seen
  }
  std::uint32_t slot = clients_.find(event.client.ip);
  if (slot == clients_.kNone) {
    slot = clients_.insert(event.client.ip);
    clients_[slot].party = keep(client_party(event, context), context.inventory);
    clients_[slot].limits = {clients_[slot].party.party, context.policy};
  }
  Client& client = clients_[slot];
  auto at = std::ranges::find_if(client.attempts, [&](const Attempt& known) {
    return known.target == event.server.ip && known.port == event.server.port &&
           known.transport == event.transport;
  });
  if (at == client.attempts.end()) {
    if (client.attempts.size() == kMostAttempts) {
      client.attempts.erase(std::ranges::min_element(client.attempts, {}, &Attempt::time));
    }
    at = client.attempts.insert(client.attempts.end(), Attempt{});
  }
  const bool known = answered_.peek(HostPair{event.client.ip, event.server.ip}) != answered_.kNone;
  *at = {.target = event.server.ip,
         .port = event.server.port,
         .transport = event.transport,
         .state = tcp ? State::asked : State::waiting,
         .told = 0,
         .known = known,
         .time = event.packet.time,
         .flow = event.flow,
         .packet = event.packet};
  client.changed = true;
  changed_ = true;
}

HostScan::Attempt* HostScan::attempt_of(const Event& event) {
  const std::uint32_t slot = clients_.peek(event.client.ip);
  if (slot == clients_.kNone) {
    return nullptr;
  }
  const auto at = std::ranges::find(clients_[slot].attempts, event.flow, &Attempt::flow);
  if (at == clients_[slot].attempts.end()) {
    return nullptr;
  }
  clients_[slot].changed = true;
  changed_ = true;
  return &*at;
}

void HostScan::on_closed(Attempt& attempt, const Event& event) {
  const FlowFacts& facts = event.flow_facts;
  if (attempt.state == State::answered) {
    if (is_ot_port(attempt.transport, attempt.port) && !notes_.at(event.flow).note.spoke) {
      attempt.state = State::silent;
    }
    return;
  }
  const std::uint64_t most = event.transport == Transport::tcp ? kMostSynPackets : kMostUdpPackets;
  // More packets than that: a one-way mirror, the session was alive.
  attempt.state =
      facts.packets[1] == 0 && facts.packets[0] <= most ? State::failed : State::answered;
}

void HostScan::judge(Timestamp now, ScanBook& book, const RuleContext& context, FindingSink& out) {
  if (!changed_) {
    return;
  }
  changed_ = false;
  clients_.for_each([&](std::uint32_t slot) {
    Client& client = clients_[slot];
    if (client.changed) {
      judge(client, now, {book, context, out});
      changed_ = changed_ || client.changed;
    }
  });
}

bool HostScan::failed(const Attempt& attempt, Timestamp now) const noexcept {
  return attempt.state == State::failed ||
         (sees_answers_ && attempt.state == State::asked && now - attempt.time >= kAnswerWithin);
}

void HostScan::judge(Client& client, Timestamp now, const Report& report) {
  client.changed = std::ranges::any_of(
      client.attempts, [](const Attempt& attempt) { return attempt.state == State::asked; });
  if (!std::ranges::is_sorted(client.attempts, {}, &Attempt::time)) {
    std::ranges::stable_sort(client.attempts, {}, &Attempt::time);
  }
  Attempts failures;
  for (Attempt& attempt : client.attempts) {
    if (failed(attempt, now)) {
      failures.push_back(&attempt);
    }
  }
  judge_hosts(client, failures, report);
  if (failures.size() >= client.limits[ScanLimit::ports_failed]) {
    judge_ports(client, now, report);
  }
  judge_controllers(client, now, report);
}

void HostScan::judge_hosts(Client& client, const Attempts& failures, const Report& report) {
  Attempts strangers;
  std::ranges::copy_if(failures, std::back_inserter(strangers),
                       [](const Attempt* attempt) { return !attempt->known; });
  if (strangers.size() <
      std::min(client.limits[ScanLimit::hosts], client.limits[ScanLimit::hosts_slowly])) {
    return;
  }
  const auto target = [](const Attempt& attempt) { return attempt.target; };
  Attempts part = busiest(strangers, kMinute, target);
  std::vector<std::string> names = target_names(part, report.context.policy);
  if (names.size() < client.limits[ScanLimit::hosts]) {
    part = busiest(strangers, kDay, target);
    names = target_names(part, report.context.policy);
    if (names.size() < client.limits[ScanLimit::hosts_slowly]) {
      return;
    }
  }
  const std::string ports = first_ten(port_names(part));
  tell(client, ScanSort::hosts, part,
       "tried " + std::to_string(names.size()) + " hosts within " +
           seconds_words(part.front()->time, part.back()->time) +
           " that did not answer or refused, on port " + ports + ": " + first_ten(names),
       report);
}

void HostScan::judge_ports(Client& client, Timestamp now, const Report& report) const {
  std::vector<IpAddress> targets;
  for (const Attempt& attempt : client.attempts) {
    if (std::ranges::find(targets, attempt.target) == targets.end()) {
      targets.push_back(attempt.target);
    }
  }
  for (const IpAddress& target : targets) {
    Attempts attempts;
    for (Attempt& attempt : client.attempts) {
      if (attempt.target == target && (attempt.state == State::answered || failed(attempt, now))) {
        attempts.push_back(&attempt);
      }
    }
    const Attempts part =
        busiest(attempts, kMinute, [](const Attempt& attempt) { return attempt.port; });
    const std::vector<std::string> ports = port_names(part);
    const auto failures = static_cast<std::size_t>(
        std::ranges::count_if(part, [&](const Attempt* one) { return failed(*one, now); }));
    if (ports.size() >= client.limits[ScanLimit::ports] &&
        failures >= client.limits[ScanLimit::ports_failed]) {
      tell(client, ScanSort::ports, part,
           "tried " + std::to_string(ports.size()) + " ports of " +
               host_words({.ip = target, .mac = {}, .vlan = {}}, report.context.policy) +
               " within " + seconds_words(part.front()->time, part.back()->time) + ": " +
               first_ten(ports),
           report);
    }
  }
}

bool HostScan::is_controller(const IpAddress& target, const RuleContext& context) const {
  const HostKey host{.ip = target, .mac = {}, .vlan = {}};
  return controllers_.peek(target) != controllers_.kNone ||
         context.policy.has_tag(host, "controller") || context.policy.has_tag(host, "safety");
}

void HostScan::judge_controllers(Client& client, Timestamp now, const Report& report) const {
  Attempts probes;
  for (Attempt& attempt : client.attempts) {
    if (!attempt.known && (failed(attempt, now) || attempt.state == State::silent) &&
        is_ot_port(attempt.transport, attempt.port) &&
        is_controller(attempt.target, report.context)) {
      probes.push_back(&attempt);
    }
  }
  const Attempts part =
      busiest(probes, kMinute, [](const Attempt& attempt) { return attempt.target; });
  const std::vector<std::string> names = target_names(part, report.context.policy);
  if (names.size() >= client.limits[ScanLimit::controllers]) {
    tell(client, ScanSort::controllers, part,
         "tried the port of " + std::to_string(names.size()) + " controllers within " +
             seconds_words(part.front()->time, part.back()->time) +
             " without a word of their protocol: " + first_ten(names),
         report);
  }
}

void HostScan::tell(Client& client, ScanSort sort, const Attempts& part, const std::string& clause,
                    const Report& report) {
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(sort));
  std::vector<PacketRef> fresh;
  for (Attempt* attempt : part) {
    if ((attempt->told & bit) == 0) {
      attempt->told = static_cast<std::uint8_t>(attempt->told | bit);
      fresh.push_back(attempt->packet);
    }
  }
  if (fresh.empty()) {
    return;
  }
  Finding finding = scan_finding(client.party, std::move(fresh), report.context);
  finding.transport = to_string(part.front()->transport);
  finding.protocol = finding.transport;
  finding.outcome = Outcome::failure;
  report.book.raise(sort, clause, std::move(finding), report.context, report.out);
}

}  // namespace prahari
