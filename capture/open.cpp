#include "capture/open.hpp"

#include <array>
#include <limits>

#include "capture/merged_source.hpp"
#include "capture/pcap_file.hpp"
#include "capture/pcapng_file.hpp"
#include "capture/tee_source.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMagicSize = 4;

std::string hex(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned int>(byte);
    text += ' ';
    text += kDigits[value >> 4];
    text += kDigits[value & 15];
  }
  return text;
}

// What people hand us most often that is not a capture.
const char* advice(Bytes head) {
  struct Known {
    std::array<int, kMagicSize> magic;
    const char* advice;
  };
  constexpr int kAny = -1;
  static constexpr Known kKnown[] = {
      {{0xfd, '7', 'z', 'X'}, "; it is packed with xz: unpack it first (xz -d)"},
      {{'B', 'Z', 'h', kAny}, "; it is packed with bzip2: unpack it first (bzip2 -d)"},
      {{'P', 'K', 3, 4}, "; it is a zip archive: unpack it first (unzip)"},
      {{'7', 'z', 0xbc, 0xaf}, "; it is a 7z archive: unpack it first (7z x)"},
      {{'s', 'n', 'o', 'o'}, "; it is a snoop file: convert it first (editcap -F pcapng)"},
      {{'G', 'M', 'B', 'U'},
       "; it is a Network Monitor file: convert it first (editcap -F pcapng)"},
  };
  for (const Known& known : kKnown) {
    bool same = head.size() == kMagicSize;
    for (std::size_t i = 0; same && i < kMagicSize; ++i) {
      same = known.magic[i] == kAny || known.magic[i] == std::to_integer<int>(head[i]);
    }
    if (same) {
      return known.advice;
    }
  }
  return "";
}

Error not_a_capture(const ByteStream& stream, Bytes head) {
  const std::string& path = stream.path();
  if (stream.ending() == Ending::damaged) {
    return {path + ": cannot be read: " + stream.reason(),
            stream.raw().read_error() != 0 ? Error::Kind::environment : Error::Kind::input};
  }
  if (head.empty()) {
    return {path + (stream.suffix().empty() ? ": empty file" : ": empty inside") +
                ", not a capture: expected pcap or pcapng (also .gz, .zst)",
            Error::Kind::input};
  }
  return {path + ": not a capture: expected pcap or pcapng (also .gz, .zst); first bytes are" +
              hex(head) + advice(head),
          Error::Kind::input};
}

struct Opened {
  std::unique_ptr<Source> source;
  bool rereadable = true;
};

Result<Opened> open_one(const std::string& path, const StreamOptions& options) {
  auto opened = ByteStream::open(path, options);
  if (!opened) {
    return opened.error();
  }
  std::unique_ptr<ByteStream> stream = std::move(*opened);
  const bool rereadable = path != "-" && stream->raw().rereadable();
  std::array<std::byte, kMagicSize> buffer{};
  const Bytes head = std::span{buffer}.first(stream->read(buffer));
  Result<std::unique_ptr<Source>> source = Error{};
  if (is_pcap(head)) {
    source = PcapFile::open(std::move(stream), head);
  } else if (is_pcapng(head)) {
    source = PcapngFile::open(std::move(stream), head);
  } else {
    return not_a_capture(*stream, head);
  }
  if (!source) {
    return source.error();
  }
  return Opened{std::move(*source), rereadable};
}

Result<Opened> open_kept(const std::string& path, const OpenOptions& options, int& spools) {
  auto opened = open_one(path, options.stream);
  if (!opened || opened->rereadable || options.spool.empty()) {
    return opened;
  }
  const std::string spool =
      ++spools == 1 ? options.spool : options.spool + "." + std::to_string(spools);
  auto tee = TeeSource::open(std::move(opened->source), spool, options.spool_limit);
  if (!tee) {
    return tee.error();
  }
  return Opened{std::move(*tee), false};
}

}  // namespace

Error cut_in_header(const ByteStream& stream) {
  if (stream.ending() == Ending::damaged) {
    return not_a_capture(stream, {});
  }
  return {stream.path() + ": not a capture: cut inside the file header, after " +
              std::to_string(stream.position()) + " bytes",
          Error::Kind::input};
}

Result<std::unique_ptr<Source>> open_capture(const std::string& path,
                                             const StreamOptions& options) {
  auto opened = open_one(path, options);
  if (!opened) {
    return opened.error();
  }
  return std::move(opened->source);
}

Result<std::unique_ptr<Source>> open_captures(const std::vector<std::string>& paths,
                                              const OpenOptions& options) {
  if (paths.empty()) {
    return Error{"no capture named; name pcap or pcapng files, or - for standard input",
                 Error::Kind::usage};
  }
  if (paths.size() > std::numeric_limits<std::uint16_t>::max()) {
    return Error{std::to_string(paths.size()) + " captures at once; the most is 65535",
                 Error::Kind::usage};
  }
  int spools = 0;
  if (paths.size() == 1) {
    auto opened = open_kept(paths.front(), options, spools);
    if (!opened) {
      return opened.error();
    }
    return std::move(opened->source);
  }
  auto merged = std::make_unique<MergedSource>();
  for (const std::string& path : paths) {
    auto opened = open_kept(path, options, spools);
    if (!opened) {
      return opened.error();
    }
    MergedSource::Reopen reopen;
    if (opened->rereadable) {
      reopen = [path, stream = options.stream] { return open_capture(path, stream); };
    }
    merged->add(std::move(opened->source), std::move(reopen));
  }
  return std::unique_ptr<Source>{std::move(merged)};
}

}  // namespace prahari
