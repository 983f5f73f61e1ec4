#include "dissectors/twin_filter.hpp"

namespace prahari {
namespace {

using std::chrono::milliseconds;

constexpr std::uint16_t kSuffix = 0x88fb;
constexpr std::size_t kFrameCheck = 4;  // some captures keep it behind the trailer
constexpr milliseconds kForget{400};    // EntryForgetTime; sequence numbers come round

std::uint64_t digest(Bytes content, std::uint64_t seed) noexcept {
  Hasher hasher{seed};
  hasher.add(content.size());
  Reader in{content};
  while (in.remaining() >= sizeof(std::uint64_t)) {
    hasher.add(in.le64());
  }
  while (in.remaining() > 0) {
    hasher.add(in.u8());
  }
  return hasher.value();
}

PrpTrailer read_trailer(Bytes lsdu) noexcept {
  if (lsdu.size() < PrpTrailer::kSize) {
    return {};
  }
  Reader in{lsdu.last(PrpTrailer::kSize)};
  const std::uint16_t sequence = in.be16();
  const std::uint16_t lan_and_size = in.be16();
  const auto lan = static_cast<std::uint8_t>(lan_and_size >> 12);
  const bool found =
      in.be16() == kSuffix && (lan == 0xa || lan == 0xb) && (lan_and_size & 0x0fffU) == lsdu.size();
  return {sequence, lan, found};
}

}  // namespace

PrpTrailer PrpTrailer::find(Bytes lsdu, std::size_t& size) noexcept {
  for (const std::size_t behind : {std::size_t{0}, kFrameCheck}) {
    if (lsdu.size() < behind + kSize) {
      break;
    }
    const Bytes inner = lsdu.first(lsdu.size() - behind);
    if (const PrpTrailer trailer = read_trailer(inner); trailer.found) {
      size = inner.size() - kSize;
      return trailer;
    }
  }
  return {};
}

bool TwinFilter::is_twin(const MacAddress& source, std::uint16_t sequence, std::uint8_t lan,
                         Bytes content, Timestamp time) noexcept {
  const Key key{source, sequence};
  const std::uint64_t sum = digest(content, seed_);
  auto at = seen_.find(key);
  if (at != seen_.kNone) {
    const Copy& copy = seen_[at];
    const auto age = time > copy.time ? time - copy.time : copy.time - time;
    if (age <= kForget && copy.content == sum) {
      return copy.lan != lan;  // the same network twice is a mirror's doing, which flows notice
    }
  } else {
    at = seen_.insert(key);
  }
  seen_[at] = {time, sum, lan};
  return false;
}

}  // namespace prahari
