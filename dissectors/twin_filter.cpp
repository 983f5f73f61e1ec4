#include "dissectors/twin_filter.hpp"

namespace prahari {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kForget{400};  // EntryForgetTime; sequence numbers come round

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

}  // namespace

PrpTrailer PrpTrailer::find(Bytes lsdu, std::size_t& size) noexcept {
  for (const std::size_t behind : {std::size_t{0}, kFrameCheck}) {
    if (lsdu.size() < behind + kSize) {
      break;
    }
    const std::size_t stated = lsdu.size() - behind;
    Reader in{lsdu.first(stated).last(kSize)};
    const std::uint16_t sequence = in.be16();
    const std::uint16_t lan_and_size = in.be16();
    const auto lan = static_cast<std::uint8_t>(lan_and_size >> 12);
    if (in.be16() == kSuffix && (lan == 0xa || lan == 0xb) && (lan_and_size & 0x0fffU) == stated) {
      size = stated - kSize;
      return PrpTrailer{sequence, lan, true};
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
