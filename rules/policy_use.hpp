// What a policy did over some traffic: which `allow` entries let what pass, and what was raised.
// For people who test a policy before they use it; not on the way of an ordinary run.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "rules/conduit_finding.hpp"
#include "rules/conduit_watch.hpp"
#include "rules/finding.hpp"

namespace prahari {

struct UseCount {
  std::uint64_t messages = 0;
  std::uint64_t flows = 0;
  Timestamp first;
  Timestamp last;

  void add(std::uint64_t more, Timestamp time) noexcept;
  [[nodiscard]] bool used() const noexcept { return messages + flows > 0; }
};

// What was refused, in words that two policies share whatever they call their zones.
struct RefusedKey {
  IpAddress client;
  IpAddress server;
  std::string what;  // "modbus:write", "tcp/443"

  friend auto operator<=>(const RefusedKey&, const RefusedKey&) = default;
};

// Of each entry of each conduit, in the order of the file.
class PolicyUse final : public ConduitWatch {
 public:
  // `site` is the policy's own and must outlive this.
  explicit PolicyUse(const Site& site);

  void allowed(const ZonePair& zones, const Event& event, const Verdict& verdict,
               std::uint32_t times) override;
  void refused(const ZonePair& zones, const Event& event, const Request& request,
               std::uint32_t times) override;

  // What is known without events.
  void add(const Conduit& conduit, const Allow* allow, const UseCount& count);
  void add_refused(const RefusedKey& key, const UseCount& count);

  // Bounded; see overflowed().
  [[nodiscard]] const std::map<RefusedKey, UseCount>& refused() const noexcept { return refused_; }

  [[nodiscard]] const UseCount& of(const Conduit& conduit) const noexcept;
  [[nodiscard]] const UseCount& of(const Conduit& conduit, const Allow& allow) const noexcept;
  // More flows or refusals than could be told apart; their counts are then too low.
  [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }

 private:
  struct ConduitCounts {
    UseCount all;
    std::vector<UseCount> entries;
  };

  bool fresh_flow(const Event& event, std::size_t conduit, std::size_t entry);
  [[nodiscard]] std::size_t index_of(const Conduit& conduit) const noexcept;

  const Site& site_;
  std::vector<ConduitCounts> counts_;
  std::unordered_set<std::uint64_t> flows_;  // that were counted at an entry
  std::map<RefusedKey, UseCount> refused_;
  bool overflowed_ = false;
};

// What one cause would have raised: one alert for its whole time, however long.
struct Violation {
  Finding finding;  // of the first time; its severity is the highest
  std::uint64_t count = 0;
  Timestamp first;
  Timestamp last;
  bool permitted = false;  // covered by a permit: recorded, and no violation
};

// Keeps them by cause. Bounded; what does not fit is counted.
class ViolationBook final : public FindingSink {
 public:
  AlertHandle raise(Finding finding) override;
  using FindingSink::again;
  bool again(AlertHandle handle, const PacketRef& packet, std::uint32_t times) override;

  // In the order of their first packets, then causes.
  [[nodiscard]] std::vector<const Violation*> in_order() const;
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  std::vector<Violation> all_;
  std::map<std::string, std::uint32_t> by_cause_;
  std::uint64_t left_out_ = 0;
};

}  // namespace prahari
