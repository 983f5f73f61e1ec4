#include "rules/learner.hpp"

#include <algorithm>
#include <cmath>

#include "rules/baseline_seen.hpp"
#include "rules/describe.hpp"
#include "rules/learner_impl.hpp"
#include "rules/week_hours.hpp"

namespace prahari {
namespace {

// The slot of the key, made if there is room; kNone and counted where there is none.
template <class Table, class Key>
std::uint32_t place_in(Table& table, const Key& key, std::uint64_t& not_kept, bool& fresh) {
  const std::uint32_t known = table.peek(key);
  fresh = known == Table::kNone;
  if (!fresh) {
    return known;
  }
  if (table.full()) {
    ++not_kept;
    return prahari::kNone;
  }
  return table.insert(key);
}

Timezone timezone_of(const Policy& policy) {
  Result<Timezone> zone = Timezone::load(policy.site().info.timezone);
  return zone ? *zone : Timezone{};
}

}  // namespace

Learner::Impl::Impl(const Inventory& inventory, const Policy& policy, const LearnerLimits& limits)
    : inventory_(inventory),
      policy_(policy),
      timezone_(timezone_of(policy)),
      links_(limits.links),
      operations_(limits.operations),
      targets_(limits.targets),
      polls_(limits.polls) {}

std::uint16_t Learner::Impl::section(std::string_view name) {
  const auto at = std::ranges::find(sections_, name);
  const auto index = static_cast<std::uint16_t>(at - sections_.begin());
  if (at == sections_.end()) {
    sections_.emplace_back(name);
    hours_.emplace_back();
  }
  return index;
}

// Nothing was heard of it before its first packet either.
void Learner::Impl::on_heard(AssetIndex asset, Timestamp now) {
  if (asset == prahari::kNone) {
    return;
  }
  if (asset >= present_.size()) {
    present_.resize(asset + std::size_t{1});
  }
  Presence& presence = present_[asset];
  const Timestamp since = presence.heard ? presence.last : from_;
  presence.quiet = std::max(presence.quiet, now - since);
  presence.last = std::max(since, now);
  presence.heard = true;
}

void Learner::Impl::on_event(const Event& event, const Parties& parties) {
  const Timestamp now = event.packet.time;
  from_ = begun_ ? std::min(from_, now) : now;
  to_ = std::max(to_, now);
  begun_ = true;
  const Heard heard = heard_in(event, parties);
  on_heard(heard.client, now);
  on_heard(heard.server, now);
  if (event.kind == EventKind::flow) {
    on_flow(event);
  } else if ((event.kind == EventKind::message || event.kind == EventKind::tally) &&
             !event.message.envelope && between_hosts(event)) {
    on_message(event);
  }
}

std::uint32_t Learner::Impl::link_at(const Event& event, const BaselineService& service) {
  bool fresh = false;
  const LinkKey key{host_place(event.client, event.vlan), host_place(event.server, event.vlan),
                    service};
  const std::uint32_t slot = place_in(links_, key, stats.links, fresh);
  if (slot == prahari::kNone) {
    return slot;
  }
  LearnedLink& link = links_[slot];
  if (fresh) {
    link.since = event.packet.time;
    link.zone = section(section_of(host_key(event.server, event.vlan), policy_));
  }
  link.last = std::max(link.last, event.packet.time);
  return slot;
}

void Learner::Impl::on_flow(const Event& event) {
  const FlowFacts& facts = event.flow_facts;
  const bool over = facts.stage == FlowStage::closed;
  if ((!over && facts.stage != FlowStage::established) || !between_hosts(event) ||
      (event.transport != Transport::tcp && event.transport != Transport::udp)) {
    return;
  }
  if (over && (facts.packets[0] == 0 || facts.packets[1] == 0)) {
    return;
  }
  if (!over) {
    link_at(event, flow_service(event));
    return;
  }
  const LinkKey key{host_place(event.client, event.vlan), host_place(event.server, event.vlan),
                    flow_service(event)};
  if (const std::uint32_t known = links_.peek(key); known != links_.kNone) {
    links_[known].bytes += facts.bytes[0] + facts.bytes[1];
    links_[known].last = std::max(links_[known].last, event.packet.time);
  }
}

void Learner::Impl::on_message(const Event& event) {
  if (!asks(event)) {
    return;
  }
  const HostPlace client = host_place(event.client, event.vlan);
  FlowNote stray;
  FlowNote& note = event.flow.valid() ? notes_.at(event.flow).note : stray;
  if (note.link == prahari::kNone || note.protocol != event.protocol || note.client != client) {
    note = {link_at(event, message_service(event)), event.protocol, client};
  }
  if (note.link == prahari::kNone) {
    return;
  }
  LearnedLink& link = links_[note.link];
  link.last = std::max(link.last, event.packet.time);
  link.decoded = true;
  if (!event.message.further) {
    link.messages.add(event.packet.time, event.repeats + 1U);
  }
  if (event.message.operation == Operation::write) {
    link.writes.add(event.packet.time, 1);
  }
  if (event.message.operation != Operation::read &&
      event.message.operation != Operation::discover) {
    hours_[link.zone].set(hour_of_week(event.packet.time, timezone_));
  }
  on_operation(note.link, event);
  on_target(note.link, event);
  on_poll(note.link, event);
}

void Learner::Impl::on_operation(std::uint32_t link, const Event& event) {
  const MessageFacts& message = event.message;
  if (event.kind == EventKind::tally) {
    return;  // others like it were told before
  }
  const std::string_view object = object_of(message.table, event.text);
  const OperationKey key{.link = link,
                         .function = message.function,
                         .sub_function = message.sub_function,
                         .operation = message.operation,
                         .object = object.empty() ? 0 : Hasher{seed_}.add(object).value()};
  bool fresh = false;
  const std::uint32_t slot = place_in(operations_, key, stats.operations, fresh);
  if (slot == prahari::kNone) {
    return;
  }
  if (fresh) {
    operations_[slot] = {event.packet.time, message.name, std::string(object), {}};
  }
  if (measured_.counts(event)) {
    operations_[slot].size.add(message.size);
  }
}

void Learner::Impl::learn_values(const NumberList& values, LearnedTarget& target) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    if (!std::isfinite(value)) {
      break;
    }
    const std::size_t at = std::min(i, target.values.size() - 1);
    ValueRange& range = target.values[at];
    const bool first = at >= target.value_count;
    range.least = first ? value : std::min(range.least, value);
    range.most = first ? value : std::max(range.most, value);
    target.value_count = std::max(target.value_count, static_cast<std::uint8_t>(at + 1));
  }
}

void Learner::Impl::on_target(std::uint32_t link, const Event& event) {
  const MessageFacts& message = event.message;
  const bool write = message.operation == Operation::write;
  if ((!write && message.operation != Operation::read) || event.kind == EventKind::tally) {
    return;
  }
  SeenTarget seen;
  see_target(event, seen);
  const bool named = !seen.query.text.empty();
  const TargetKey key{.link = link,
                      .write = write,
                      .unit = message.unit,
                      .first = named ? 0 : message.address,
                      .count = named ? 0 : message.count,
                      .name = Hasher{seed_}.add(seen.query.table).add(seen.query.text).value()};
  bool fresh = false;
  const std::uint32_t slot = place_in(targets_, key, stats.targets, fresh);
  if (slot == prahari::kNone) {
    return;
  }
  LearnedTarget& target = targets_[slot];
  if (fresh) {
    target.since = event.packet.time;
    target.table = message.table;
    target.text = seen.query.text;
  }
  if (!write) {
    return;
  }
  if (!message.values.empty() && std::isfinite(message.values[0])) {
    if (target.times > 0) {
      target.step = std::max(target.step, std::abs(message.values[0] - target.last));
      target.stepped = true;
    }
    target.last = message.values[0];
  }
  target.elements = std::max(target.elements, named ? message.count : 0);
  learn_values(message.values, target);
  ++target.times;
}

void Learner::Impl::on_poll(std::uint32_t link, const Event& event) {
  const MessageFacts& message = event.message;
  PollQuery seen;
  if (!see_poll(event, seen) ||
      (message.operation != Operation::read && message.kind != Kind::oneway)) {
    return;
  }
  const PollKey key{.link = link,
                    .unit = seen.unit,
                    .address = seen.address,
                    .function = seen.function,
                    .sub_function = seen.sub_function,
                    .by_client = seen.by_client,
                    .text = seen.text.empty() ? 0 : Hasher{seed_}.add(seen.text).value()};
  bool fresh = false;
  const std::uint32_t slot = place_in(polls_, key, stats.polls, fresh);
  if (slot == prahari::kNone) {
    return;
  }
  LearnedPoll& poll = polls_[slot];
  const Timestamp now = event.packet.time;
  if (fresh) {
    poll.since = now;
    poll.name = message.name;
    poll.text = seen.text;
  } else if (now > poll.last) {
    const double span = std::chrono::duration<double>(now - poll.last).count();
    poll.intervals.add(span / (event.repeats + 1.0));
  }
  poll.last = std::max(poll.last, now);
  poll.times += event.repeats + 1U;
}

Learner::Learner(const Inventory& inventory, const Policy& policy, const LearnerLimits& limits)
    : impl_(std::make_unique<Impl>(inventory, policy, limits)) {}
Learner::~Learner() = default;

void Learner::on_event(const Event& event, const Parties& parties) {
  impl_->on_event(event, parties);
}
BaselineData Learner::learned() { return impl_->learned(); }
LearnerStats Learner::stats() const noexcept { return impl_->stats; }

}  // namespace prahari
