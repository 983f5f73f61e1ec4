// From findings to alerts: one cause is one alert whose count grows.
//
// Two findings of one kind with one key belong together for `quiet`, counted from the first. At
// most 4,096 keys are open; the least recently used goes to the sink in its final state. again()
// runs once a message of a forbidden flow: it touches one slot, and allocates only while the
// alert's first 1,000 packets are gathered. Analyst thread.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "alerts/alert.hpp"

namespace prahari {

class AlertSink {
 public:
  virtual ~AlertSink() = default;
  // The alert is final: nothing will be added to it.
  virtual void alert(Alert alert) = 0;
};

struct CorrelatorLimits {
  std::uint32_t keys = 4096;
  std::uint32_t evidence_per_alert = 1000;  // the first half and the latest half are kept
  std::uint64_t evidence_total = 262'144;
};

struct CorrelatorStats {
  std::uint64_t raised = 0;             // alerts
  std::uint64_t findings = 0;           // raise() and again()
  std::uint64_t keys_evicted = 0;       // alerts ended early for want of a slot
  std::uint64_t evidence_left_out = 0;  // packets not listed, over all alerts
  std::uint64_t evidence_refs = 0;      // listed, of `evidence_total`
};

class Correlator final : public FindingSink {
 public:
  // Names an asset by its id; asked once an alert, when it is raised.
  using AssetId = std::function<std::string(AssetIndex)>;

  // `out` must outlive the correlator.
  Correlator(AlertSink& out, AssetId asset_id, CorrelatorLimits limits = {});

  AlertHandle raise(Finding finding) override;
  using FindingSink::again;
  bool again(AlertHandle handle, const PacketRef& packet, std::uint32_t times) override;
  void refine(AlertHandle handle, Outcome outcome, const PacketRef& packet) override;

  // Shows every open alert as it is now, for whoever cannot wait until it is final.
  template <class Visit>
  void each_open(Visit&& visit) const {
    for (std::uint32_t at = oldest_; at != kNone; at = slots_[at].newer) {
      visit(slots_[at].alert);
    }
  }

  // Hands out every open alert, in the order of their first packet.
  void finish();

  // A live sink that has written an alert's packets gives their share of the budget back.
  void release_evidence(std::uint64_t refs) noexcept;

  [[nodiscard]] const CorrelatorStats& stats() const noexcept { return stats_; }

 private:
  struct Slot {
    Alert alert;
    std::string key;
    PacketRef last;          // the latest packet that was added
    Timestamp began;         // of the quiet period
    std::uint32_t ring = 0;  // next place to overwrite in the latest half
    std::uint32_t generation = 1;
    std::uint32_t newer = kNone;
    std::uint32_t older = kNone;
    std::vector<IpAddress> others;  // further destinations of the same cause, the first few
    bool more_others = false;
    bool used = false;
  };
  static constexpr std::size_t kOthersNamed = 10;

  std::uint32_t open_slot(std::string key);
  void close_slot(std::uint32_t index);
  void note_other(Slot& slot, const IpAddress& ip);
  void merge(Slot& slot, Finding& finding, const PacketRef& decisive);
  void add_evidence(Slot& slot, const PacketRef& packet);
  void touch(std::uint32_t index) noexcept;
  void unlink(std::uint32_t index) noexcept;
  void link_newest(std::uint32_t index) noexcept;

  AlertSink& out_;
  AssetId asset_id_;
  CorrelatorLimits limits_;
  CorrelatorStats stats_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::string, std::uint32_t> by_key_;
  std::uint32_t newest_ = kNone;
  std::uint32_t oldest_ = kNone;
};

// "cv-3f1c..." from kind, key and the first and decisive packets' time and number.
[[nodiscard]] std::string alert_id(std::string_view kind, std::string_view dedup_key,
                                   const PacketRef& first, const PacketRef& decisive);

}  // namespace prahari
