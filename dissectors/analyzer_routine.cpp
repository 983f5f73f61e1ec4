// The analyzer's dealings with what a flow says over and over (routine.hpp).

#include "dissectors/analyzer.hpp"
#include "dissectors/hash.hpp"

namespace prahari {

// Where somebody wants each message's fields, each is told.
Routine::Verdict Analyzer::routine_verdict(const Message& message) {
  if (fields_ || !Routine::qualifies(message)) {
    return {};
  }
  if (!flow_->routine) {
    if (flow_->messages < Flow::kUntilRoutine) {
      ++flow_->messages;
      return {};
    }
    flow_->routine = std::make_unique<Routine>(routines_);
  }
  return flow_->routine->on_message(message, state_of(speaker_),
                                    message.packet == nullptr ? current_ : *message.packet,
                                    [this](const Routine::Series& series) { tell_untold(series); });
}

// What is known of the bytes before makes a series another one.
std::uint64_t Analyzer::group_key(std::uint64_t key) const noexcept {
  return Hasher{key}.add(static_cast<std::uint64_t>(state_of(speaker_))).value() | 1U;
}

bool Analyzer::again(std::uint64_t key) {
  if (!knows_groups() || !flow_->routine->again(group_key(key), current_)) {
    return false;
  }
  flow_->quiet = true;
  return true;
}

void Analyzer::begin_group(std::uint64_t key) {
  if (knows_groups()) {
    flow_->routine->begin_group(group_key(key));
  }
}

void Analyzer::end_group() {
  if (knows_groups()) {
    flow_->routine->end_group();
  }
}

// Whatever is told while a group is made: it is none.
void Analyzer::tell(const Event& event) {
  if (flow_->routine) {
    flow_->routine->give_up_group();
  }
  sink_.event(event);
}

void Analyzer::tell_untold(const Routine::Series& series) {
  Event event = about_flow(EventKind::tally, series.last);
  event.state = series.state;
  event.from_client = series.direction == Direction::to_server;
  event.message = {};
  event.message.kind = series.kind;
  event.message.operation = series.operation;
  event.message.direction = series.direction;
  event.message.matched = series.matched;
  event.message.further = series.further;
  event.message.envelope = series.envelope;
  event.message.function = series.function;
  event.message.sub_function = series.sub_function;
  event.message.name = series.name;
  event.message.unit = series.unit;
  event.message.table = series.named ? std::string_view{} : series.table;
  event.message.address = series.address;
  event.message.count = series.named ? 0 : series.count;
  event.protocol = series.protocol;
  event.repeats = static_cast<std::uint16_t>(series.untold - 1);
  tell(event);
}

void Analyzer::end_routine() {
  if (flow_->routine) {
    flow_->routine->settle([this](const Routine::Series& series) { tell_untold(series); });
    flow_->routine.reset();
    flow_->quiet = false;
  }
}

}  // namespace prahari
