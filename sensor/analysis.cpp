#include "sensor/analysis.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "alerts/alert_row.hpp"
#include "alerts/case_json.hpp"
#include "alerts/evidence.hpp"
#include "alerts/health_json.hpp"
#include "alerts/incident.hpp"
#include "alerts/network_view.hpp"
#include "alerts/report_html.hpp"
#include "alerts/summary_json.hpp"
#include "alerts/summary_text.hpp"
#include "alerts/text.hpp"
#include "alerts/workbook.hpp"
#include "inventory/advisory_store.hpp"
#include "inventory/export_csv.hpp"
#include "inventory/export_cyclonedx.hpp"
#include "inventory/export_json.hpp"
#include "inventory/store.hpp"
#include "inventory/store_reader.hpp"
#include "inventory/weakness_view.hpp"
#include "rules/approval.hpp"
#include "rules/baseline_continue.hpp"
#include "rules/baseline_json.hpp"
#include "rules/site_names.hpp"
#include "sensor/run_summary.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

constexpr std::chrono::minutes kBaselineEvery{5};
constexpr std::string_view kBaselineFile = "baseline.json";
constexpr std::chrono::seconds kApprovalsEvery{30};

HostKey key_of(const Asset& asset) {
  HostKey key;
  key.mac = asset.mac;
  if (!asset.addresses.empty()) {
    key.ip = asset.addresses.front().ip;
    key.vlan = asset.addresses.front().vlan;
  }
  return key;
}

std::uint64_t peak_memory() noexcept {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

// Without what is not affected.
WeaknessList open_ones(const WeaknessList& list) {
  WeaknessList out = list;
  std::erase_if(out.rows, [](const Weakness& one) { return !one.open(); });
  return out;
}

}  // namespace

Analysis::Analysis(const Knowledge& knowledge, const ResultFolder& folder, AnalysisOptions options)
    : knowledge_(knowledge),
      folder_(folder),
      options_(std::move(options)),
      policy_(knowledge.site),
      decorate_([this](const Asset& asset) { return decorate(asset); }),
      inventory_(knowledge.oui),
      correlator_(*this,
                  [this](AssetIndex asset) {
                    // A finding may be about no host: a scan of many, a broadcast.
                    return asset == kNone || !inventory_.shown(asset).present()
                               ? std::string{}
                               : inventory_.shown(asset).id;
                  }),
      engine_(inventory_, policy_, correlator_) {
  if (options_.baselines != nullptr) {
    engine_.approve(options_.baselines->in_force());
  }
  if (options_.learn) {
    learner_ = std::make_unique<Learner>(inventory_, policy_);
  }
  if (options_.messages) {
    message_files_ = std::make_unique<MessageFiles>(folder.path() / "messages");
  }
}

Analysis::~Analysis() = default;

Result<std::uint64_t> Analysis::resume() {
  Result<StoreReader> reader = StoreReader::open(folder_.path() / "prahari.db");
  if (!reader) {
    return reader.error();
  }
  std::uint64_t restored = 0;
  const Status done = reader->for_each_recent_asset(
      InventoryLimits{}.assets / 2,
      [&](const AssetRecord& record) { restored += inventory_.restore(record.asset) ? 1U : 0U; });
  if (!done) {
    return done.error();
  }
  const Result<Merges> merges = reader->merges();
  if (!merges) {
    return merges.error();
  }
  for (const MergeNote& note : merges->found) {
    inventory_.restore(note);
  }
  inventory_.follow(merges->orders);
  if (learner_) {
    if (const Status known = resume_learning(); !known) {
      return known.error();
    }
  }
  return restored;
}

// What cannot be read any longer is put aside, never written over.
Status Analysis::resume_learning() {
  const std::filesystem::path file = folder_.path() / kBaselineFile;
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) {
    return ok_status();
  }
  auto learned = load_baseline(file);
  if (learned) {
    learned_before_ = std::move(*learned);
    return ok_status();
  }
  const std::filesystem::path aside = folder_.path() / "baseline.json.unreadable";
  std::filesystem::rename(file, aside, failed);
  if (failed) {
    return Error{learned.error().message + "; it cannot be put aside as " + aside.string() + ": " +
                 failed.message()};
  }
  warn(learned.error().message + "; it is kept as " + aside.string() +
       ", and learning begins anew");
  return ok_status();
}

BaselineData Analysis::learned() const {
  BaselineData data = learner_->learned();
  if (!learned_before_) {
    return data;
  }
  const std::vector<Zone>& zones = policy_.site().zones;
  return continued(*learned_before_, std::move(data), LearnerLimits{}, [&](std::string_view name) {
    return name == (zones.empty() ? kWholeSite : kUnassigned) ||
           std::ranges::find(zones, name, &Zone::name) != zones.end();
  });
}

void Analysis::event(const Event& event) {
  counts_.add(event);
  const Parties parties = inventory_.on_event(event);
  if (learner_) {
    learner_->on_event(event, parties);
  }
  engine_.on_event(event, parties);
}

void Analysis::expect(std::span<const FlowId> flows) {
  inventory_.expect(flows);
  engine_.expect(flows);
}

void Analysis::record(const Event& message, std::string_view text) {
  if (message_files_) {
    message_files_->write(message.protocol, text);
  }
}

bool Analysis::tick(const Tick& tick) {
  if (options_.keeper != nullptr) {
    options_.keeper->tick(StateKeeper::Clock::now(), {inventory_, policy_, correlator_, knowledge_,
                                                      decorate_, options_.sensor});
    keep_baseline();
    take_approvals();
  }
  return !on_tick_ || on_tick_(tick);
}

// A failure is no reason to stop: it is written again, and at the end, which tells.
void Analysis::keep_baseline() {
  const auto now = StateKeeper::Clock::now();
  if (learner_ && now >= baseline_due_) {
    static_cast<void>(write_baseline());
    baseline_due_ = now + kBaselineEvery;
  }
}

// What people decided while the sensor runs. A failure is no reason to stop: what is in force
// stays.
void Analysis::take_approvals() {
  const auto now = StateKeeper::Clock::now();
  if (options_.baselines == nullptr || now < approvals_due_) {
    return;
  }
  approvals_due_ = now + kApprovalsEvery;
  const auto changed = options_.baselines->refresh();
  if (!changed) {
    warn(changed.error().message);
  } else if (*changed) {
    engine_.approve(options_.baselines->in_force());
    note("judging by the baselines that were approved: " + options_.baselines->names());
  }
}

void Analysis::alert(Alert alert) {
  if (options_.keeper != nullptr) {
    options_.keeper->ended(alert);
  }
  collector_.alert(std::move(alert));
}

AssetDecoration Analysis::decorate(const Asset& asset) const {
  AssetDecoration out;
  const HostKey key = key_of(asset);
  if (policy_.has_zones()) {
    const ZoneIndex zone = policy_.zone_of(key);
    out.zone = policy_.zone_name(zone);
    if (const double level = policy_.level(zone); level == level) {
      out.level = static_cast<float>(level);
    }
  }
  if (const SiteAsset* given = policy_.asset_of(key)) {
    out.name = given->name;
    out.criticality = given->criticality;
    out.owner = given->owner;
    out.location = given->location;
    out.tags = given->tags;
  }
  return out;
}

Status Analysis::write_inventory(const Source& source, const RunSummary& summary) const {
  std::vector<std::string> captures;
  std::ranges::transform(source.inputs(), std::back_inserter(captures), &Input::name);
  const ExportContext context{captures, knowledge_.aliases};
  const auto each_asset = [&](auto&& writer) {
    for_each_asset(inventory_, decorate_, [&](const AssetRecord& record) { writer.write(record); });
  };
  if (Status csv = folder_.write_stream("assets.csv",
                                        [&](std::ostream& out) {
                                          each_asset(AssetCsv{out, context});
                                        });
      !csv) {
    return csv;
  }
  if (Status json = folder_.write_stream("assets.json",
                                         [&](std::ostream& out) {
                                           AssetJson writer{out, context};
                                           each_asset(writer);
                                           writer.finish();
                                         });
      !json) {
    return json;
  }
  const Timestamp made = summary.last_packet.value_or(Timestamp{});
  const BomInfo bom{PRAHARI_VERSION, knowledge_.site.info.organisation, knowledge_.site.info.name,
                    made};
  if (Status cdx = folder_.write_stream("assets.cdx.json",
                                        [&](std::ostream& out) {
                                          AssetCdx writer{out, context, bom, weaknesses_};
                                          each_asset(writer);
                                          writer.finish();
                                        });
      !cdx) {
    return cdx;
  }
  Workbook workbook{folder_.path() / "assets.xlsx", context, made};
  each_asset(workbook);
  for_each_flow(inventory_, decorate_, [&](const FlowRecord& record) { workbook.write(record); });
  workbook.write(capture_health(summary));
  if (weaknesses_.anything()) {
    workbook.write(open_ones(weaknesses_));
  }
  if (Status xlsx = workbook.finish(); !xlsx) {
    return xlsx;
  }
  return folder_.write_stream("flows.csv", [&](std::ostream& out) {
    FlowCsv writer{out};
    for_each_flow(inventory_, decorate_, [&](const FlowRecord& record) { writer.write(record); });
  });
}

// Before anything is written: what is known of the assets as they are now.
Status Analysis::find_weaknesses() {
  AdvisoryBook book = std::move(options_.advisories);
  if (options_.keeper != nullptr) {
    Result<AdvisoryBook> imported = load_advisories(folder_.path() / "prahari.db");
    if (!imported) {
      return imported.error();
    }
    book = std::move(*imported);
  }
  known_ = KnownWeaknesses::make(std::move(book), knowledge_.aliases);
  weaknesses_ = known_->list();
  weaknesses_.with_not_affected = true;
  if (known_->matcher) {
    for_each_asset(inventory_, decorate_,
                   [&](const AssetRecord& record) { known_->find(record, weaknesses_); });
  }
  known_->finish(weaknesses_);
  return ok_status();
}

Status Analysis::write_store(const Source& source, const RunSummary& summary,
                             const AlertContext& context) const {
  auto store = Store::open(folder_.path() / "prahari.db");
  if (!store) {
    return store.error();
  }
  RunInfo run;
  run.version = PRAHARI_VERSION;
  run.site = knowledge_.site.info.name;
  run.organisation = knowledge_.site.info.organisation;
  run.approval = to_string(knowledge_.site.approval);
  run.health = health_json(capture_health(summary));
  run.started = summary.first_packet.value_or(Timestamp{});
  run.ended = summary.last_packet.value_or(Timestamp{});
  run.inputs = source.inputs();
  for (const ProtocolCount& protocol : summary.protocols) {
    run.protocols.push_back({protocol.protocol, protocol.messages});
  }
  if (Status saved = store->save(inventory_, decorate_, run); !saved) {
    return saved;
  }
  if (options_.keeper == nullptr && weaknesses_.anything()) {
    auto advisories = AdvisoryStore::open(folder_.path() / "prahari.db");
    if (!advisories) {
      return advisories.error();
    }
    if (Status kept = advisories->save(known_->book); !kept) {
      return kept;
    }
  }
  std::vector<AlertRow> rows;
  rows.reserve(alerts_.size());
  for (const Alert& alert : alerts_) {
    rows.push_back(alert_row(alert, context));
  }
  if (Status saved = store->save(std::span<const AlertRow>{rows}); !saved) {
    return saved;
  }
  std::vector<CaseRow> cases;
  cases.reserve(cases_.cases.size());
  for (const Case& entry : cases_.cases) {
    cases.push_back(case_row(entry, context));
  }
  return store->save(std::span<const CaseRow>{cases});
}

// Whoever follows a sensor's file has read the first word on an alert; the last one comes after.
Status Analysis::write_alerts(const AlertContext& context) const {
  return options_.keeper != nullptr
             ? append_whole(folder_.path() / "alerts.jsonl", alerts_jsonl(alerts_, context))
             : folder_.write("alerts.jsonl", alerts_jsonl(alerts_, context));
}

Status Analysis::write_baseline() const {
  return learner_ ? folder_.write(kBaselineFile, baseline_json(learned())) : ok_status();
}

Status Analysis::write_incidents(const AlertContext& context, Timestamp end) const {
  for (const Alert& alert : alerts_) {
    if (!alert.incident()) {
      continue;
    }
    const Incident incident = draft_incident(alert, context, end);
    const std::string name = "incidents/" + incident.id;
    Status written =
        folder_.write(name + ".json", dump_json(incident_json(incident, context), 2) + "\n");
    if (written) {
      written = folder_.write(name + ".html", incident_html(incident, context));
    }
    if (!written) {
      return written;
    }
  }
  return ok_status();
}

Status Analysis::finish(const Source& source, const PipelineStats& stats, RunSummary& summary) {
  inventory_.settle();
  engine_.on_end();
  correlator_.finish();
  alerts_ = collector_.take();
  fill_summary(summary, {source, stats, counts_, inventory_, engine_, correlator_, collector_});
  summary.sensor = options_.sensor;
  if (learner_) {
    const LearnerStats& left = learner_->stats();
    const LearnerLimits limits;
    summary.tables.push_back({"connections to learn", limits.links, left.links});
    summary.tables.push_back({"operations to learn", limits.operations, left.operations});
    summary.tables.push_back({"targets to learn", limits.targets, left.targets});
    summary.tables.push_back({"polls to learn", limits.polls, left.polls});
  }
  if (options_.keeper != nullptr) {
    options_.keeper->close();
    summary.tables.push_back(
        {"records for the database", StoreThread::kLimit, options_.keeper->store_stats().dropped});
  }

  if (Status evidence = write_evidence(alerts_, summary.inputs, folder_.path()); !evidence) {
    return evidence;
  }
  const NetworkView network = make_network_view(inventory_, policy_);
  AlertContext context{network,           summary.inputs,  knowledge_.attack,
                       knowledge_.certin, options_.sensor, PRAHARI_VERSION};
  cases_ = build_cases(alerts_, context);
  context.cases = &cases_.of_alert;
  const Timestamp end = summary.last_packet.value_or(Timestamp{});
  const std::function<Status()> steps[] = {
      [&] { return find_weaknesses(); },
      [&] { return write_inventory(source, summary); },
      [&] { return write_incidents(context, end); },
      [&] { return message_files_ ? message_files_->finish() : ok_status(); },
      [&] { return write_store(source, summary, context); },
      [&] { return write_alerts(context); },
      [&] { return folder_.write("cases.json", cases_json(cases_.cases, context)); },
      [&] { return write_baseline(); },
      [&] {
        ReportInput report{summary, alerts_, context};
        report.cases = cases_.cases;
        report.weaknesses = &weaknesses_;
        return folder_.write("report.html", report_html(report));
      },
      [&] {
        summary.peak_memory = peak_memory();
        return folder_.write("summary.json", summary_json(summary, alerts_, network));
      },
      [&] { return folder_.finish(); },
  };
  for (const auto& step : steps) {
    if (Status done = step(); !done) {
      return done;
    }
  }
  screen_ = summary_text(
      summary, alerts_, context,
      {.colour = colours(), .out_folder = folder_.path().string(), .cases = cases_.cases});
  if (weaknesses_.anything()) {
    screen_ += "weaknesses " + weakness_counts(weaknesses_) + "; see prahari vulns list\n";
  }
  return ok_status();
}

}  // namespace prahari
