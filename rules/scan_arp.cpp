#include "rules/scan_arp.hpp"

#include <algorithm>

#include "rules/describe.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostQuestions = 256;
constexpr std::chrono::seconds kMinute{60};
constexpr std::chrono::seconds kAnswerWithin{3};
constexpr std::uint16_t kRequest = 1;
constexpr std::uint16_t kReply = 2;

}  // namespace

void ArpScan::hear(const IpAddress& ip) {
  if (!ip.empty() && !ip.unspecified() && heard_.find(ip) == heard_.kNone) {
    heard_.insert(ip);
  }
}

void ArpScan::on_event(const Event& event, const RuleContext& context) {
  if (event.kind == EventKind::host && event.host.arp_operation != 0) {
    on_arp(event, context);
    return;
  }
  if (event.kind == EventKind::flow) {
    const FlowFacts& facts = event.flow_facts;
    if (facts.packets[0] > 0) {
      hear(event.client.ip);
    }
    if (facts.packets[1] > 0) {
      hear(event.server.ip);
    }
  }
}

void ArpScan::on_arp(const Event& event, const RuleContext& context) {
  hear(event.client.ip);
  answers_seen_ = answers_seen_ || event.host.arp_operation == kReply;
  const IpAddress& target = event.server.ip;
  if (event.host.arp_operation != kRequest || target.empty() || target == event.client.ip) {
    return;  // the last: an announcement of oneself
  }
  std::uint32_t slot = stations_.find(event.client.mac);
  if (slot == stations_.kNone) {
    slot = stations_.insert(event.client.mac);
    stations_[slot].party = keep(client_party(event, context), context.inventory);
    stations_[slot].limits = {stations_[slot].party.party, context.policy};
  }
  Station& station = stations_[slot];
  auto known = std::ranges::find(station.questions, target, &Question::target);
  if (known == station.questions.end()) {
    if (station.questions.size() == kMostQuestions) {
      station.questions.erase(std::ranges::min_element(station.questions, {}, &Question::time));
    }
    known = station.questions.insert(station.questions.end(), Question{});
  }
  *known = {target, event.packet.time, event.packet, known->told};
  station.changed = true;
}

void ArpScan::judge(Timestamp now, bool over, ScanBook& book, const RuleContext& context,
                    FindingSink& out) {
  stations_.for_each([&](std::uint32_t slot) {
    if (stations_[slot].changed || over) {
      judge(stations_[slot], now, over, book, context, out);
    }
  });
}

void ArpScan::judge(Station& station, Timestamp now, bool over, ScanBook& book,
                    const RuleContext& context, FindingSink& out) {
  const std::size_t targets = station.limits[ScanLimit::arp_targets];
  const std::size_t needed = answers_seen_ ? targets : 2 * targets;
  station.changed = station.questions.size() >= needed;
  if (!station.changed) {
    return;
  }
  std::erase_if(station.questions, [&](const Question& question) {
    return now - question.time > kMinute + kAnswerWithin && !over;
  });
  std::ranges::stable_sort(station.questions, {}, &Question::time);
  std::vector<Question*> open;
  std::size_t first = 0;
  std::size_t longest = 0;
  std::vector<Question*> part;
  for (Question& question : station.questions) {
    if ((!over && now - question.time < kAnswerWithin) ||
        heard_.peek(question.target) != heard_.kNone) {
      continue;
    }
    open.push_back(&question);
    while (question.time - open[first]->time > kMinute) {
      ++first;
    }
    if (open.size() - first >= longest) {
      longest = open.size() - first;
      part.assign(open.begin() + static_cast<std::ptrdiff_t>(first), open.end());
    }
  }
  if (longest < needed) {
    return;
  }
  std::vector<PacketRef> packets;
  std::vector<std::string> names;
  for (Question* question : part) {
    names.push_back(to_string(question->target));
    if (!question->told) {
      question->told = true;
      packets.push_back(question->packet);
    }
  }
  if (packets.empty()) {
    return;
  }
  Finding finding = scan_finding(station.party, std::move(packets), context);
  finding.protocol = "arp";
  finding.transport = "eth";
  finding.outcome = Outcome::failure;
  book.raise(ScanSort::arp,
             "asked by ARP for " + std::to_string(names.size()) + " addresses within " +
                 seconds_words(part.front()->time, part.back()->time) +
                 " that nobody has: " + first_ten(names),
             std::move(finding), context, out);
}

}  // namespace prahari
