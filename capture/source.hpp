// Where packets come from: a file, several files merged, an interface.
//
// One thread uses a source. Opening may fail and says why; reading never does:
// a file that is cut short or damaged ends there, and its input says so.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capture/packet.hpp"

namespace prahari {

// One file or interface, as summary.json shows it.
struct Input {
  std::string name;        // path as given, "-" for standard input, or the interface
  std::string format;      // "pcap", "pcapng", "pcap.gz", "live", ...
  std::string sha256;      // of the file as it lies on disk, lower-case hex; empty for an interface
  std::uint64_t size = 0;  // bytes on disk
  std::uint64_t packets = 0;
  std::string note;     // empty, or why reading ended early: "cut short after packet 46"
  std::string kept_in;  // the file that PacketRef::offset means where it is not `name` (a spool)
  std::int64_t modified = 0;  // of the file, in nanoseconds since 1970; 0 where there is none
};

struct SourceStats {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;             // captured bytes handed out
  std::uint64_t kernel_drops = 0;      // live only
  std::uint64_t interface_drops = 0;   // live only
  std::uint64_t hash_nanoseconds = 0;  // of the time taken: spent on Input::sha256
  std::uint64_t not_kept = 0;          // packets beyond the limit of the spool
};

class Source {
 public:
  enum class Poll : std::uint8_t { packet, idle, end };

  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  // The next packet, whose bytes live until the following call. `idle` is a live source's word
  // for "nothing within a tenth of a second"; a file never says it.
  virtual Poll next(Packet& packet) noexcept = 0;

  [[nodiscard]] virtual SourceStats stats() const = 0;

  // Complete (hashes, notes) only after the end.
  [[nodiscard]] virtual const std::vector<Input>& inputs() const = 0;

  // Share of the input that was read, 0 to 1; negative where it cannot be known.
  [[nodiscard]] virtual double progress() const { return -1.0; }
};

}  // namespace prahari
