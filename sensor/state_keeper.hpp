// Keeps the state folder up to date while a sensor listens, so that being killed, or losing power,
// costs seconds and not days.
//
// An alert is appended to alerts.jsonl and handed to the database within a second of being raised;
// what is known of assets and conversations follows every ten seconds, a thousand records at a
// time. The database is written by a thread of its own. What goes wrong is said once, counted, and
// tried again. Never takes more than a twentieth of the analyst's time. Analyst thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerts/alert.hpp"
#include "alerts/alert_json.hpp"
#include "alerts/alert_recovery.hpp"
#include "alerts/cases.hpp"
#include "alerts/correlator.hpp"
#include "inventory/inventory.hpp"
#include "inventory/store_thread.hpp"
#include "sensor/knowledge.hpp"

namespace prahari {

// What the analyst has at hand when it is asked to keep it.
struct Known {
  Inventory& inventory;
  const Policy& policy;
  const Correlator& correlator;
  const Knowledge& knowledge;
  const Decorate& decorate;
  std::string_view sensor;
};

class StateKeeper {
 public:
  using Clock = std::chrono::steady_clock;
  using OnError = std::function<void(const Error&)>;

  // `inputs` are those of the source. `on_error` is called on two threads. Brings together what a
  // run that was cut off left in the file and in the database.
  static Result<std::unique_ptr<StateKeeper>> open(const std::filesystem::path& folder,
                                                   std::vector<Input> inputs, const Site& site,
                                                   OnError on_error);

  StateKeeper(std::filesystem::path folder, std::vector<Input> inputs, Store store,
              OnError on_error);

  // The alert is final: the correlator no longer knows it.
  void ended(const Alert& alert);

  // Writes what is due.
  void tick(Clock::time_point now, const Known& known);

  // Waits until the database holds what it was given, and lets it go.
  void close();

  [[nodiscard]] const AlertRecovery& recovered() const noexcept { return recovered_; }
  [[nodiscard]] StoreThreadStats store_stats() const;
  [[nodiscard]] std::uint64_t lines_failed() const noexcept { return lines_failed_; }
  // Alerts whose line could not be written until they ended and too many others waited.
  [[nodiscard]] std::uint64_t lines_dropped() const noexcept { return lines_dropped_; }

 private:
  void keep_alerts(const Known& known, bool counts_too);
  void keep_alert(const Alert& alert, const AlertContext& context);
  [[nodiscard]] CaseBook join_cases(const Known& known, const AlertContext& context) const;
  void keep_cases(const CaseBook& book, const AlertContext& context);
  void look_for_changes(const Known& known);
  void keep_records(const Known& known);
  void let_go(std::vector<Alert> ended);
  bool append_line(const std::string& line);

  std::filesystem::path folder_;
  std::vector<Input> inputs_;
  OnError on_error_;
  std::unique_ptr<StoreThread> store_;
  StoreThreadStats closed_stats_;

  std::map<std::string, std::uint64_t, std::less<>> written_;  // open alerts: id to count
  std::vector<Alert> ended_;  // since the last look, or without their line yet
  std::deque<Alert> former_;  // ended before, the latest of them, without their packets: for cases
  std::map<std::string, std::size_t, std::less<>> kept_cases_;  // case id to alerts
  AlertRecovery recovered_;
  std::uint64_t lines_failed_ = 0;
  std::uint64_t lines_dropped_ = 0;
  std::string last_trouble_;

  Clock::time_point alerts_due_;
  Clock::time_point records_due_;
  Timestamp assets_since_ = Timestamp::min();
  Timestamp flows_since_ = Timestamp::min();
  std::vector<AssetIndex> assets_;        // changed, still to be written
  std::vector<ConversationIndex> flows_;  // likewise
};

}  // namespace prahari
