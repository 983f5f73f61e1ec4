// prahari assets show: one asset, and how each fact about it is known.

#include <array>

#include "alerts/text.hpp"
#include "capture/time_text.hpp"
#include "dissectors/join.hpp"
#include "dissectors/unit.hpp"
#include "inventory/conflict.hpp"
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

constexpr auto kOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "ASSET", .value = "ASSET", .help = "id, address, MAC or name", .required = true},
    {.names = "--format", .value = "F", .help = "table (default) or json", .choices = "table|json"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari assets show 10.20.110.21\tOne asset, and how each fact about it is known",
});

}  // namespace

extern constinit const CommandSpec assets_show_command{
    .path = "assets show",
    .summary = "show one asset and how each fact about it is known",
    .description = "Every fact with its source, confidence and the packet that told it.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_show,
};

}  // namespace prahari
