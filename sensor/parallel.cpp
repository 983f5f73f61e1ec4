#include "sensor/parallel.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "sensor/batch.hpp"

namespace prahari {
namespace {

constexpr std::size_t kBatches = 4;

// A switch over which events of a shard reach the buffer of the batch at hand.
class Relay final : public EventSink {
 public:
  void aim(EventBuffer& buffer) noexcept { buffer_ = &buffer; }
  void event(const Event& event) override { buffer_->event(event); }
  void record(const Event& message, const Fields& fields) override {
    buffer_->record(message, fields);
  }

 private:
  EventBuffer* buffer_ = nullptr;
};

// Batches on their way round: free, filled by the reader, worked on, handed to the analyst.
// A full ring makes the reader wait; nothing is dropped here.
class Ring {
 public:
  explicit Ring(unsigned workers) : workers_(workers), next_for_worker_(workers, 0) {}

  // Reader.
  PacketBatch& free_batch(std::vector<PacketBatch>& batches) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return filled_ - consumed_ < kBatches; });
    return batches[filled_ % kBatches];
  }
  void publish(PacketBatch& batch) {
    {
      const std::lock_guard lock{mutex_};
      batch.workers_left = workers_;
      ++filled_;
    }
    changed_.notify_all();
  }

  // Worker. The batch it has not worked on yet.
  PacketBatch& await_filled(unsigned worker, std::vector<PacketBatch>& batches) {
    std::unique_lock lock{mutex_};
    const std::size_t mine = next_for_worker_[worker];
    changed_.wait(lock, [&] { return filled_ > mine; });
    return batches[mine % kBatches];
  }
  void done(unsigned worker, PacketBatch& batch) {
    {
      const std::lock_guard lock{mutex_};
      ++next_for_worker_[worker];
      --batch.workers_left;
    }
    changed_.notify_all();
  }

  // Analyst.
  PacketBatch& await_worked(std::vector<PacketBatch>& batches) {
    std::unique_lock lock{mutex_};
    PacketBatch& batch = batches[consumed_ % kBatches];
    changed_.wait(lock, [&] { return filled_ > consumed_ && batch.workers_left == 0; });
    return batch;
  }
  void consume() {
    {
      const std::lock_guard lock{mutex_};
      ++consumed_;
    }
    changed_.notify_all();
  }
  // The reader ends with its next batch, which it marks as the last.
  void stop() {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  [[nodiscard]] bool stopping() {
    const std::lock_guard lock{mutex_};
    return stopping_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned workers_;
  std::vector<std::size_t> next_for_worker_;
  std::size_t filled_ = 0;
  std::size_t consumed_ = 0;
  bool stopping_ = false;
};

// Puts the packet's bytes into the batch, and the layers' views with them.
bool add_to(PacketBatch& batch, Decoder& decoder, const Packet& packet, PipelineStats& stats) {
  const auto store = [&](Bytes from) {
    const std::size_t at = batch.bytes.size();
    batch.bytes.insert(batch.bytes.end(), from.begin(), from.end());
    return Bytes{batch.bytes}.subspan(at, from.size());
  };
  BatchPacket& entry = batch.packets.emplace_back();
  entry.packet = {packet.ref, store(packet.bytes)};
  if (!decode_and_count(decoder, entry.packet, entry.layers, stats)) {
    batch.bytes.resize(batch.bytes.size() - packet.bytes.size());
    batch.packets.pop_back();
    return false;
  }
  if (entry.layers.reassembled) {
    entry.layers.payload = store(entry.layers.payload);
  }
  entry.shard = shard_of(entry.layers);
  return true;
}

void read_all(Source& source, Ring& ring, std::vector<PacketBatch>& batches, PipelineStats& stats) {
  Decoder decoder;
  Packet packet;
  bool ended = false;
  bool waiting = false;  // a packet that found no room in the last batch
  while (!ended) {
    PacketBatch& batch = ring.free_batch(batches);
    batch.packets.clear();
    batch.bytes.clear();
    bool idle = false;
    for (std::size_t read = 0; read < PacketBatch::kPackets; ++read) {
      if (!waiting) {
        const Source::Poll poll = source.next(packet);
        ended = poll == Source::Poll::end || ring.stopping();
        idle = poll == Source::Poll::idle;
        if (poll != Source::Poll::packet || ended) {
          break;
        }
        count_packet(stats, packet);
      }
      // Room for the frame and for a datagram put together from fragments.
      waiting = batch.bytes.capacity() - batch.bytes.size() < packet.bytes.size() + 65'600 &&
                !batch.packets.empty();
      if (waiting) {
        break;
      }
      batch.bytes.reserve(batch.bytes.size() + packet.bytes.size() + 65'600);
      add_to(batch, decoder, packet, stats);
    }
    batch.last = ended;
    batch.end = stats.last;
    batch.tick = {idle && batch.packets.empty(), source.progress(), stats.packets};
    ring.publish(batch);
  }
  stats.decode = decoder.stats();
}

}  // namespace

PipelineStats run_parallel(Source& source, const PipelineOptions& options, Analyst& analyst) {
  const unsigned workers = std::min(options.workers, kShards);
  const RecordFormatter formatter{options.fields};
  std::vector<PacketBatch> batches(kBatches);
  for (PacketBatch& batch : batches) {
    batch.bytes.reserve(PacketBatch::kBytes);
    batch.packets.reserve(PacketBatch::kPackets);
    batch.events.assign(workers, EventBuffer{&formatter, options.records});
  }
  std::vector<Relay> relays(workers);
  Shards shards =
      make_shards([&](std::uint16_t shard) -> EventSink& { return relays[shard % workers]; },
                  options.records != RecordStyle::none);

  const auto work = [&](unsigned worker, PacketBatch& batch) {
    EventBuffer& buffer = batch.events[worker];
    buffer.clear();
    relays[worker].aim(buffer);
    for (std::uint32_t i = 0; i < batch.packets.size(); ++i) {
      const BatchPacket& entry = batch.packets[i];
      if (entry.shard % workers == worker) {
        buffer.at_packet(i);
        shards[entry.shard]->on_packet(entry.packet, entry.layers);
      }
    }
    for (std::uint32_t shard = worker; batch.last && shard < kShards; shard += workers) {
      buffer.at_packet(static_cast<std::uint32_t>(batch.packets.size()) + shard);
      shards[shard]->finish(batch.end);
    }
  };

  Ring ring{workers};
  PipelineStats stats;
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] { read_all(source, ring, batches, stats); });
    for (unsigned worker = 0; worker < workers; ++worker) {
      threads.emplace_back([&, worker] {
        for (bool last = false; !last;) {
          PacketBatch& batch = ring.await_filled(worker, batches);
          last = batch.last;
          work(worker, batch);
          ring.done(worker, batch);
        }
      });
    }
    for (bool last = false; !last;) {
      PacketBatch& batch = ring.await_worked(batches);
      for (std::uint32_t i = 0; i < batch.packets.size(); ++i) {
        batch.events[batch.packets[i].shard % workers].replay(i, analyst);
      }
      last = batch.last;
      for (std::uint32_t shard = 0; last && shard < kShards; ++shard) {
        batch.events[shard % workers].replay(
            static_cast<std::uint32_t>(batch.packets.size()) + shard, analyst);
      }
      const bool go_on = analyst.tick(batch.tick);
      ring.consume();
      if (!go_on) {
        ring.stop();
      }
    }
  }
  for (const auto& shard : shards) {
    stats.analyzer.add(shard->stats());
  }
  return stats;
}

}  // namespace prahari
