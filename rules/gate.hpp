// Between the detectors and the alerts: fills in zones, drops what an [[ignore]] silences or a
// zone switches off, and makes what a [[permit]] covers an `info`.

#pragma once

#include <cstdint>
#include <vector>

#include "rules/engine.hpp"

namespace prahari {

class Gate final : public FindingSink {
 public:
  // Both must outlive the gate.
  Gate(const Policy& policy, FindingSink& out);

  AlertHandle raise(Finding finding) override;
  using FindingSink::again;
  bool again(AlertHandle handle, const PacketRef& packet, std::uint32_t times) override;
  void refine(AlertHandle handle, Outcome outcome, const PacketRef& packet) override;

  [[nodiscard]] std::vector<SilencedCount> silenced() const;
  [[nodiscard]] std::vector<PermittedCount> permitted() const;
  [[nodiscard]] std::uint64_t switched_off() const noexcept { return switched_off_; }

 private:
  // A handle is good for as long as the same ignores and permits are in force: `epoch` counts how
  // many of their beginnings and ends have passed.
  struct Raised {
    std::uint32_t generation = 0;
    std::uint32_t epoch = 0;
    std::uint32_t permit = kNone;  // that covers it
  };

  void fill_zones(Finding& finding) const;
  [[nodiscard]] bool is_off(const Finding& finding) const noexcept;
  [[nodiscard]] std::uint32_t epoch_at(Timestamp now) const noexcept;
  AlertHandle silence(const Ignore& ignore, Timestamp now, std::uint32_t times);
  // The index of the [[permit]] that covers the finding, or kNone.
  std::uint32_t permit(Finding& finding, Timestamp now);

  const Policy& policy_;
  FindingSink& out_;
  std::vector<Timestamp> boundaries_;     // sorted
  std::vector<Raised> raised_;            // by the handle's slot, only where there are boundaries
  std::vector<std::uint64_t> ignored_;    // by ignore
  std::vector<std::uint64_t> permitted_;  // by permit
  std::uint64_t switched_off_ = 0;
};

}  // namespace prahari
