// Opens captures: what analyze, dissect and the replay of the sensor read from.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/byte_stream.hpp"
#include "capture/source.hpp"

namespace prahari {

struct OpenOptions {
  StreamOptions stream;

  // Where packets of an input that cannot be read twice (standard input, a named pipe) are kept,
  // so that they can be fetched as evidence. Empty: they are not kept.
  std::string spool;
  std::uint64_t spool_limit = std::uint64_t{4} << 30;
};

// One file as it is, several merged in time order. Formats are told by the first bytes.
Result<std::unique_ptr<Source>> open_captures(const std::vector<std::string>& paths,
                                              const OpenOptions& options = {});

// One file, never spooled.
Result<std::unique_ptr<Source>> open_capture(const std::string& path,
                                             const StreamOptions& options = {});

// For the formats: why a stream ended before their own header did.
Error cut_in_header(const ByteStream& stream);

}  // namespace prahari
