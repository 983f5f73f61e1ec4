#include "capture/packet_fetcher.hpp"

#include <vector>

#include "capture/byte_stream.hpp"

namespace prahari {
namespace {

Error changed(const std::string& path) {
  return {path + ": changed since it was read; its packets cannot serve as evidence any more",
          Error::Kind::environment};
}

// A file may have been touched, or have grown while a capture was still running into it. What
// counts is that the bytes that were read are still the same.
Status check_unchanged(const Input& input, const RawInput& now) {
  const bool same_time = input.modified == 0 || input.modified == now.modified();
  if (now.size() == input.size && same_time) {
    return ok_status();
  }
  if (now.size() < input.size || input.sha256.empty()) {
    return changed(input.name);
  }
  auto again = RawInput::open(input.name, {.hash = false});
  if (!again) {
    return again.error();
  }
  Sha256 hash;
  std::uint64_t left = input.size;
  while (left > 0) {
    Bytes ready = (*again)->peek();
    if (ready.empty()) {
      return changed(input.name);
    }
    ready = ready.first(std::min<std::uint64_t>(ready.size(), left));
    hash.update(ready);
    left -= ready.size();
    (*again)->consume(ready.size());
  }
  return hash.finish() == input.sha256 ? ok_status() : changed(input.name);
}

class Fetcher {
 public:
  Fetcher(const std::string& path, ByteStream& stream) : path_(path), stream_(stream) {}

  Status fetch(const PacketRef& ref, const TakePacket& take) {
    const bool again = ref.offset == offset_ && ref.captured == bytes_.size();
    if (!again) {
      if (ref.captured > kMaxFrame || ref.offset < stream_.position()) {
        return Error{path_ + ": packet " + std::to_string(ref.frame) +
                     " is not where it should be"};
      }
      const std::uint64_t gap = ref.offset - stream_.position();
      bytes_.resize(ref.captured);
      if (stream_.skip(gap) < gap || stream_.read(bytes_) < bytes_.size()) {
        return Error{path_ + ": packet " + std::to_string(ref.frame) + " is no longer there",
                     Error::Kind::environment};
      }
      offset_ = ref.offset;
    }
    return take(Packet{ref, bytes_});
  }

 private:
  const std::string& path_;
  ByteStream& stream_;
  std::vector<std::byte> bytes_;
  std::uint64_t offset_ = kNotKept;
};

}  // namespace

Status fetch_packets(const Input& input, std::span<const PacketRef> refs, const TakePacket& take) {
  const bool spooled = !input.kept_in.empty();
  const std::string& path = spooled ? input.kept_in : input.name;
  if (!spooled && (path == "-" || input.format == "live")) {
    return Error{path + ": cannot be read a second time, and its packets were not kept"};
  }
  auto stream = ByteStream::open(path, {.hash = false});
  if (!stream) {
    return stream.error();
  }
  if (!(*stream)->raw().rereadable()) {
    return Error{path + ": cannot be read a second time, and its packets were not kept"};
  }
  if (!spooled) {
    if (Status unchanged = check_unchanged(input, (*stream)->raw()); !unchanged) {
      return unchanged;
    }
  }
  Fetcher fetcher{path, **stream};
  for (const PacketRef& ref : refs) {
    if (ref.offset == kNotKept) {
      continue;
    }
    if (Status fetched = fetcher.fetch(ref, take); !fetched) {
      return fetched;
    }
  }
  return ok_status();
}

}  // namespace prahari
