// prahari assets list: a line for each asset that an earlier run left.

#include <array>

#include "dissectors/join.hpp"
#include "inventory/conflict.hpp"
#include "sensor/command.hpp"
#include "sensor/state.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

std::string roles_text(const Asset& asset) {
  std::vector<std::string> held;
  held.reserve(asset.roles.size());
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

constexpr auto kOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "--format",
     .value = "F",
     .help = "table (default), json, jsonl or csv",
     .choices = "table|json|jsonl|csv"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari assets list --state prahari-out\tWho is there",
});

}  // namespace

extern constinit const CommandSpec assets_list_command{
    .path = "assets list",
    .summary = "list the assets of a result folder",
    .description = "One line for each asset with its best-known identity.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_list,
};

}  // namespace prahari
