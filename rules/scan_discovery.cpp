#include "rules/scan_discovery.hpp"

#include <algorithm>
#include <array>

#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostQuestions = 64;
constexpr std::size_t kCertainly = 20;    // no need to wait for what else they are asked
constexpr std::size_t kSlotsRefused = 3;  // of those: nothing is there
constexpr std::chrono::seconds kMinute{60};

// Hosts with one of these tags may ask who is there.
constexpr std::array<std::string_view, 3> kApproved = {"engineering", "hmi", "jump-host"};

bool asks(const MessageFacts& message) noexcept {
  return message.kind == Kind::request || message.kind == Kind::oneway;
}

bool to_everybody(const Event& event) noexcept {
  return event.server.ip.broadcast() || event.server.ip.multicast() || event.server.mac.group();
}

// Whether a session is opened, which tells nothing of what it is opened for.
bool sets_up(const MessageFacts& message) noexcept {
  return message.operation == Operation::read && message.table.empty() && message.count == 0;
}

std::string words_of(const IpAddress& ip, const Policy& policy) {
  return host_words({.ip = ip, .mac = {}, .vlan = {}}, policy);
}

// Those within a minute of the latest, oldest first.
template <class Questions>
void keep_last_minute(Questions& questions) {
  if (questions.empty()) {
    return;
  }
  const auto time_of = [](const auto* question) { return question->time; };
  const Timestamp last = time_of(*std::ranges::max_element(questions, {}, time_of));
  std::erase_if(questions, [&](const auto* question) { return last - question->time > kMinute; });
}

}  // namespace

void DiscoverySweep::on_event(const Event& event, ScanBook& book, const RuleContext& context,
                              FindingSink& out) {
  if (event.kind != EventKind::message || event.client.ip.empty()) {
    return;
  }
  const MessageFacts& message = event.message;
  if (message.operation != Operation::discover) {
    if (asks(message) && event.flow.valid() && !sets_up(message)) {
      on_use(event);
    }
    return;
  }
  if (!asks(message)) {
    if (message.outcome == Outcome::failure) {
      on_refusal(event);
    }
  } else if (to_everybody(event)) {
    on_everybody(event, {book, context, out});
  } else if (message.direction == Direction::to_server) {
    on_question(event, context);
  }
}

// Once a flow: the look-up is dear.
void DiscoverySweep::on_use(const Event& event) {
  FlowNote& note = notes_.at(event.flow).note;
  if (note.used) {
    return;
  }
  note.used = true;
  const HostPair pair{event.client.ip, event.server.ip};
  if (used_.find(pair) == used_.kNone) {
    used_.insert(pair);
  }
}

DiscoverySweep::Client& DiscoverySweep::client_of(const Event& event, const RuleContext& context) {
  std::uint32_t slot = clients_.find(event.client.ip);
  if (slot == clients_.kNone) {
    slot = clients_.insert(event.client.ip);
    Client& client = clients_[slot];
    client.party = keep(client_party(event, context), context.inventory);
    client.limits = {client.party.party, context.policy};
    client.protocol = protocol_words(event);
    client.transport = to_string(event.transport);
    const HostKey host = host_key(event.client, event.vlan);
    client.expected = std::ranges::any_of(
        kApproved, [&](std::string_view tag) { return context.policy.has_tag(host, tag); });
  }
  return clients_[slot];
}

void DiscoverySweep::on_question(const Event& event, const RuleContext& context) {
  Client& client = client_of(event, context);
  if (client.expected) {
    return;
  }
  const auto known = std::ranges::find_if(client.questions, [&](const Question& question) {
    return question.server == event.server.ip && question.unit == event.message.unit;
  });
  if (known != client.questions.end()) {
    known->time = event.packet.time;
    return;
  }
  if (client.questions.size() == kMostQuestions) {
    client.questions.erase(std::ranges::min_element(client.questions, {}, &Question::time));
  }
  client.questions.push_back({.server = event.server.ip,
                              .unit = event.message.unit,
                              .time = event.packet.time,
                              .packet = event.packet});
  client.changed = true;
}

void DiscoverySweep::on_refusal(const Event& event) {
  const std::uint32_t slot = clients_.peek(event.client.ip);
  if (slot == clients_.kNone) {
    return;
  }
  for (Question& question : clients_[slot].questions) {
    if (question.server == event.server.ip && question.unit == event.message.unit) {
      question.refused = true;
      clients_[slot].changed = true;
    }
  }
}

void DiscoverySweep::on_everybody(const Event& event, const Report& report) {
  Client& client = client_of(event, report.context);
  if (client.expected || report.out.again(client.everybody, event.packet)) {
    return;
  }
  Finding finding = scan_finding(client.party, {event.packet}, report.context);
  finding.protocol = client.protocol;
  finding.transport = client.transport;
  set_operation(finding, event, report.context);
  finding.state = event.state;
  const std::string clause = "asked everybody on the network who is there (" + finding.protocol +
                             ' ' + finding.operation_name +
                             "), and is not tagged engineering, hmi or jump-host";
  client.everybody = report.book.raise(ScanSort::everybody, clause, std::move(finding),
                                       report.context, report.out);
}

void DiscoverySweep::judge(Timestamp now, bool over, ScanBook& book, const RuleContext& context,
                           FindingSink& out) {
  clients_.for_each([&](std::uint32_t slot) {
    if (clients_[slot].changed) {
      judge(clients_[slot], now, over, {book, context, out});
    }
  });
}

void DiscoverySweep::judge(Client& client, Timestamp now, bool over, const Report& report) {
  const bool waits = std::ranges::any_of(client.questions, [&](const Question& question) {
    return now >= question.time && now - question.time < kMinute;
  });
  client.changed = waits && !over;
  judge_slots(client, report);
  judge_devices(client, now, over, report);
}

void DiscoverySweep::judge_devices(Client& client, Timestamp now, bool over, const Report& report) {
  Questions asked;
  for (Question& question : client.questions) {
    const auto same = [&](const Question* other) { return other->server == question.server; };
    if (used_.peek({client.party.party.ip, question.server}) == used_.kNone &&
        std::ranges::none_of(asked, same)) {
      asked.push_back(&question);
    }
  }
  keep_last_minute(asked);
  const bool settled = over || asked.size() >= kCertainly ||
                       std::ranges::all_of(asked, [&](const Question* question) {
                         return now < question->time || now - question->time >= kMinute;
                       });
  if (asked.size() < client.limits[ScanLimit::devices] || !settled) {
    return;
  }
  std::vector<std::string> names;
  for (const Question* question : asked) {
    names.push_back(words_of(question->server, report.context.policy));
  }
  tell(client, ScanSort::devices, asked,
       "asked " + std::to_string(names.size()) + " devices within a minute who they are, and " +
           "nothing else: " + first_ten(names),
       report);
}

void DiscoverySweep::judge_slots(Client& client, const Report& report) {
  for (const Question& first : client.questions) {
    Questions asked;
    for (Question& question : client.questions) {
      if (question.server == first.server) {
        asked.push_back(&question);
      }
    }
    keep_last_minute(asked);
    const auto refused = std::ranges::count_if(asked, &Question::refused);
    if (asked.size() < client.limits[ScanLimit::slots] ||
        static_cast<std::size_t>(refused) < kSlotsRefused) {
      continue;
    }
    tell(client, ScanSort::slots, asked,
         "asked " + std::to_string(asked.size()) + " slots or units behind " +
             words_of(first.server, report.context.policy) + " within a minute who they are, " +
             std::to_string(refused) + " of which refused",
         report);
    return;
  }
}

void DiscoverySweep::tell(const Client& client, ScanSort sort, const Questions& part,
                          const std::string& clause, const Report& report) {
  const auto bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(sort));
  std::vector<PacketRef> fresh;
  for (Question* question : part) {
    if ((question->told & bit) == 0) {
      question->told = static_cast<std::uint16_t>(question->told | bit);
      fresh.push_back(question->packet);
    }
  }
  if (fresh.empty()) {
    return;
  }
  Finding finding = scan_finding(client.party, std::move(fresh), report.context);
  finding.protocol = client.protocol;
  finding.transport = client.transport;
  report.book.raise(sort, clause, std::move(finding), report.context, report.out);
}

}  // namespace prahari
