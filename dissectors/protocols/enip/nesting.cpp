#include "dissectors/protocols/enip/nesting.hpp"

#include <algorithm>

#include "dissectors/unit.hpp"

namespace prahari::enip {

std::uint32_t unit_of(const Path& route) noexcept {
  const auto hops = route.route();
  if (hops.empty()) {
    return Identity::kNoUnit;
  }
  constexpr std::uint16_t kBackplane = 1;
  if (hops.size() == 1 && hops[0].port == kBackplane && !hops[0].text) {
    return slot_unit(std::to_integer<std::uint8_t>(hops[0].link.front()));
  }
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const Hop& hop : hops) {
    hash = (hash ^ hop.port) * 16777619U;
    for (const std::byte byte : hop.link) {
      hash = (hash ^ std::to_integer<std::uint32_t>(byte)) * 16777619U;
    }
  }
  return kRouteUnits | (hash & 0xffffffU);
}

Way go_on(const Way& before, const Path& route) noexcept {
  Way way{&route, unit_of(route)};
  if (before.route != nullptr && way.unit != Identity::kNoUnit) {
    way.unit = kRouteUnits | ((before.unit * 16777619U ^ way.unit) & 0xffffffU);
  }
  return way;
}

// Each item begins behind the one before, the first behind the offsets, and the last has a byte.
ServiceList::ServiceList(Bytes data) noexcept : data_(data) {
  Reader in{data};
  count_ = in.le16();
  bad_ = !in.ok() || count_ > kMost || in.remaining() < 2 * count_;
  count_ = bad_ ? std::min({count_, kMost, in.remaining() / 2}) : count_;
  std::size_t before = 2 + 2 * count_ - 1;
  for (std::size_t i = 0; i < count_ && !bad_; ++i) {
    const std::size_t begin = in.le16();
    bad_ = begin <= before || begin >= data.size();
    before = begin;
  }
}

std::size_t ServiceList::offset(std::size_t at) const noexcept {
  Reader in{data_};
  in.skip(2 + 2 * at);
  return in.le16();
}

Bytes ServiceList::item(std::size_t at) const noexcept {
  if (at >= count_) {
    return {};
  }
  const std::size_t begin = offset(at);
  const std::size_t end = at + 1 < count_ ? offset(at + 1) : data_.size();
  if (begin < 2 + 2 * count_ || begin >= end) {
    return {};
  }
  Reader in{data_};
  in.skip(begin);
  return in.take(end - begin);
}

Errand read_errand(Bytes data) noexcept {
  Reader in{data};
  in.skip(2);
  const std::size_t size = in.le16();
  bool cut = !in.ok() || size > in.remaining();
  const Bytes message = in.take(std::min(size, in.remaining()));
  in.skip(size % 2);
  const std::size_t words = in.u8();
  in.skip(1);
  cut = cut || !in.ok() || 2 * words > in.remaining();
  return {.message = message,
          .route = read_path(in.take(std::min(2 * words, in.remaining()))),
          .cut = cut};
}

bool is_errand(const Request& request) noexcept {
  return request.service == svc::kUnconnectedSend &&
         request.path.object() == cls::kConnectionManager;
}

}  // namespace prahari::enip
