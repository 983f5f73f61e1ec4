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
      const std::scoped_lock lock{mutex_};
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
      const std::scoped_lock lock{mutex_};
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
      const std::scoped_lock lock{mutex_};
      ++consumed_;
    }
    changed_.notify_all();
  }
  // The reader ends with its next batch, which it marks as the last.
  void stop() {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
  }
  [[nodiscard]] bool stopping() {
    const std::scoped_lock lock{mutex_};
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

// Fills batches from the source, on the reader's thread.
class BatchFiller {
 public:
  BatchFiller(Source& source, Ring& ring, PipelineStats& stats)
      : source_(source), ring_(ring), stats_(stats) {}

  // False when nothing comes after this batch.
  bool fill(PacketBatch& batch) {
    batch.packets.clear();
    batch.bytes.clear();
    Step step = Step::added;
    for (std::size_t read = 0; read < PacketBatch::kPackets && step == Step::added; ++read) {
      step = add_next(batch);
    }
    batch.last = step == Step::end;
    batch.end = stats_.last;
    batch.tick = {step == Step::idle && batch.packets.empty(), source_.progress(), stats_.packets};
    return !batch.last;
  }

  [[nodiscard]] const DecodeStats& decoded() const noexcept { return decoder_.stats(); }

 private:
  enum class Step : std::uint8_t { added, full, idle, end };
  static constexpr std::size_t kDatagram = 65'600;  // put together from fragments

  Step add_next(PacketBatch& batch) {
    if (!waiting_) {
      const Source::Poll poll = source_.next(packet_);
      if (poll == Source::Poll::end || ring_.stopping()) {
        return Step::end;
      }
      if (poll == Source::Poll::idle) {
        return Step::idle;
      }
      count_packet(stats_, packet_);
    }
    const std::size_t room = packet_.bytes.size() + kDatagram;
    waiting_ = batch.bytes.capacity() - batch.bytes.size() < room && !batch.packets.empty();
    if (waiting_) {
      return Step::full;
    }
    batch.bytes.reserve(batch.bytes.size() + room);
    add_to(batch, decoder_, packet_, stats_);
    return Step::added;
  }

  Source& source_;
  Ring& ring_;
  PipelineStats& stats_;
  Decoder decoder_;
  Packet packet_;
  bool waiting_ = false;  // the packet found no room in the last batch
};

// One run: what the reader, the workers and the analyst share.
class ParallelRun {
 public:
  ParallelRun(const PipelineOptions& options, unsigned workers)
      : workers_(workers),
        formatter_(options.fields),
        batches_(kBatches),
        relays_(workers),
        shards_(make_shards(
            [this](std::uint16_t shard) -> EventSink& { return relays_[shard % workers_]; },
            options.records != RecordStyle::none)),
        ring_(workers) {
    for (PacketBatch& batch : batches_) {
      batch.bytes.reserve(PacketBatch::kBytes);
      batch.packets.reserve(PacketBatch::kPackets);
      batch.events.assign(workers, EventBuffer{&formatter_, options.records});
    }
  }

  PipelineStats run(Source& source, Analyst& analyst) {
    PipelineStats stats;
    {
      std::vector<std::jthread> threads;
      threads.emplace_back([&] { read(source, stats); });
      for (unsigned worker = 0; worker < workers_; ++worker) {
        threads.emplace_back([this, worker] { work(worker); });
      }
      analyse(analyst);
    }
    for (const auto& shard : shards_) {
      stats.analyzer.add(shard->stats());
    }
    return stats;
  }

 private:
  void read(Source& source, PipelineStats& stats) {
    BatchFiller filler{source, ring_, stats};
    for (bool more = true; more;) {
      PacketBatch& batch = ring_.free_batch(batches_);
      more = filler.fill(batch);
      ring_.publish(batch);
    }
    stats.decode = filler.decoded();
  }

  void work(unsigned worker) {
    for (bool last = false; !last;) {
      PacketBatch& batch = ring_.await_filled(worker, batches_);
      last = batch.last;
      work_on(batch, worker);
      ring_.done(worker, batch);
    }
  }

  void work_on(PacketBatch& batch, unsigned worker) {
    EventBuffer& buffer = batch.events[worker];
    buffer.clear();
    relays_[worker].aim(buffer);
    for (std::uint32_t i = 0; i < batch.packets.size(); ++i) {
      const BatchPacket& entry = batch.packets[i];
      if (entry.shard % workers_ == worker) {
        buffer.at_packet(i);
        shards_[entry.shard]->on_packet(entry.packet, entry.layers);
      }
    }
    for (std::uint32_t shard = worker; batch.last && shard < kShards; shard += workers_) {
      buffer.at_packet(place_of_end(batch, shard));
      shards_[shard]->finish(batch.end);
    }
  }

  // The ends of the shards come behind the packets of the last batch, in the order of the shards.
  static std::uint32_t place_of_end(const PacketBatch& batch, std::uint32_t shard) noexcept {
    return static_cast<std::uint32_t>(batch.packets.size()) + shard;
  }

  void analyse(Analyst& analyst) {
    for (bool last = false; !last;) {
      PacketBatch& batch = ring_.await_worked(batches_);
      last = batch.last;
      hand_on(batch, analyst);
      const bool go_on = analyst.tick(batch.tick);
      ring_.consume();
      if (!go_on) {
        ring_.stop();
      }
    }
  }

  void hand_on(PacketBatch& batch, Analyst& analyst) {
    for (std::uint32_t i = 0; i < batch.packets.size(); ++i) {
      batch.events[batch.packets[i].shard % workers_].replay(i, analyst, names_);
    }
    for (std::uint32_t shard = 0; batch.last && shard < kShards; ++shard) {
      batch.events[shard % workers_].replay(place_of_end(batch, shard), analyst, names_);
    }
  }

  unsigned workers_;
  RecordFormatter formatter_;
  std::vector<PacketBatch> batches_;
  std::vector<Relay> relays_;
  Shards shards_;
  enip::MulticastNames names_;  // of the analyst's thread
  Ring ring_;
};

}  // namespace

PipelineStats run_parallel(Source& source, const PipelineOptions& options, Analyst& analyst) {
  return ParallelRun{options, std::min(options.workers, kShards)}.run(source, analyst);
}

}  // namespace prahari
