// What the summary counts as events go by. Bounded by the number of protocols and, for what has no
// decoder, by 1,024 names.

#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "alerts/summary.hpp"
#include "dissectors/event.hpp"

namespace prahari {

class EventCounts {
 public:
  void add(const Event& event);

  // So far; gaps and the like are known at the end only.
  [[nodiscard]] const FlowCounts& flows() const noexcept { return flows_; }

  // Writes what was counted into its places of the summary.
  void fill(RunSummary& summary) const;

 private:
  static constexpr std::size_t kServices = 1024;

  struct Messages {
    std::array<std::uint64_t, 4> by_state{};
    std::uint64_t invalid = 0;
    std::uint64_t anomalies = 0;
  };
  struct Service {
    Transport transport = Transport::none;
    std::uint16_t port = 0;
    // NOLINTNEXTLINE(modernize-use-nullptr): the 0 is that of the comparison it generates
    auto operator<=>(const Service&) const = default;
  };

  void add_flow(const Event& event);

  std::array<Messages, static_cast<std::size_t>(Protocol::unknown) + 1> messages_{};
  FlowCounts flows_;
  std::map<Service, std::uint64_t> unknown_;  // packets of established flows without a decoder
  std::uint64_t other_unknown_ = 0;           // beyond the bound
};

}  // namespace prahari
