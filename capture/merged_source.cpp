#include "capture/merged_source.hpp"

#include <algorithm>

namespace prahari {
namespace {

constexpr std::size_t kMostOpen = 64;

void add_rest(SourceStats& sum, const SourceStats& more) {
  sum.kernel_drops += more.kernel_drops;
  sum.interface_drops += more.interface_drops;
  sum.hash_nanoseconds += more.hash_nanoseconds;
  sum.not_kept += more.not_kept;
}

}  // namespace

bool MergedSource::later(std::size_t a, std::size_t b) const noexcept {
  const Timestamp at = lanes_[a].head.ref.time;
  const Timestamp bt = lanes_[b].head.ref.time;
  return at != bt ? at > bt : a > b;
}

void MergedSource::enqueue(std::size_t lane) noexcept {
  queue_.push_back(lane);
  std::push_heap(queue_.begin(), queue_.end(),
                 [this](std::size_t a, std::size_t b) { return later(a, b); });
}

void MergedSource::add(std::unique_ptr<Source> source, Reopen reopen) {
  const std::size_t lane = lanes_.size();
  inputs_.push_back(source->inputs().front());
  lanes_.push_back({std::move(source), std::move(reopen), {}, {}, false});
  queue_.reserve(lanes_.size());
  ++open_;
  if (!fetch_head(lane)) {
    return;
  }
  enqueue(lane);
  if (open_ > kMostOpen && lanes_[lane].reopen) {
    add_rest(closed_, lanes_[lane].source->stats());
    lanes_[lane].source.reset();
    --open_;
  }
}

// Reads the lane's next packet; at the end closes the lane.
bool MergedSource::fetch_head(std::size_t lane) noexcept {
  Lane& it = lanes_[lane];
  Poll poll = Poll::idle;
  while (poll == Poll::idle) {
    poll = it.source->next(it.head);
  }
  if (poll == Poll::end) {
    close(lane);
    return false;
  }
  it.head.ref.file = static_cast<std::uint16_t>(lane);
  return true;
}

void MergedSource::close(std::size_t lane) noexcept {
  Lane& it = lanes_[lane];
  inputs_[lane] = it.source->inputs().front();
  add_rest(closed_, it.source->stats());
  it.source.reset();
  it.ended = true;
  --open_;
}

// Opens a lane again that was put aside after its first packet.
bool MergedSource::resume(std::size_t lane) noexcept {
  Lane& it = lanes_[lane];
  if (it.source != nullptr) {
    return true;
  }
  auto opened = it.reopen();
  if (!opened) {
    it.ended = true;
    inputs_[lane].note = "could not be opened again: " + opened.error().message;
    return false;
  }
  it.source = std::move(*opened);
  ++open_;
  return fetch_head(lane);
}

Source::Poll MergedSource::next(Packet& packet) noexcept {
  if (taken_ != kNone && fetch_head(taken_)) {
    enqueue(taken_);
  }
  taken_ = kNone;
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(),
                  [this](std::size_t a, std::size_t b) { return later(a, b); });
    const std::size_t lane = queue_.back();
    queue_.pop_back();
    if (resume(lane)) {
      taken_ = lane;
      Lane& it = lanes_[lane];
      ++it.handed_out.packets;
      it.handed_out.bytes += it.head.bytes.size();
      packet = it.head;
      return Poll::packet;
    }
  }
  return Poll::end;
}

SourceStats MergedSource::stats() const {
  SourceStats sum = closed_;
  for (const Lane& lane : lanes_) {
    sum.packets += lane.handed_out.packets;
    sum.bytes += lane.handed_out.bytes;
    if (lane.source != nullptr) {
      add_rest(sum, lane.source->stats());
    }
  }
  return sum;
}

const std::vector<Input>& MergedSource::inputs() const {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].source != nullptr) {
      inputs_[i] = lanes_[i].source->inputs().front();
    }
    inputs_[i].packets = lanes_[i].handed_out.packets;
  }
  return inputs_;
}

double MergedSource::progress() const {
  double done = 0;
  double all = 0;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const auto size = static_cast<double>(inputs_[i].size);
    const Lane& lane = lanes_[i];
    const double started = lane.source == nullptr ? 0.0 : lane.source->progress();
    const double share = lane.ended ? 1.0 : started;
    if (share < 0) {
      return -1.0;
    }
    done += share * size;
    all += size;
  }
  return all > 0 ? done / all : -1.0;
}

}  // namespace prahari
