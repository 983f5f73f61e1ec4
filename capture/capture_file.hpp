// What capture files of both formats have in common: one input, its counters, and the account of
// how it ended.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/byte_stream.hpp"
#include "capture/source.hpp"

namespace prahari {

class CaptureFile : public Source {
 public:
  [[nodiscard]] SourceStats stats() const override;
  [[nodiscard]] const std::vector<Input>& inputs() const override { return inputs_; }
  [[nodiscard]] double progress() const override;

 protected:
  CaptureFile(std::unique_ptr<ByteStream> stream, const char* format);

  [[nodiscard]] ByteStream& stream() noexcept { return *stream_; }
  [[nodiscard]] std::uint32_t next_frame() const noexcept {
    return static_cast<std::uint32_t>(inputs_.front().packets + 1);
  }

  // Notes a packet that next() hands out.
  Poll hand_out(const Packet& packet) noexcept {
    ++inputs_.front().packets;
    bytes_ += packet.bytes.size();
    return Poll::packet;
  }

  // Ends the source: `ending` and `what` tell what the format saw. Trouble of the stream below
  // comes first, since it explains what the format saw. Reads the rest of the file for its hash.
  Poll finish(Ending ending, const std::string& what) noexcept;

  [[nodiscard]] bool finished() const noexcept { return finished_; }

 private:
  [[nodiscard]] std::string note(Ending ending, const std::string& what) const;

  std::unique_ptr<ByteStream> stream_;
  std::vector<Input> inputs_;
  std::uint64_t bytes_ = 0;
  bool finished_ = false;
};

// Frees the format's reader from the worry about what a file claims: the result lies between 1970
// and kLatestTime.
Timestamp clamp_time(std::int64_t nanoseconds) noexcept;

}  // namespace prahari
