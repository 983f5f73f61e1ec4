#include "sensor/state_keeper.hpp"

#include <algorithm>
#include <utility>

#include "alerts/alert_row.hpp"
#include "alerts/case_json.hpp"
#include "alerts/network_view.hpp"
#include "alerts/result_folder.hpp"
#include "rules/approval.hpp"

namespace prahari {
namespace {

constexpr std::size_t kFormer = 2048;        // alerts that a case may still reach back to
constexpr std::size_t kWaiting = 2048;       // alerts that ended before their line was written
constexpr std::size_t kCasesKnown = 16'384;  // as written; beyond, each is written once more
constexpr std::chrono::seconds kAlertsEvery{1};
constexpr std::chrono::seconds kRecordsEvery{10};
constexpr int kShare = 20;                   // of the time, at most one part in so many
constexpr std::size_t kRecordsAtOnce = 500;  // of each kind, a second: less than the store's limit

}  // namespace

Result<std::unique_ptr<StateKeeper>> StateKeeper::open(const std::filesystem::path& folder,
                                                       std::vector<Input> inputs, const Site& site,
                                                       OnError on_error) {
  auto store = Store::open(folder / "prahari.db");
  if (!store) {
    return store.error();
  }
  RunInfo run;
  run.version = PRAHARI_VERSION;
  run.site = site.info.name;
  run.organisation = site.info.organisation;
  run.approval = to_string(site.approval);
  run.started = std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
  run.inputs = inputs;
  if (const Status saved = store->save(run); !saved) {
    return saved.error();
  }
  const auto recovered = recover_alerts(folder, *store);
  if (!recovered) {
    on_error(recovered.error());  // no reason not to listen
  }
  auto keeper = std::make_unique<StateKeeper>(folder, std::move(inputs), std::move(*store),
                                              std::move(on_error));
  keeper->recovered_ = recovered ? *recovered : AlertRecovery{};
  return keeper;
}

StateKeeper::StateKeeper(std::filesystem::path folder, std::vector<Input> inputs, Store store,
                         OnError on_error)
    : folder_(std::move(folder)),
      inputs_(std::move(inputs)),
      on_error_(std::move(on_error)),
      store_(std::make_unique<StoreThread>(std::move(store), on_error_)) {}

void StateKeeper::ended(const Alert& alert) { ended_.push_back(alert); }

void StateKeeper::tick(Clock::time_point now, const Known& known) {
  if (now < alerts_due_) {
    return;
  }
  const bool all = now >= records_due_;
  keep_alerts(known, all);
  if (all) {
    look_for_changes(known);
  }
  keep_records(known);
  const auto pause = (Clock::now() - now) * kShare;
  alerts_due_ = now + std::max<Clock::duration>(kAlertsEvery, pause);
  if (all) {
    records_due_ = now + std::max<Clock::duration>(kRecordsEvery, pause);
  }
}

void StateKeeper::keep_alerts(const Known& known, bool counts_too) {
  std::vector<const Alert*> due;
  due.reserve(ended_.size());
  for (const Alert& alert : ended_) {
    due.push_back(&alert);
  }
  known.correlator.each_open([&](const Alert& alert) {
    const auto before = written_.find(alert.id);
    if (before == written_.end() || (counts_too && before->second != alert.count)) {
      due.push_back(&alert);
    }
  });
  if (due.empty()) {
    return;
  }
  const NetworkView network = make_network_view(known.inventory, known.policy);
  AlertContext context{network,
                       inputs_,
                       known.knowledge.attack,
                       known.knowledge.certin,
                       std::string{known.sensor},
                       PRAHARI_VERSION};
  const CaseBook book = join_cases(known, context);
  context.cases = &book.of_alert;
  for (const Alert* alert : due) {
    keep_alert(*alert, context);
  }
  keep_cases(book, context);
  store_->hurry();
  let_go(std::exchange(ended_, {}));
}

// Those that have their line; the others wait for it, the latest of them.
void StateKeeper::let_go(std::vector<Alert> ended) {
  auto untold = static_cast<std::size_t>(std::ranges::count_if(
      ended, [this](const Alert& alert) { return !written_.contains(alert.id); }));
  for (Alert& alert : ended) {
    const bool told = written_.erase(alert.id) > 0;
    if (!told && untold <= kWaiting) {
      ended_.push_back(std::move(alert));
      continue;
    }
    if (!told) {
      --untold;
      ++lines_dropped_;
    }
    alert.evidence.clear();
    former_.push_back(std::move(alert));
  }
  while (former_.size() > kFormer) {
    former_.pop_front();
  }
}

void StateKeeper::keep_alert(const Alert& alert, const AlertContext& context) {
  AlertRow row = alert_row(alert, context);
  const bool told = written_.contains(alert.id);
  if (told || append_line(row.body + "\n")) {
    written_[alert.id] = alert.count;  // else it is tried again
  }
  store_->put(std::move(row));
}

CaseBook StateKeeper::join_cases(const Known& known, const AlertContext& context) const {
  std::vector<const Alert*> alerts;
  alerts.reserve(former_.size() + ended_.size());
  for (const Alert& alert : former_) {
    alerts.push_back(&alert);
  }
  for (const Alert& alert : ended_) {
    alerts.push_back(&alert);
  }
  known.correlator.each_open([&](const Alert& alert) { alerts.push_back(&alert); });
  return build_cases(std::move(alerts), context);
}

void StateKeeper::keep_cases(const CaseBook& book, const AlertContext& context) {
  if (kept_cases_.size() > kCasesKnown) {
    kept_cases_.clear();
  }
  for (const Case& entry : book.cases) {
    std::size_t& alerts = kept_cases_[entry.id];
    if (alerts != entry.alerts) {
      alerts = entry.alerts;
      store_->put(case_row(entry, context));
    }
  }
}

bool StateKeeper::append_line(const std::string& line) {
  const Status done = append_whole(folder_ / "alerts.jsonl", line);
  const std::string trouble = done ? std::string{} : done.error().message;
  if (!done) {
    ++lines_failed_;
    if (trouble != last_trouble_) {
      on_error_(done.error());
    }
  }
  last_trouble_ = trouble;
  return done.has_value();
}

// Which assets and conversations were seen since the last look.
void StateKeeper::look_for_changes(const Known& known) {
  if (!assets_.empty() || !flows_.empty()) {
    return;  // the former changes are still being written
  }
  known.inventory.settle();
  // What the database says may lie in the future; it must not hide what happens until then.
  const Timestamp now =
      std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
  Timestamp latest = assets_since_;
  for (const AssetIndex at : known.inventory.parts_in_order()) {
    const Timestamp seen = known.inventory.asset(at).last_seen;
    if (seen >= assets_since_) {
      assets_.push_back(at);
    }
    latest = std::max(latest, std::min(seen, now));
  }
  assets_since_ = latest;
  latest = flows_since_;
  for (const ConversationIndex at : known.inventory.conversations_in_order()) {
    const Timestamp seen = known.inventory.conversation(at).last;
    if (seen >= flows_since_) {
      flows_.push_back(at);
    }
    latest = std::max(latest, std::min(seen, now));
  }
  flows_since_ = latest;
}

// A place that was given to another since the look holds one that is worth writing as well.
void StateKeeper::keep_records(const Known& known) {
  for (std::size_t n = 0; n < kRecordsAtOnce && !assets_.empty(); ++n) {
    const AssetIndex at = assets_.back();
    assets_.pop_back();
    if (known.inventory.shown(at).present()) {
      store_->put(part_record(known.inventory, known.decorate, at));
    }
  }
  for (std::size_t n = 0; n < kRecordsAtOnce && !flows_.empty(); ++n) {
    const ConversationIndex at = flows_.back();
    flows_.pop_back();
    if (FlowRecord record = part_flow_record(known.inventory, known.decorate, at);
        !record.row.client_ip.empty()) {
      store_->put(std::move(record));
    }
  }
}

void StateKeeper::close() {
  if (store_) {
    store_->flush();
    closed_stats_ = store_->stats();
    store_.reset();
  }
}

StoreThreadStats StateKeeper::store_stats() const {
  return store_ ? store_->stats() : closed_stats_;
}

}  // namespace prahari
