#include "rules/silent_polls.hpp"

#include <algorithm>
#include <tuple>

#include "dissectors/routine.hpp"
#include "rules/baseline_choice.hpp"
#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/link_view.hpp"
#include "rules/number_words.hpp"

namespace prahari {
namespace {

constexpr std::chrono::seconds kCheck{1};
constexpr std::size_t kMostNamed = 4;

double seconds(Timestamp::duration span) { return std::chrono::duration<double>(span).count(); }

// Some order, to bring equal ones together.
auto order_of(const HostPlace& place) {
  return std::tuple(place.ip.family, place.ip.octets, place.mac.octets, place.vlan.ids,
                    place.vlan.count);
}

HostKey host_of(const HostPlace& place) noexcept {
  return {.ip = place.ip, .mac = place.mac, .vlan = place.vlan};
}

std::string carrier_words(const BaselineService& service) {
  return service.protocol == Protocol::unknown
             ? to_string(service)
             : std::string{to_string(carrier_of(service.protocol))};
}

// Whose silence it is that the poll does not come: of the server that nobody asks any longer, too.
const HostPlace& peer_of(const BaselinePoll& poll, bool of_client) noexcept {
  return of_client ? poll.link.server : poll.link.client;
}

}  // namespace

// --- what the baseline knows ---

void SilentPolls::begin(Timestamp now, const RuleContext& context) {
  begun_ = true;
  heard_ = now;
  begun_at_ = now;
  ways_ = {now, now};
  const Baseline& baseline = *context.baseline;
  positions_.assign(baseline.poll_count(), kNone);
  for (BaselinePollIndex poll = 0; poll < baseline.poll_count(); ++poll) {
    if (baseline.locked(baseline.zone_of(poll).name)) {
      positions_[poll] = static_cast<std::uint32_t>(polls_.size());
      add(poll, now, context);
    }
  }
  find_devices();
}

void SilentPolls::add(BaselinePollIndex index, Timestamp now, const RuleContext& context) {
  const BaselinePoll& known = context.baseline->poll(index);
  const HostKey server = host_of(known.link.server);
  const ZoneIndex zone = context.policy.zone_of(server);
  const auto threshold = [&](std::size_t which) {
    return context.policy.threshold(kDeviceSilent, kSilenceThresholds[which], zone);
  };
  Poll poll;
  poll.known = &known;
  poll.link = context.baseline->link_of(index);
  poll.zone = context.choice->zone_of(host_of(known.link.client), server);
  poll.last = now;
  poll.limit = std::max(threshold(silence_threshold::kIntervals) * known.interval.median,
                        threshold(silence_threshold::kLeastSeconds));
  // The last of what is told together is known that much later.
  constexpr double kTogether = Routine::kTogether.count();
  poll.limit += known.interval.median < kTogether / 2 ? kTogether : 0;
  polls_.push_back(poll);
}

void SilentPolls::find_devices() {
  std::vector<std::uint32_t> order(polls_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  const auto server_key = [this](std::uint32_t at) {
    const BaselinePoll& known = *polls_[at].known;
    const BaselineService& service = known.link.service;
    return std::tuple(order_of(known.link.server), carrier_of(service.protocol), service.transport,
                      service.port, silent_unit(service.protocol, known.unit));
  };
  const auto client_key = [this](std::uint32_t at) {
    return order_of(polls_[at].known->link.client);
  };
  const auto group = [&](auto&& key, std::vector<Device>& devices, std::uint32_t Poll::*place,
                         bool servers) {
    std::ranges::stable_sort(order, {}, key);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const BaselinePoll& known = *polls_[order[i]].known;
      if (i == 0 || key(order[i - 1]) != key(order[i])) {
        Device& device = devices.emplace_back();
        device.place = servers ? known.link.server : known.link.client;
        device.service = known.link.service;
        device.unit = servers ? silent_unit(known.link.service.protocol, known.unit) : 0;
      }
      devices.back().polls.push_back(order[i]);
      polls_[order[i]].*place = static_cast<std::uint32_t>(devices.size() - 1);
    }
  };
  group(server_key, servers_, &Poll::server, true);
  group(client_key, clients_, &Poll::client, false);
}

// --- what the mirror shows ---

// Whether what comes the other way is heard while this way nothing is. Where a server falls
// silent its client is still heard, so that alone tells of the mirror only the other way round.
bool SilentPolls::hidden(const Directions& heard, bool by_client) noexcept {
  const auto way = static_cast<std::size_t>(by_client);
  return heard[1 - way] - heard[way] > kBlindAfter;
}

bool SilentPolls::hidden(const Poll& poll) const noexcept {
  const bool by_client = poll.known->by_client;
  return (several_ && hidden(ways_, by_client)) ||
         (by_client && poll.link < links_.size() && hidden(links_[poll.link], true));
}

void SilentPolls::note_direction(const Event& event, const RuleContext& context) {
  const Timestamp now = event.packet.time;
  const bool by_client = event.from_client;
  const auto way = static_cast<std::size_t>(by_client);
  const BaselineLinkIndex link = context.links->of(event, context).link;
  if (link != kNone && link >= links_.size()) {
    links_.resize(link + std::size_t{1}, Directions{begun_at_, begun_at_});
  }
  // What was hidden until now was not missing until now.
  if ((several_ && hidden(ways_, by_client)) ||
      (by_client && link != kNone && hidden(links_[link], true))) {
    for (Poll& poll : polls_) {
      if (poll.known->by_client == by_client && hidden(poll)) {
        poll.last = std::max(poll.last, now);
      }
    }
  }
  ways_[way] = std::max(ways_[way], now);
  // What a server sends unasked does not tell that it was asked.
  if (link != kNone && (by_client || !asks(event))) {
    links_[link][way] = std::max(links_[link][way], now);
  }
}

// --- what comes, and what does not ---

void SilentPolls::on_event(const Event& event, bool judged, bool several,
                           const RuleContext& context, FindingSink& out) {
  const Timestamp now = event.packet.time;
  several_ = several;
  if (!begun_) {
    begin(now, context);
  }
  if (now - heard_ > kBlindAfter) {
    pass_over(now - heard_);
  }
  heard_ = std::max(heard_, now);
  if (judged && (event.kind == EventKind::message || event.kind == EventKind::tally)) {
    note_direction(event, context);
    if (asks(event)) {
      on_poll(event, context, out);
    }
  }
  if (now >= next_check_) {
    next_check_ = now + kCheck;
    check(event.packet, context, out);
  }
}

void SilentPolls::pass_over(Timestamp::duration span) {
  for (Poll& poll : polls_) {
    poll.last += span;
  }
}

// A file from before polls had names has one for all of them.
BaselinePollIndex SilentPolls::nameless_poll(const Event& event, const RuleContext& context) {
  const BaselineLinkIndex link = context.links->of(event, context).link;
  PollQuery asked;
  if (link == kNone || !see_poll(event, asked)) {
    return kNone;
  }
  asked.text = {};
  return context.baseline->find_poll(link, asked);
}

void SilentPolls::on_poll(const Event& event, const RuleContext& context, FindingSink& out) {
  BaselinePollIndex found = context.links->poll(event, context);
  if (found == kNone && !event.text.empty()) {
    found = nameless_poll(event, context);
  }
  const std::uint32_t position = found == kNone ? kNone : positions_[found];
  if (position == kNone) {
    return;
  }
  Poll* const at = &polls_[position];
  at->last = std::max(at->last, event.packet.time);
  at->packet = event.packet;
  at->state = event.state;
  at->seen = true;
  if (!at->missing) {
    return;
  }
  at->missing = false;
  Device& device = device_of(*at);
  if (--device.missing == 0) {
    out.refine(device.alert, Outcome::success, event.packet);
  }
}

void SilentPolls::check(const PacketRef& packet, const RuleContext& context, FindingSink& out) {
  const Timestamp now = packet.time;
  for (std::uint32_t at = 0; at < polls_.size(); ++at) {
    Poll& poll = polls_[at];
    if (!in_force(poll, context)) {
      poll.last = std::max(poll.last, now);
    }
    if (poll.missing || seconds(now - poll.last) <= poll.limit) {
      continue;
    }
    if (hidden(poll)) {
      poll.last = now;
    } else {
      note_missing(at, now);
    }
  }
  for (const std::uint32_t at : news_) {
    Device& device = device_of(polls_[at]);
    device.alert = out.raise(finding_of(polls_[at], device, packet, context));
    device.untold = 0;
  }
  news_.clear();
}

// While another baseline is in force in its zone, nobody expects the poll.
bool SilentPolls::in_force(const Poll& poll, const RuleContext& context) noexcept {
  return context.choice->at(poll.zone) == context.baseline;
}

void SilentPolls::note_missing(std::uint32_t at, Timestamp now) {
  Poll& poll = polls_[at];
  poll.missing = true;
  poll.of_client = client_stopped(poll, now);
  Device& device = device_of(poll);
  if (device.missing++ == 0) {
    device.peer = peer_of(*poll.known, poll.of_client);
  }
  if (device.untold++ == 0) {
    news_.push_back(at);
  }
}

bool SilentPolls::client_stopped(const Poll& poll, Timestamp now) const {
  if (!poll.known->by_client) {
    return false;
  }
  bool together = false;
  for (const std::uint32_t at : clients_[poll.client].polls) {
    const Poll& other = polls_[at];
    if (!other.known->by_client || other.server == poll.server) {
      continue;
    }
    const double silent = seconds(now - other.last);
    const double usual = std::max(poll.known->interval.median, other.known->interval.median);
    if (silent < std::min(poll.limit, other.limit) / 2) {
      return false;  // it asks others
    }
    constexpr double kTogether = Routine::kTogether.count();
    const double apart = std::abs(seconds(other.last - poll.last));
    together = together || apart <= 2 * usual + kTogether;
  }
  return together;
}

// --- what is told ---

// `packet`: at which it was noticed, whatever it is about; it tells the time.
Finding SilentPolls::finding_of(const Poll& poll, const Device& device, const PacketRef& packet,
                                const RuleContext& context) const {
  const Timestamp now = packet.time;
  const BaselinePoll& known = *poll.known;
  const HostPlace& sender = known.by_client ? known.link.client : known.link.server;
  const HostPlace& receiver = known.by_client ? known.link.server : known.link.client;
  const auto words = [&](const HostPlace& place) {
    return host_words(host_of(place), context.policy);
  };
  Finding finding;
  finding.source = party_of(device.place, context);
  finding.destination = party_of(device.peer, context);
  finding.protocol = to_string(known.link.service);
  finding.times = device.untold;
  const std::string unit = of_unit_words(silent_unit(known.link.service.protocol, known.unit));
  const std::string learned =
      "median " + seconds_words(known.interval.median) + " ± " + seconds_words(known.interval.mad);
  const std::string since = seconds_words(seconds(now - poll.last));
  finding.why = words(sender) + " sends " + (known.name.empty() ? finding.protocol : known.name) +
                (known.text.empty() ? "" : " " + known.text) + " to " + words(receiver) + unit +
                " every " + learned + "; " +
                (poll.seen ? "none came for " + since : "none came in the first " + since) + '.' +
                others_words(poll, device, context);
  finding.baseline = {"polls of " + to_string(known.link) + unit, learned, "none for " + since};
  // What falls silent together is known as one thing: a unit of a server, or all of a client.
  complete_silence(finding,
                   poll.of_client
                       ? std::string{" asks"}
                       : of_unit_words(device.unit) + ' ' + carrier_words(device.service),
                   context);
  finding.accept = ignore_entry(finding, context.policy, now);
  if (poll.seen) {
    finding.evidence.push_back(poll.packet);
  }
  finding.evidence.push_back(packet);
  finding.state = poll.state;
  return finding;
}

// What else is missing of the same device.
std::string SilentPolls::others_words(const Poll& poll, const Device& device,
                                      const RuleContext& context) const {
  std::vector<const HostPlace*> others;
  const HostPlace& own = peer_of(*poll.known, poll.of_client);
  std::size_t more = 0;
  for (const std::uint32_t at : device.polls) {
    const Poll& other = polls_[at];
    const HostPlace& peer = peer_of(*other.known, poll.of_client);
    const auto known = [&](const HostPlace* one) { return *one == peer; };
    if (!other.missing || other.of_client != poll.of_client || peer == own ||
        std::ranges::any_of(others, known)) {
      continue;
    }
    if (others.size() < kMostNamed) {
      others.push_back(&peer);
    } else {
      ++more;
    }
  }
  if (others.empty()) {
    return {};
  }
  std::string out = poll.of_client ? " Nor does it ask " : " Nor is it asked by ";
  for (std::size_t i = 0; i < others.size(); ++i) {
    const HostPlace& place = *others[i];
    out += i > 0 ? ", " : "";
    out += host_words(host_of(place), context.policy);
  }
  return out + (more > 0 ? " and others." : ".");
}

}  // namespace prahari
