// The analyst of a run: inventory, rules and alerts over one stream of events, and what is left of
// it in the result folder. The same object serves captures and an interface.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "alerts/alert_json.hpp"
#include "alerts/cases.hpp"
#include "alerts/collector.hpp"
#include "alerts/correlator.hpp"
#include "alerts/result_folder.hpp"
#include "alerts/summary.hpp"
#include "inventory/inventory.hpp"
#include "inventory/record.hpp"
#include "rules/engine.hpp"
#include "rules/learner.hpp"
#include "sensor/approved_baselines.hpp"
#include "sensor/counts.hpp"
#include "sensor/knowledge.hpp"
#include "sensor/message_files.hpp"
#include "sensor/pipeline.hpp"
#include "sensor/state_keeper.hpp"
#include "sensor/weaknesses.hpp"

namespace prahari {

struct AnalysisOptions {
  std::string sensor = "analyze";          // the name that alerts carry
  bool messages = false;                   // write messages/PROTOCOL.jsonl
  StateKeeper* keeper = nullptr;           // of a sensor; it must outlive the analysis
  bool learn = false;                      // write baseline.json
  ApprovedBaselines* baselines = nullptr;  // what is approved; it must outlive the analysis
  AdvisoryBook advisories{};               // of a sensor: those of its state are taken
};

class Analysis final : public Analyst, private AlertSink {
 public:
  // Asked now and then while packets are read; false ends the run.
  using OnTick = std::function<bool(const Tick& tick)>;

  // All of them must outlive the analysis.
  Analysis(const Knowledge& knowledge, const ResultFolder& folder, AnalysisOptions options);
  ~Analysis() override;

  // Takes over the assets that an earlier run left in the database of the folder: the half of what
  // the inventory holds that was seen last. How many.
  Result<std::uint64_t> resume();

  void set_tick(OnTick on_tick) { on_tick_ = std::move(on_tick); }

  void event(const Event& event) override;
  void expect(std::span<const FlowId> flows) override;
  void record(const Event& message, std::string_view text) override;
  bool tick(const Tick& tick) override;

  // The stream is over: writes the result folder and says on `summary` what was done.
  Status finish(const Source& source, const PipelineStats& stats, RunSummary& summary);

  [[nodiscard]] const std::vector<Alert>& alerts() const noexcept { return alerts_; }
  [[nodiscard]] const std::vector<Case>& cases() const noexcept { return cases_.cases; }
  [[nodiscard]] std::uint64_t alerts_so_far() const noexcept { return correlator_.stats().raised; }
  // Flows that ended so far.
  [[nodiscard]] const FlowCounts& flows() const noexcept { return counts_.flows(); }
  [[nodiscard]] const Policy& policy() const noexcept { return policy_; }
  // The screen after a run.
  [[nodiscard]] const std::string& screen() const noexcept { return screen_; }

 private:
  void alert(Alert alert) override;

  Status find_weaknesses();
  Status write_inventory(const Source& source, const RunSummary& summary) const;
  Status write_store(const Source& source, const RunSummary& summary,
                     const AlertContext& context) const;
  Status write_alerts(const AlertContext& context) const;
  Status write_baseline() const;
  void keep_baseline();
  Status resume_learning();
  [[nodiscard]] BaselineData learned() const;
  void take_approvals();
  Status write_incidents(const AlertContext& context, Timestamp end) const;
  [[nodiscard]] AssetDecoration decorate(const Asset& asset) const;

  const Knowledge& knowledge_;
  const ResultFolder& folder_;
  AnalysisOptions options_;
  Policy policy_;
  Decorate decorate_;
  Inventory inventory_;
  AlertCollector collector_;
  Correlator correlator_;
  Engine engine_;
  std::unique_ptr<Learner> learner_;            // where something is to be learned
  std::optional<BaselineData> learned_before_;  // by earlier runs of the sensor
  EventCounts counts_;
  std::unique_ptr<MessageFiles> message_files_;
  StateKeeper::Clock::time_point baseline_due_{};
  StateKeeper::Clock::time_point approvals_due_{};
  OnTick on_tick_;
  std::vector<Alert> alerts_;
  CaseBook cases_;  // of alerts_
  std::unique_ptr<KnownWeaknesses> known_;
  WeaknessList weaknesses_;  // with what is not affected
  std::string screen_;
};

}  // namespace prahari
