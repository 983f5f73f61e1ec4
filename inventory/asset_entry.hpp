// An asset with what the inventory notes about it for itself.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "inventory/asset.hpp"

namespace prahari {

// What an asset did in OT protocols: from this its roles are derived.
struct Behaviour {
  std::uint64_t requests = 0;     // sent
  std::uint64_t answers = 0;      // sent, exceptions included
  std::uint64_t engineering = 0;  // requests that transfer logic, administer, or reserve
  std::uint64_t gateway_exceptions = 0;
  std::uint64_t asked_in = 0;  // bit per Protocol
  std::uint64_t answered_in = 0;
  std::uint64_t io_owned = 0;         // I/O connections opened as exclusive owner
  std::uint64_t io_heard = 0;         // and opened to listen
  std::uint64_t io_served = 0;        // opened to it
  bool io_outputs = false;            // seen to send some
  bool io_inputs = false;             // likewise
  std::string_view engineering_name;  // of the first such request, a literal
  Timestamp first_request;
  Timestamp first_answer;
  Timestamp first_engineering;
  Timestamp first_gateway_exception;
  Timestamp first_io_as_scanner;
  Timestamp first_io_as_adapter;

  // 0: it never did.
  [[nodiscard]] std::uint64_t io_as_scanner() const noexcept {
    return io_owned + io_heard + (io_outputs ? 1U : 0U);
  }
  [[nodiscard]] std::uint64_t io_as_adapter() const noexcept {
    return io_served + (io_inputs ? 1U : 0U);
  }
};

// What an earlier run said of it; holds until this one knows better.
struct FormerSelf {
  std::vector<RoleReason> roles;
  LevelBasis level = LevelBasis::none;
};

struct AssetEntry {
  Asset asset;
  std::unique_ptr<FormerSelf> former;
  std::unique_ptr<Behaviour> behaviour;  // from the first OT message on
  std::uint32_t stamp = 0;  // changes when the asset's addresses are bound anew; never used twice
  std::uint32_t used = 0;   // event count at the last change of the LRU order
  bool by_mac = false;      // else known by address
  bool router = false;
  bool shared = false;     // known by address: it was seen behind the MAC of a group of routers
  bool in_tunnel = false;  // the MAC was first seen inside a tunnel
};

}  // namespace prahari
