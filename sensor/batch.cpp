#include "sensor/batch.hpp"

namespace prahari {

void EventBuffer::clear() noexcept {
  entries_.clear();
  pool_.clear();
  replayed_ = 0;
}

void EventBuffer::event(const Event& event) {
  Entry& entry = entries_.emplace_back();
  entry.packet = packet_;
  entry.text = static_cast<std::uint32_t>(pool_.size());
  entry.event = event;
  pool_ += event.text;
}

void EventBuffer::record(const Event& message, const Fields& fields) {
  Entry& entry = entries_.back();
  entry.record = static_cast<std::uint32_t>(pool_.size());
  if (style_ == RecordStyle::tsv) {
    formatter_->tsv(pool_, message, fields);
  } else {
    formatter_->json(pool_, message, fields);
  }
  entry.record_size = static_cast<std::uint32_t>(pool_.size()) - entry.record;
}

void EventBuffer::replay(std::uint32_t packet, Analyst& analyst) {
  const std::string_view pool = pool_;
  while (replayed_ < entries_.size() && entries_[replayed_].packet == packet) {
    Entry& entry = entries_[replayed_++];
    entry.event.text = pool.substr(entry.text, entry.event.text.size());
    analyst.event(entry.event);
    if (entry.record_size > 0) {
      analyst.record(entry.event, pool.substr(entry.record, entry.record_size));
    }
  }
}

}  // namespace prahari
