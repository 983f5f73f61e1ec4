// Keeps the packets of a source that cannot be read twice (standard input, an interface) in a
// pcapng file, so that they can be fetched again as evidence.
//
// The packets it hands out are those of the source, but their offset is that within the spool,
// which inputs() names in `kept_in`. When the spool is full, or cannot be written, packets pass
// on with kNotKept for an offset and are counted. Costs one copy per packet. One thread uses an
// object.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/pcap_writer.hpp"
#include "capture/source.hpp"

namespace prahari {

class TeeSource final : public Source {
 public:
  // The spool never grows beyond `limit` bytes. The source must have one input.
  static Result<std::unique_ptr<Source>> open(std::unique_ptr<Source> source,
                                              const std::string& spool, std::uint64_t limit);

  TeeSource(std::unique_ptr<Source> source, std::string spool, std::uint64_t limit,
            PcapWriter writer);

  // Packets of the last second of packet time may still lie in memory until inputs() is called.
  Poll next(Packet& packet) noexcept override;
  [[nodiscard]] SourceStats stats() const override;
  [[nodiscard]] const std::vector<Input>& inputs() const override;
  [[nodiscard]] double progress() const override { return source_->progress(); }

 private:
  bool keep(Packet& packet) noexcept;
  void stop(const std::string& why) const noexcept;

  std::unique_ptr<Source> source_;
  std::string spool_;
  std::uint64_t limit_;
  mutable std::optional<PcapWriter> writer_;  // empty once it failed or is full
  mutable std::string trouble_;
  mutable std::vector<Input> inputs_;
  Timestamp flushed_;
  std::uint64_t not_kept_ = 0;
};

}  // namespace prahari
