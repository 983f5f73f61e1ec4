#include "dissectors/protocols/enip/opening.hpp"

#include <algorithm>
#include <array>

#include "dissectors/unit.hpp"

namespace prahari::enip {
namespace {

// The first four bytes of what a controller sends tell whether it runs; data is what follows.
constexpr std::uint32_t kRunHeader = 4;

// Connection points that devices give to the sign of life of a listener; no specification fixes
// them, these are in common use (of Rockwell, of Anybus and Molex, of OpENer).
constexpr std::array<std::uint32_t, 3> kListenOnly = {199, 255, 153};

void read_parameters(Reader& in, Half& half, bool large) noexcept {
  half.interval_us = in.le32();
  const std::uint32_t bits = large ? in.le32() : in.le16();
  const unsigned shift = large ? 16 : 0;
  half.redundant = (bits >> (15 + shift) & 1U) != 0;
  half.type = static_cast<std::uint8_t>(bits >> (13 + shift) & 3U);
  half.size = bits & (large ? 0xFFFFU : 0x1FFU);
}

Connection::Use use_of(const Opening& opening) noexcept {
  if (owns_outputs(opening)) {
    return Connection::Use::exclusive_owner;
  }
  const bool listens = opening.path.point_count > 0 &&
                       std::ranges::find(kListenOnly, opening.path.points[0]) != kListenOnly.end();
  return listens ? Connection::Use::listen_only : Connection::Use::input_only;
}

Connection::Half half_of(const Half& half) noexcept {
  return {.id = half.id,
          .requested_us = half.interval_us,
          .agreed_us = 0,
          .size = static_cast<std::uint16_t>(half.size),
          .multicast = half.multicast()};
}

}  // namespace

Triad read_triad(Reader& in) noexcept {
  Triad triad;
  triad.serial = in.le16();
  triad.vendor = in.le16();
  triad.originator = in.le32();
  return triad;
}

Opening read_opening(Reader& in, bool large) noexcept {
  Opening opening;
  in.skip(2);
  opening.to_target.id = in.le32();
  opening.to_originator.id = in.le32();
  opening.triad = read_triad(in);
  opening.multiplier = in.u8();
  in.skip(3);
  read_parameters(in, opening.to_target, large);
  read_parameters(in, opening.to_originator, large);
  opening.trigger = in.u8();
  const std::size_t path = std::size_t{2} * in.u8();
  opening.path_cut = in.ok() && path > in.remaining();
  opening.path = read_path(in.take(std::min(path, in.remaining())));
  return opening;
}

bool owns_outputs(const Opening& opening) noexcept {
  const Half& half = opening.to_target;
  const std::uint32_t counted = opening.transport_class() == 1 ? 2 : 0;
  const std::uint32_t data = half.size > counted ? half.size - counted : 0;
  return opening.carries_io() && half.type != 0 &&
         (half.redundant || (data != 0 && data != kRunHeader));
}

std::uint32_t unit_behind(const Path& path) noexcept {
  const auto hops = path.route();
  constexpr std::uint16_t kBackplane = 1;
  return hops.size() == 1 && hops[0].port == kBackplane && !hops[0].text
             ? slot_unit(std::to_integer<std::uint8_t>(hops[0].link.front()))
             : Identity::kNoUnit;
}

Connection connection_of(const Opening& opening, std::uint32_t unit) noexcept {
  Connection connection;
  connection.protocol = Protocol::cipio;
  connection.use = use_of(opening);
  connection.transport_class = opening.transport_class();
  set_triad(connection, opening.triad);
  connection.unit = unit;
  connection.outputs = half_of(opening.to_target);
  connection.inputs = half_of(opening.to_originator);
  return connection;
}

void set_triad(Connection& connection, const Triad& triad) noexcept {
  connection.serial = triad.serial;
  connection.vendor = triad.vendor;
  connection.originator = triad.originator;
}

}  // namespace prahari::enip
