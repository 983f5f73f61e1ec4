// prahari policy suggest: a first site file, from traffic.

#include <algorithm>
#include <array>
#include <map>

#include "alerts/result_folder.hpp"
#include "rules/draft_text.hpp"
#include "rules/engine.hpp"
#include "sensor/knowledge.hpp"
#include "sensor/policy_source.hpp"
#include "sensor/state.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

// Whom a detector takes for somebody who only looks around.
class Suspects final : public FindingSink {
 public:
  AlertHandle raise(Finding finding) override {
    const bool looks_around = finding.kind == "scan" || finding.kind == "probing";
    if (looks_around && !finding.source.ip.empty()) {
      by_ip.try_emplace(finding.source.ip, std::string{finding.kind} + ": " + finding.why);
    }
    return {};
  }
  using FindingSink::again;
  bool again(AlertHandle /*handle*/, const PacketRef& /*packet*/,
             std::uint32_t /*times*/) override {
    return false;
  }

  std::map<IpAddress, std::string> by_ip;
};

// An inventory and the rules over it.
class Pass final : public Analyst {
 public:
  Pass(const OuiTable& oui, Site site, FindingSink& sink, const EngineOptions& options)
      : inventory_(oui), policy_(std::move(site)), engine_(inventory_, policy_, sink, options) {}

  void event(const Event& event) override { engine_.on_event(event, inventory_.on_event(event)); }
  void expect(std::span<const FlowId> flows) override {
    inventory_.expect(flows);
    engine_.expect(flows);
  }
  void finish() {
    inventory_.settle();
    engine_.on_end();
  }
  [[nodiscard]] const Inventory& inventory() const noexcept { return inventory_; }

 private:
  Inventory inventory_;
  Policy policy_;
  Engine engine_;
};

struct Rows {
  std::vector<AssetRecord> assets;
  std::vector<FlowRecord> flows;
};

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    out += (out.empty() ? "" : ", ") + name;
  }
  return out;
}

Result<std::string> from_captures(const std::vector<std::string>& captures) {
  const auto knowledge = load_knowledge("");
  if (!knowledge) {
    return knowledge.error();
  }
  Suspects suspects;
  Rows rows;
  {
    Pass first{(*knowledge)->oui, Site{}, suspects, {}};
    if (const auto read = read_captures(captures, first); !read) {
      return read.error();
    }
    first.finish();
    const Decorate plain = [](const Asset& /*asset*/) { return AssetDecoration{}; };
    for_each_asset(first.inventory(), plain,
                   [&](const AssetRecord& record) { rows.assets.push_back(record); });
    for_each_flow(first.inventory(), plain,
                  [&](const FlowRecord& record) { rows.flows.push_back(record); });
  }
  // Zones need the whole capture; what crosses them can only be asked then.
  const DraftZones zones = draft_zones(rows.assets, rows.flows, suspects.by_ip);
  DraftBook book;
  NoFindings nothing;
  Pass second{
      (*knowledge)->oui, draft_site(zones), nothing, {.only = kConduitKind, .watch = &book}};
  const auto read = read_captures(captures, second);
  if (!read) {
    return read.error();
  }
  second.finish();
  return draft_text({zones, book, read->names, joined(read->names), read->first, read->last});
}

Result<std::string> from_state(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return state.error();
  }
  Rows rows;
  Timestamp first = Timestamp::max();
  Timestamp last{};
  Status read = state->reader.for_each_asset(
      [&](const AssetRecord& record) { rows.assets.push_back(record); });
  if (read) {
    read = state->reader.for_each_flow([&](const FlowRecord& record) {
      first = std::min(first, record.row.first);
      last = std::max(last, record.row.last);
      rows.flows.push_back(record);
    });
  }
  if (!read) {
    return read.error();
  }
  const DraftZones zones = draft_zones(rows.assets, rows.flows, {});
  const Policy policy{draft_site(zones)};
  DraftBook book;
  for (const FlowRecord& flow : rows.flows) {
    if (!flow.row.established) {
      continue;
    }
    const ZonePair pair{policy.zone_of({flow.row.client_ip, {}, flow.row.vlan}),
                        policy.zone_of({flow.row.server_ip, {}, flow.row.vlan})};
    if (pair.from != pair.to && !flow.row.server_ip.multicast() &&
        !flow.row.server_ip.broadcast()) {
      book.add(pair, flow.row);
    }
  }
  return draft_text({zones,
                     book,
                     {},
                     "the state in " + state->folder.string(),
                     rows.flows.empty() ? Timestamp{} : first,
                     last});
}

Exit run_suggest(const Arguments& arguments) {
  const std::vector<std::string> captures = arguments.values("captures");
  if (!captures.empty() && arguments.has("state")) {
    return report({"--captures and --state: expected one of them", Error::Kind::usage});
  }
  if (std::ranges::find(captures, "-") != captures.end()) {
    return report(
        {"--captures: standard input cannot be read twice; name a file", Error::Kind::usage});
  }
  const Result<std::string> draft =
      captures.empty() ? from_state(arguments) : from_captures(captures);
  if (!draft) {
    return report(draft.error());
  }
  const std::string file = arguments.value("out");
  const Status written = file.empty() ? write_out(*draft) : write_whole(file, *draft);
  return written ? Exit::done : report(written.error());
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    {.names = "--captures",
     .value = "CAPTURE...",
     .help = "captures to draft from; all of them are read twice",
     .many = true},
    kStateOption,
    {.names = "--out", .value = "FILE", .help = "write here instead of standard output"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari policy suggest --captures monday.pcap --out draft.toml\tA draft to read and to edit",
    "prahari policy suggest --state /var/lib/prahari\tFrom what the sensor remembers, without "
    "registers and tags",
});

}  // namespace

extern constinit const CommandSpec policy_suggest_command{
    .path = "policy suggest",
    .summary = "draft a site file from traffic",
    .description =
        "Zones by what hosts do and where they are, conduits as narrow as what was seen, each "
        "with its evidence. DECIDE marks what a person has to settle: hosts that only probe are "
        "allowed nothing. The draft is a good site file as it stands.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_suggest,
};

}  // namespace prahari
