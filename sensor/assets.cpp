// prahari assets list|show|export: the inventory that an earlier run left.

#include <array>
#include <iostream>
#include <sstream>

#include "alerts/health_json.hpp"
#include "alerts/result_folder.hpp"
#include "alerts/text.hpp"
#include "alerts/workbook.hpp"
#include "capture/time_text.hpp"
#include "dissectors/join.hpp"
#include "dissectors/unit.hpp"
#include "inventory/conflict.hpp"
#include "inventory/export_csv.hpp"
#include "inventory/export_cyclonedx.hpp"
#include "inventory/export_json.hpp"
#include "inventory/io_view.hpp"
#include "inventory/posture_view.hpp"
#include "inventory/weakness_view.hpp"
#include "sensor/command.hpp"
#include "sensor/state.hpp"
#include "sensor/terminal.hpp"
#include "sensor/weaknesses.hpp"

namespace prahari {
namespace {

std::string roles_text(const Asset& asset) {
  std::vector<std::string> held;
  for (const RoleReason& role : asset.roles) {
    held.emplace_back(to_string(role.role));
  }
  return joined(held);
}

std::string product_text(const AssetRecord& record, const State& state) {
  for (const Identity::Field field :
       {Identity::Field::model, Identity::Field::product, Identity::Field::order_number}) {
    if (Chosen chosen = choose(record.asset, field, state.aliases); chosen.fact != nullptr) {
      return chosen.value;
    }
  }
  return {};
}

std::string vendor_text(const AssetRecord& record, const State& state) {
  Chosen chosen = choose(record.asset, Identity::Field::vendor, state.aliases);
  return chosen.fact == nullptr ? record.asset.nic_vendor : chosen.value;
}

Exit run_list(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  Table table{
      {"ID", "NAME", "ADDRESS", "MAC", "VENDOR", "PRODUCT", "FIRMWARE", "ROLES", "ZONE", "UNITS"}};
  const Status read = state->reader.for_each_asset([&](const AssetRecord& record) {
    const Asset& asset = record.asset;
    table.add({asset.id, shown_name(record), to_string(asset.ip()),
               asset.mac.empty() ? "" : to_string(asset.mac), vendor_text(record, *state),
               product_text(record, *state),
               choose(asset, Identity::Field::firmware, state->aliases).value, roles_text(asset),
               record.site.zone, asset.units.empty() ? "" : std::to_string(asset.units.size())});
  });
  if (!read) {
    return report(read.error());
  }
  const Status shown = table.print(arguments.value("format", "table"));
  return shown ? Exit::done : report(shown.error());
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty()) {
    out += "  ";
    out += name;
    out.append(name.size() < 14 ? 14 - name.size() : 1, ' ');
    out += terminal_text(value, std::string_view::npos);
    out += '\n';
  }
}

void append_postures(std::string& out, const Asset& asset) {
  for (const ServicePosture& row : service_postures(asset)) {
    const auto list = [&out](std::string_view name, const std::vector<std::string>& lines) {
      for (const std::string& line : lines) {
        append_line(out, name, line);
      }
    };
    append_line(out, "posture", row.service);
    list("  offers", row.offered);
    list("  log-in", row.users_offered);
    list("  used", row.used);
    list("  logged in", row.users_used);
    list("  certificate", row.certificates);
    list("  setting", row.settings);
    list("  to ask", row.questions);
  }
}

void append_io(std::string& out, const AssetRecord& record) {
  for (const IoConnection& io : record.io) {
    const bool originator = io.originator == record.asset.id;
    const IpAddress& peer = originator ? io.target_ip : io.originator_ip;
    const std::string other = peer.empty() ? "nobody known" : to_string(peer);
    append_line(out, "I/O",
                (!io.sides_known ? "with "
                 : originator    ? "as scanner, to "
                                 : "as adapter, of ") +
                    other + ": " + io_kind_text(io));
    append_line(out, "  outputs", io_half_text(io.outputs));
    append_line(out, "  inputs", io_half_text(io.inputs));
  }
}

void append_weaknesses(std::string& out, std::span<const Weakness> found) {
  for (const Weakness& one : found) {
    append_line(out, one.open() ? "weakness" : "no weakness", weakness_line(one));
  }
}

// The object of the asset with its weaknesses as one more member.
std::string with_weaknesses(std::string json, std::span<const Weakness> found) {
  if (found.empty() || !json.ends_with('}')) {
    return json;
  }
  json.pop_back();
  JsonWriter writer{json};
  writer.key("weaknesses");
  write_weaknesses(writer, found);
  return json + "}";
}

void append_merges(std::string& out, const AssetRecord& record, const State& state) {
  for (const MergeNote& note : record.merged) {
    std::string origin;
    if (!note.who.empty()) {
      origin = "by " + note.who + ", " + format_time(note.time);
    } else if (note.packet.frame > 0) {
      origin = "packet " + std::to_string(note.packet.frame) + " of " +
               std::string{capture_name(note.packet, state.context())};
    }
    const std::string maker = note.nic_vendor.empty() ? "" : " (" + note.nic_vendor + ")";
    append_line(
        out, note.apart ? "not merged" : "merged",
        note.key + maker + ": " + note.reason + (origin.empty() ? origin : "  [" + origin + "]"));
  }
}

void append_facts(std::string& out, const Asset& asset, const State& state) {
  const std::vector<FactMark> marks = mark_facts(asset, state.aliases);
  for (std::size_t i = 0; i < asset.facts.size(); ++i) {
    const Fact& fact = asset.facts[i];
    std::string origin = fact.source + ", confidence " + std::to_string(fact.confidence);
    if (fact.packet.frame > 0) {
      origin += ", packet " + std::to_string(fact.packet.frame) + " of " +
                std::string{capture_name(fact.packet, state.context())};
    }
    std::string value = fact.unit == Identity::kNoUnit ? "" : unit_words(fact.unit) + ": ";
    value.append(fact.value).append("  [").append(origin).append("]");
    append_line(out, to_string(fact.field), value);
    if (marks[i].conflict) {
      const Judged judged = judge(asset, fact.field, state.aliases, fact.unit);
      const bool shown = marks[i].chosen && judged.chosen.fact == &fact;
      append_line(out, "",
                  "conflict: contradicts " + std::string{marks[i].against} +
                      (shown ? ", shown because: " + judged.reason : ", not shown"));
    }
  }
}

// One asset for a person: what it is, and for each fact how that is known.
std::string describe(const AssetRecord& record, const State& state,
                     std::span<const Weakness> weaknesses) {
  const Asset& asset = record.asset;
  std::string out = asset.id + "  " + terminal_text(shown_name(record)) + "\n";
  append_line(out, "known by", asset.key);
  for (const AddressUse& use : asset.addresses) {
    std::string text = to_string(use.ip);
    for (std::uint8_t i = 0; i < use.vlan.count; ++i) {
      text += " vlan " + std::to_string(use.vlan.ids[i]);
    }
    append_line(out, "address", text + (use.confirmed ? " (ARP)" : ""));
  }
  append_line(out, "interface", asset.nic_vendor.empty() ? "" : asset.nic_vendor + " (OUI)");
  append_line(out, "zone", record.site.zone);
  append_line(out, "level", level_text(shown_level(record)));
  append_line(out, "", shown_level_reason(record));
  append_line(out, "criticality", record.site.criticality);
  append_line(out, "owner", record.site.owner);
  append_line(out, "location", record.site.location);
  append_line(out, "tags", joined(record.site.tags));
  for (const RoleReason& role : asset.roles) {
    append_line(out, to_string(role.role), role.reason);
  }
  append_merges(out, record, state);
  append_facts(out, asset, state);
  for (const Unit& unit : asset.units) {
    append_line(out, unit_words(unit.id),
                with_commas(unit.requests) + " requests, " + with_commas(unit.responses) +
                    " answers, " + with_commas(unit.exceptions) + " exceptions");
  }
  append_postures(out, asset);
  append_io(out, record);
  append_weaknesses(out, weaknesses);
  append_line(out, "seen", format_time(asset.first_seen) + " to " + format_time(asset.last_seen));
  append_line(out, "packets",
              with_commas(asset.packets_sent) + " sent, " + with_commas(asset.packets_received) +
                  " received");
  return out;
}

Exit run_show(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  const std::string which = arguments.value("ASSET");
  auto found = state->reader.assets_named(which);
  if (!found) {
    return report(found.error());
  }
  if (found->empty()) {
    return report({"no asset " + which + " in " + state->folder.string() +
                       "; expected an id, address, MAC or name of prahari assets list",
                   Error::Kind::input});
  }
  const auto known = open_weaknesses(*state);
  if (!known) {
    return report(known.error());
  }
  const bool json = arguments.value("format", "table") == "json";
  std::string out;
  for (const AssetRecord& record : *found) {
    const std::vector<Weakness> weaknesses =
        (*known)->matcher ? (*known)->matcher->find(record) : std::vector<Weakness>{};
    out += json ? with_weaknesses(asset_json(record, state->context()), weaknesses) + "\n"
                : describe(record, *state, weaknesses) + "\n";
  }
  const Status shown = write_out(out);
  return shown ? Exit::done : report(shown.error());
}

// What the run that wrote the state said of itself.
struct RunWords {
  BomInfo bom;
  std::vector<HealthNote> health;
};

Result<RunWords> run_words(State& state) {
  RunWords out;
  std::string made;
  std::string health;
  const std::pair<const char*, std::string*> wanted[] = {
      {"product_version", &out.bom.product_version},
      {"organisation", &out.bom.organisation},
      {"site", &out.bom.site},
      {"run_end", &made},
      {"capture_health", &health}};
  for (const auto& [key, value] : wanted) {
    auto read = state.reader.meta(key);
    if (!read) {
      return read.error();
    }
    *value = std::move(*read);
  }
  parse_time(made, out.bom.made);
  out.health = read_health(health);
  return out;
}

Status export_workbook(State& state, const std::string& file) {
  if (file.empty()) {
    return Error{"xlsx is no text; name a file with --out", Error::Kind::usage};
  }
  const auto run = run_words(state);
  if (!run) {
    return run.error();
  }
  const auto known = open_weaknesses(state);
  if (!known) {
    return known.error();
  }
  const ExportContext context = state.context();
  WeaknessList weaknesses = (*known)->list();
  Workbook workbook{file, context, run->bom.made};
  Status read = state.reader.for_each_asset([&](const AssetRecord& record) {
    workbook.write(record);
    (*known)->find(record, weaknesses);
  });
  if (read) {
    read = state.reader.for_each_flow([&](const FlowRecord& record) { workbook.write(record); });
  }
  if (!read) {
    return read;
  }
  workbook.write(run->health);
  if (weaknesses.anything()) {
    (*known)->finish(weaknesses);
    workbook.write(weaknesses);
  }
  return workbook.finish();
}

Status export_text(State& state, const std::string& format, std::ostream& out) {
  const ExportContext context = state.context();
  const auto each = [&](auto& writer) {
    return state.reader.for_each_asset([&](const AssetRecord& record) { writer.write(record); });
  };
  if (format == "csv") {
    AssetCsv writer{out, context};
    return each(writer);
  }
  if (format == "json") {
    AssetJson writer{out, context};
    Status read = each(writer);
    writer.finish();
    return read;
  }
  const auto run = run_words(state);
  if (!run) {
    return run.error();
  }
  const auto known = open_weaknesses(state);
  if (!known) {
    return known.error();
  }
  WeaknessList weaknesses = (*known)->list();
  weaknesses.with_not_affected = true;
  AssetCdx writer{out, context, run->bom};
  Status read = state.reader.for_each_asset([&](const AssetRecord& record) {
    writer.write(record);
    (*known)->find(record, weaknesses);
  });
  (*known)->finish(weaknesses);
  writer.write(weaknesses.rows);
  writer.finish();
  return read;
}

Exit run_export(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  const std::string file = arguments.value("out");
  const std::string format = arguments.value("format", "csv");
  if (format == "xlsx") {
    const Status made = export_workbook(*state, file);
    return made ? Exit::done : report(made.error());
  }
  std::ostringstream out;
  if (const Status read = export_text(*state, format, out); !read) {
    return report(read.error());
  }
  const Status written = file.empty() ? write_out(out.str()) : write_whole(file, out.str());
  return written ? Exit::done : report(written.error());
}

constexpr auto kListOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "--format",
     .value = "F",
     .help = "table (default), json, jsonl or csv",
     .choices = "table|json|jsonl|csv"},
});
constexpr auto kShowOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "ASSET", .value = "ASSET", .help = "id, address, MAC or name", .required = true},
    {.names = "--format", .value = "F", .help = "table (default) or json", .choices = "table|json"},
});
constexpr auto kExportOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "--format",
     .value = "F",
     .help = "csv (default), json, xlsx or cyclonedx (CycloneDX 1.6 JSON)",
     .choices = "csv|json|xlsx|cyclonedx"},
    {.names = "--out", .value = "FILE", .help = "write here instead of standard output"},
});
constexpr auto kListExamples = std::to_array<std::string_view>({
    "prahari assets list --state prahari-out\tWho is there",
});
constexpr auto kShowExamples = std::to_array<std::string_view>({
    "prahari assets show 10.20.110.21\tOne asset, and how each fact about it is known",
});
constexpr auto kExportExamples = std::to_array<std::string_view>({
    "prahari assets export --format json --out assets.json\tThe same file that analyze wrote",
    "prahari assets export --format cyclonedx --out site.cdx.json\tA bill of materials",
});

}  // namespace

extern constinit const CommandSpec assets_list_command{
    .path = "assets list",
    .summary = "list the assets of a result folder",
    .description = "One line for each asset with its best-known identity.",
    .options = kListOptions,
    .examples = kListExamples,
    .run = run_list,
};

extern constinit const CommandSpec assets_show_command{
    .path = "assets show",
    .summary = "show one asset and how each fact about it is known",
    .description = "Every fact with its source, confidence and the packet that told it.",
    .options = kShowOptions,
    .examples = kShowExamples,
    .run = run_show,
};

extern constinit const CommandSpec assets_export_command{
    .path = "assets export",
    .summary = "write the inventory as csv, json, xlsx or CycloneDX",
    .description = "The same bytes as assets.csv, .json, .xlsx and .cdx.json of the run.",
    .options = kExportOptions,
    .examples = kExportExamples,
    .run = run_export,
};

}  // namespace prahari
