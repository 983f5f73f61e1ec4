// The events of one message: one for each target where targets are changed, one for all where they
// are only read.

#include <algorithm>

#include "dissectors/protocols/opcua/say.hpp"
#include "dissectors/protocols/opcua/session.hpp"
#include "dissectors/protocols/opcua/status_codes.hpp"

namespace prahari::opcua {
namespace {

constexpr std::size_t kMostRefused = 8;  // targets of one Read that are told to be refused

// Services whose targets each count for themselves.
bool changes_targets(const Service& service) noexcept {
  return service.operation == Operation::write || service.operation == Operation::control;
}

void aim(Message& message, const Items& items, const Item& item, std::size_t count) {
  message.target.table = "node";
  message.target.text = items.aim(item);
  message.target.count = static_cast<std::uint32_t>(count);
  if (item.has_meaning) {
    message.name = item.name;
    message.operation = item.operation;
    message.effect = item.effect;
  }
}

// One event for all: what the first means counts only where all mean the same.
void aim_at_all(Message& message, const Items& items) {
  const Message plain = message;
  const Item& first = items.list().front();
  aim(message, items, first, items.total());
  const auto alike = [&first](const Item& item) {
    return item.has_meaning && item.operation == first.operation;
  };
  if (items.total() > items.list().size() || !std::ranges::all_of(items.list(), alike)) {
    message.name = plain.name;
    message.operation = plain.operation;
    message.effect = plain.effect;
  }
}

void judge(Message& message, std::uint32_t result, std::uint32_t item) {
  const std::uint32_t status = bad(result) ? result : item;
  message.status = bad(status) ? status : 0;
  message.outcome = bad(status) ? Outcome::failure : Outcome::success;
  message.kind = bad(result) ? Kind::exception : Kind::response;
}

void emit_requests(Message message, const Spoken& spoken, Emitter& out) {
  const Items& items = spoken.reading.items;
  if (items.list().empty()) {
    out.message(message);
    return;
  }
  if (!changes_targets(spoken.service)) {
    aim_at_all(message, items);
    out.message(message);
    return;
  }
  const Message plain = message;
  for (const Item& item : items.list()) {
    Message one = plain;
    one.further = &item != items.list().data();
    aim(one, items, item, 1);
    one.value_count = item.value_count;
    one.values = item.values;
    if (item.written_count > item.value_count) {
      one.written = NumberList::of(
          std::span{spoken.reading.written}.subspan(item.written, item.written_count));
    }
    out.message(one);
  }
}

// Statuses stand in the order of the targets.
void emit_responses(Message message, const Spoken& spoken, const Service& meant, Emitter& out) {
  const Reading& read = spoken.reading;
  const std::uint32_t result = read.result.value_or(0);
  const Items* items = spoken.request == nullptr ? nullptr : &spoken.request->items;
  judge(message, result, read.first_bad);
  if (items == nullptr || items->list().empty()) {
    out.message(message);
    return;
  }
  const auto statuses = read.statuses.all();
  const Message plain = message;
  const bool each = changes_targets(meant);
  const std::size_t most = each ? Items::kKept : kMostRefused;
  std::size_t said = 0;
  for (std::size_t i = 0; i < items->list().size() && said < most; ++i) {
    const std::uint32_t status = i < statuses.size() ? statuses[i] : 0;
    const bool refused = bad(status) && read.first_bad != 0;
    if (!each && !refused) {
      continue;
    }
    Message one = plain;
    one.further = said > 0;
    aim(one, *items, items->list()[i], 1);
    judge(one, result, status);
    out.message(one);
    ++said;
  }
  if (said == 0) {
    message.further = false;
    aim_at_all(message, *items);
    out.message(message);
  }
}

}  // namespace

void emit_messages(const Message& message, const Spoken& spoken, const Service& meant,
                   Emitter& out) {
  if (Fields* fields = out.fields()) {
    show_message(*fields, spoken);
  }
  if (spoken.response) {
    emit_responses(message, spoken, meant, out);
  } else {
    emit_requests(message, spoken, out);
  }
}

Effect effect_by_state(const Service& service, const Reading& read) noexcept {
  constexpr std::uint16_t kSetMonitoringMode = 769;
  constexpr std::uint16_t kSetPublishingMode = 799;
  const bool switches =
      service.request == kSetMonitoringMode || service.request == kSetPublishingMode;
  return switches && read.state == 0U ? Effect::suppress : service.effect;
}

}  // namespace prahari::opcua
