// What passes between the threads of a pipeline: some packets, then the events they caused.
//
// Fixed in number and recycled, so nothing is allocated once their buffers have grown.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capture/packet.hpp"
#include "dissectors/event.hpp"
#include "dissectors/layers.hpp"
#include "dissectors/protocols/enip/multicast_names.hpp"
#include "dissectors/record.hpp"
#include "sensor/pipeline.hpp"

namespace prahari {

struct BatchPacket {
  Packet packet;
  Layers layers;
  std::uint32_t shard = 0;
};

// The events of one worker over one batch, each with the packet that caused it. Texts lie in one
// pool beside them.
class EventBuffer final : public EventSink {
 public:
  EventBuffer(const RecordFormatter* formatter, RecordStyle style)
      : formatter_(formatter), style_(style) {}

  void clear() noexcept;
  void at_packet(std::uint32_t index) noexcept { packet_ = index; }

  void event(const Event& event) override;
  void record(const Event& message, const Fields& fields) override;

  // Hands on the events of this packet, which must not come before one already handed on. Records
  // that only the order of all events can complete are completed by `names`.
  void replay(std::uint32_t packet, Analyst& analyst, enip::MulticastNames& names);

 private:
  struct Entry {
    std::uint32_t packet = 0;
    std::uint32_t text = 0;         // offset in the pool
    std::uint32_t record = 0;       // offset in the pool
    std::uint32_t record_size = 0;  // 0: none
    std::uint32_t waiting = 0;      // 1 + place among the fields that wait; 0: none do
    Event event;
  };

  void format(std::string& out, const Event& message, const Fields& fields) const;

  const RecordFormatter* formatter_;
  RecordStyle style_;
  std::vector<Entry> entries_;
  std::string pool_;
  std::vector<Fields> waiting_;  // of records to complete; kept for their memory
  std::size_t waiting_count_ = 0;
  std::string text_;
  std::size_t replayed_ = 0;
  std::uint32_t packet_ = 0;
};

struct PacketBatch {
  static constexpr std::size_t kPackets = 1024;
  static constexpr std::size_t kBytes = std::size_t{1024} * 1024;

  std::vector<BatchPacket> packets;
  std::vector<std::byte> bytes;     // never grows beyond its first reservation
  std::vector<EventBuffer> events;  // one for each worker
  std::uint32_t workers_left = 0;

  bool last = false;  // shards finish after it
  Timestamp end;
  Tick tick;  // as the reader saw it: nobody else may ask the source meanwhile
};

}  // namespace prahari
