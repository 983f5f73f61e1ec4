#include "capture/capture_file.hpp"

#include <algorithm>

namespace prahari {

CaptureFile::CaptureFile(std::unique_ptr<ByteStream> stream, const char* format)
    : stream_(std::move(stream)) {
  Input input;
  input.name = stream_->path();
  input.format = format + stream_->suffix();
  input.size = stream_->raw().size();
  input.modified = stream_->raw().modified();
  inputs_.push_back(std::move(input));
}

SourceStats CaptureFile::stats() const {
  SourceStats stats;
  stats.packets = inputs_.front().packets;
  stats.bytes = bytes_;
  stats.hash_nanoseconds = stream_->raw().hash_nanoseconds();
  return stats;
}

double CaptureFile::progress() const {
  if (finished_) {
    return 1.0;
  }
  const RawInput& raw = stream_->raw();
  if (raw.size() == 0) {
    return -1.0;
  }
  return std::min(1.0, static_cast<double>(raw.position()) / static_cast<double>(raw.size()));
}

std::string CaptureFile::note(Ending ending, const std::string& what) const {
  const std::string where = " after packet " + std::to_string(inputs_.front().packets);
  switch (ending) {
    case Ending::none:
      return {};
    case Ending::stopped:
      return "stopped" + where;
    case Ending::cut:
      return "cut short" + where + (what.empty() ? "" : ": " + what);
    case Ending::damaged:
      break;
  }
  return "damaged" + where + ": " + what;
}

Source::Poll CaptureFile::finish(Ending ending, const std::string& what) noexcept {
  if (finished_) {
    return Poll::end;
  }
  finished_ = true;
  Input& input = inputs_.front();
  const Ending below = stream_->ending();
  input.note = below == Ending::none ? note(ending, what) : note(below, stream_->reason());
  stream_->finish();
  input.sha256 = stream_->raw().sha256();
  input.size = stream_->raw().size();
  return Poll::end;
}

Timestamp clamp_time(std::int64_t nanoseconds) noexcept {
  return Timestamp{std::chrono::nanoseconds{
      std::clamp<std::int64_t>(nanoseconds, 0, kLatestTime.time_since_epoch().count())}};
}

}  // namespace prahari
