#include "sensor/batch.hpp"

namespace prahari {
namespace {

constexpr std::size_t kUsualRecord = 4096;

}  // namespace

void EventBuffer::clear() noexcept {
  entries_.clear();
  pool_.clear();
  waiting_count_ = 0;
  replayed_ = 0;
}

void EventBuffer::event(const Event& event) {
  Entry& entry = entries_.emplace_back();
  entry.packet = packet_;
  entry.text = static_cast<std::uint32_t>(pool_.size());
  entry.event = event;
  pool_ += event.text;
  if (event.kind == EventKind::message) {
    pool_ += event.message.values.bytes();  // right behind it
  }
}

void EventBuffer::record(const Event& message, const Fields& fields) {
  Entry& entry = entries_.back();
  if (enip::MulticastNames::concerns(message)) {
    if (waiting_count_ == waiting_.size()) {
      waiting_.emplace_back();
    }
    waiting_[waiting_count_++] = fields;
    entry.waiting = static_cast<std::uint32_t>(waiting_count_);
    return;
  }
  entry.record = static_cast<std::uint32_t>(pool_.size());
  format(pool_, message, fields);
  entry.record_size = static_cast<std::uint32_t>(pool_.size()) - entry.record;
}

void EventBuffer::format(std::string& out, const Event& message, const Fields& fields) const {
  if (style_ == RecordStyle::tsv) {
    formatter_->tsv(out, message, fields);
  } else {
    formatter_->json(out, message, fields);
  }
}

void EventBuffer::replay(std::uint32_t packet, Analyst& analyst, enip::MulticastNames& names) {
  const std::string_view pool = pool_;
  while (replayed_ < entries_.size() && entries_[replayed_].packet == packet) {
    Entry& entry = entries_[replayed_++];
    entry.event.text = pool.substr(entry.text, entry.event.text.size());
    if (entry.event.kind == EventKind::message) {
      entry.event.message.values.move_to(pool.substr(entry.text + entry.event.text.size()));
    }
    if (style_ != RecordStyle::none) {
      names.learn(entry.event);
    }
    analyst.event(entry.event);
    if (entry.waiting > 0) {
      Fields& fields = waiting_[entry.waiting - 1];
      names.complete(entry.event, fields);
      text_.clear();
      format(text_, entry.event, fields);
      analyst.record(entry.event, text_);
      if (text_.size() > kUsualRecord) {
        fields = Fields{};  // memory that is seldom needed is not kept a thousand times
      }
    }
    if (entry.record_size > 0) {
      analyst.record(entry.event, pool.substr(entry.record, entry.record_size));
    }
  }
}

}  // namespace prahari
