#include "sensor/analysis.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "alerts/evidence.hpp"
#include "alerts/incident.hpp"
#include "alerts/network_view.hpp"
#include "alerts/report_html.hpp"
#include "alerts/summary_json.hpp"
#include "alerts/summary_text.hpp"
#include "alerts/text.hpp"
#include "inventory/export_csv.hpp"
#include "inventory/export_json.hpp"
#include "inventory/store.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

HostKey key_of(const Asset& asset) {
  HostKey key;
  key.mac = asset.mac;
  if (!asset.addresses.empty()) {
    key.ip = asset.addresses.front().ip;
    key.vlan = asset.addresses.front().vlan;
  }
  return key;
}

// Streams into a file that gets its name only when it is whole.
Status write_stream(const ResultFolder& folder, std::string_view name,
                    const std::function<void(std::ostream&)>& write) {
  const std::filesystem::path path = folder.path() / name;
  std::filesystem::path unfinished = path;
  unfinished += ".part";
  std::ofstream out{unfinished, std::ios::binary};
  write(out);
  out.close();
  if (!out || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    const Error error{path.string() + ": cannot write: " + std::strerror(errno),
                      Error::Kind::environment};
    std::remove(unfinished.c_str());
    return error;
  }
  return ok_status();
}

std::uint64_t peak_memory() noexcept {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

// messages/PROTOCOL.jsonl, opened when the first message of a protocol comes.
class Analysis::MessageFiles {
 public:
  explicit MessageFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void write(Protocol protocol, std::string_view text) {
    auto& file = files_[static_cast<std::size_t>(protocol)];
    if (!file) {
      std::error_code ignored;  // opening the file tells
      std::filesystem::create_directories(folder_, ignored);
      file = std::make_unique<std::ofstream>(
          folder_ / (std::string{to_string(protocol)} + ".jsonl"), std::ios::binary);
    }
    *file << text << '\n';
  }

  Status finish() {
    for (auto& file : files_) {
      if (file) {
        file->close();
        if (!*file) {
          return Error{folder_.string() + ": cannot write: " + std::strerror(errno),
                       Error::Kind::environment};
        }
      }
    }
    return ok_status();
  }

 private:
  std::filesystem::path folder_;
  std::array<std::unique_ptr<std::ofstream>, static_cast<std::size_t>(Protocol::unknown)> files_;
};

Analysis::Analysis(const Knowledge& knowledge, const ResultFolder& folder, AnalysisOptions options)
    : knowledge_(knowledge),
      folder_(folder),
      options_(std::move(options)),
      policy_(knowledge.site),
      inventory_(knowledge.oui),
      correlator_(collector_,
                  [this](AssetIndex asset) {
                    // A finding may be about no host: a scan of many, a broadcast.
                    return asset == kNone || !inventory_.asset(asset).present()
                               ? std::string{}
                               : inventory_.asset(asset).id;
                  }),
      engine_(inventory_, policy_, correlator_) {
  if (options_.messages) {
    message_files_ = std::make_unique<MessageFiles>(folder.path() / "messages");
  }
}

Analysis::~Analysis() = default;

void Analysis::event(const Event& event) {
  counts_.add(event);
  engine_.on_event(event, inventory_.on_event(event));
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

bool Analysis::tick(const Tick& tick) { return !on_tick_ || on_tick_(tick); }

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

void Analysis::fill(RunSummary& summary, const Source& source, const PipelineStats& stats) const {
  summary.version = PRAHARI_VERSION;
  summary.sensor = options_.sensor;
  summary.inputs = source.inputs();
  if (stats.packets > 0) {
    summary.first_packet = stats.first;
    summary.last_packet = stats.last;
  }
  summary.packets = stats.packets;
  summary.bytes = stats.wire_bytes;
  const SourceStats captured = source.stats();
  summary.kernel_drops = captured.kernel_drops + captured.interface_drops;
  summary.hashing_seconds = static_cast<double>(captured.hash_nanoseconds) / 1e9;
  for (std::size_t i = 1; i < stats.decode.by_reason.size(); ++i) {
    if (stats.decode.by_reason[i] > 0) {
      summary.decode_errors.push_back(
          {std::string{to_string(static_cast<Decoded>(i))}, stats.decode.by_reason[i]});
    }
  }
  summary.flows.gaps = stats.analyzer.gaps;
  summary.flows.retransmissions = stats.analyzer.retransmissions;
  summary.flows.duplicates = stats.analyzer.duplicates +
                             stats.decode.by_reason[static_cast<std::size_t>(Decoded::duplicate)];
  summary.flows.out_of_order_drops = stats.analyzer.impatient_gaps;
  summary.flows.evicted = stats.analyzer.flows_evicted;
  for (std::size_t id = 0; id < stats.vlans.size(); ++id) {
    if (stats.vlans[id] > 0) {
      VlanCount& vlan = summary.vlans.emplace_back();
      vlan.packets = stats.vlans[id];
      if (id > 0) {
        vlan.ids.push_back(static_cast<std::uint16_t>(id));
      }
    }
  }
  std::ranges::stable_sort(summary.vlans, std::greater{}, &VlanCount::packets);
  for (const auto& [ethertype, packets] : stats.ethertypes) {
    std::array<char, 24> name{};
    std::snprintf(name.data(), name.size(), "ethertype 0x%04x", ethertype);
    summary.not_understood.push_back({ethertype == 0 ? "LLC" : name.data(), packets});
  }
  counts_.fill(summary);

  const InventoryStats& known = inventory_.stats();
  summary.tables = {
      {"flows", kShards * kFlowsPerShard, stats.analyzer.flows_evicted},
      {"fragments", 1024, stats.decode.fragments_evicted},
      {"assets", InventoryLimits{}.assets, known.assets_evicted},
      {"conversations", InventoryLimits{}.conversations, known.conversations_evicted},
      {"open alerts", CorrelatorLimits{}.keys, correlator_.stats().keys_evicted},
  };
  for (const SilencedCount& silenced : engine_.silenced()) {
    const Ignore& ignore = *silenced.ignore;
    summary.silenced.push_back({ignore.kind, ignore.from, ignore.to, ignore.reason,
                                ignore.until_text, ignore.line, silenced.count});
  }
  summary.assets = inventory_.assets_in_order().size();
  summary.conversations = inventory_.conversations_in_order().size();
  summary.evidence_left_out = correlator_.stats().evidence_left_out;
  for (const auto& [kind, count] : collector_.left_out()) {
    summary.alerts_left_out += count;
  }
}

Status Analysis::write_inventory(const Source& source) const {
  std::vector<std::string> captures;
  std::ranges::transform(source.inputs(), std::back_inserter(captures), &Input::name);
  const ExportContext context{captures, knowledge_.aliases};
  const Decorate site = [this](const Asset& asset) { return decorate(asset); };
  const auto each_asset = [&](auto&& writer) {
    for_each_asset(inventory_, site, [&](const AssetRecord& record) { writer.write(record); });
  };
  if (Status csv = write_stream(folder_, "assets.csv",
                                [&](std::ostream& out) {
                                  each_asset(AssetCsv{out, context});
                                });
      !csv) {
    return csv;
  }
  if (Status json = write_stream(folder_, "assets.json",
                                 [&](std::ostream& out) {
                                   AssetJson writer{out, context};
                                   each_asset(writer);
                                   writer.finish();
                                 });
      !json) {
    return json;
  }
  return write_stream(folder_, "flows.csv", [&](std::ostream& out) {
    FlowCsv writer{out};
    for_each_flow(inventory_, site, [&](const FlowRecord& record) { writer.write(record); });
  });
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
  run.started = summary.first_packet.value_or(Timestamp{});
  run.inputs = source.inputs();
  for (const ProtocolCount& protocol : summary.protocols) {
    run.protocols.push_back({protocol.protocol, protocol.messages});
  }
  if (Status saved = store->save(
          inventory_, [this](const Asset& asset) { return decorate(asset); }, run);
      !saved) {
    return saved;
  }
  std::vector<AlertRow> rows;
  for (const Alert& alert : alerts_) {
    rows.push_back({.id = alert.id,
                    .kind = std::string{alert.finding.kind},
                    .severity = std::string{to_string(alert.finding.severity)},
                    .status = "new",
                    .first_seen = alert.first_seen,
                    .last_seen = alert.last_seen,
                    .count = alert.count,
                    .source_asset = alert.source_asset,
                    .source_ip = to_string(alert.finding.source.ip),
                    .destination_asset = alert.destination_asset,
                    .destination_ip = to_string(alert.finding.destination.ip),
                    .body = dump_json(alert_json(alert, context)),
                    .evidence = {}});
  }
  return store->save(std::span<const AlertRow>{rows});
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
  fill(summary, source, stats);

  if (Status evidence = write_evidence(alerts_, summary.inputs, folder_.path()); !evidence) {
    return evidence;
  }
  const NetworkView network = make_network_view(inventory_, policy_);
  const AlertContext context{network,           summary.inputs,  knowledge_.attack,
                             knowledge_.certin, options_.sensor, PRAHARI_VERSION};
  const Timestamp end = summary.last_packet.value_or(Timestamp{});
  const std::function<Status()> steps[] = {
      [&] { return folder_.write("alerts.jsonl", alerts_jsonl(alerts_, context)); },
      [&] { return write_inventory(source); },
      [&] { return write_incidents(context, end); },
      [&] { return message_files_ ? message_files_->finish() : ok_status(); },
      [&] { return write_store(source, summary, context); },
      [&] {
        return folder_.write("report.html", report_html({summary, alerts_, context}));
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
  screen_ = summary_text(summary, alerts_, context,
                         {.colour = colours(), .out_folder = folder_.path().string()});
  return ok_status();
}

}  // namespace prahari
