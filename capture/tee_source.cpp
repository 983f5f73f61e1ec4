#include "capture/tee_source.hpp"

#include <utility>

namespace prahari {

Result<std::unique_ptr<Source>> TeeSource::open(std::unique_ptr<Source> source,
                                                const std::string& spool, std::uint64_t limit) {
  auto writer = PcapWriter::create(spool, PcapForm::pcapng);
  if (!writer) {
    return writer.error();
  }
  return std::unique_ptr<Source>{
      std::make_unique<TeeSource>(std::move(source), spool, limit, std::move(*writer))};
}

TeeSource::TeeSource(std::unique_ptr<Source> source, std::string spool, std::uint64_t limit,
                     PcapWriter writer)
    : source_(std::move(source)),
      spool_(std::move(spool)),
      limit_(limit),
      writer_(std::move(writer)) {}

// Whatever was written before stays readable.
void TeeSource::stop(const std::string& why) const noexcept {
  trouble_ = why;
  writer_.reset();
}

bool TeeSource::keep(Packet& packet) noexcept {
  if (!writer_) {
    return false;
  }
  if (writer_->size() + writer_->cost(packet) > limit_) {
    stop("spool full after packet " + std::to_string(packet.ref.frame - 1));
    return false;
  }
  if (const Status written = writer_->write(packet); !written) {
    stop(written.error().message);
    return false;
  }
  packet.ref.offset = writer_->last_offset();
  constexpr std::chrono::seconds kLongestWait{1};
  if (packet.ref.time - flushed_ >= kLongestWait) {
    flushed_ = packet.ref.time;
    if (const Status flushed = writer_->flush(); !flushed) {
      stop(flushed.error().message);
      return false;
    }
  }
  return true;
}

Source::Poll TeeSource::next(Packet& packet) noexcept {
  const Poll poll = source_->next(packet);
  if (poll != Poll::packet) {
    if (writer_) {
      if (const Status flushed = writer_->flush(); !flushed) {
        stop(flushed.error().message);
      }
    }
    return poll;
  }
  if (!keep(packet)) {
    packet.ref.offset = kNotKept;
    ++not_kept_;
  }
  return poll;
}

SourceStats TeeSource::stats() const {
  SourceStats stats = source_->stats();
  stats.not_kept = not_kept_;
  return stats;
}

const std::vector<Input>& TeeSource::inputs() const {
  if (writer_) {
    if (const Status flushed = writer_->flush(); !flushed) {
      stop(flushed.error().message);
    }
  }
  inputs_ = source_->inputs();
  Input& input = inputs_.front();
  input.kept_in = spool_;
  if (!trouble_.empty()) {
    input.note += (input.note.empty() ? "" : "; ") + ("evidence: " + trouble_);
  }
  return inputs_;
}

}  // namespace prahari
