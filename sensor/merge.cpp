// prahari assets merge: a person says that two rows are one device, or that they are not.

#include <algorithm>
#include <array>
#include <optional>

#include "inventory/annotations.hpp"
#include "sensor/command.hpp"
#include "sensor/person.hpp"
#include "sensor/state.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

// The asset that is meant, and the row that shows it.
struct Meant {
  std::string id;
  std::string row;
};

Error ambiguous(const std::string& which, const std::vector<AssetRecord>& found) {
  std::string ids;
  for (const AssetRecord& record : found) {
    ids += (ids.empty() ? "" : ", ") + record.asset.id + " (" + record.asset.key + ")";
  }
  return {which + " may be any of " + ids + "; name one of these ids", Error::Kind::input};
}

Result<Meant> meant(State& state, const std::string& which) {
  auto parts = state.reader.parts_named(which);
  auto rows = state.reader.assets_named(which);
  if (!parts || !rows) {
    return parts ? rows.error() : parts.error();
  }
  if (rows->empty()) {
    return Error{"no asset " + which + " in " + state.folder.string() +
                     "; expected an id, address, MAC or name of prahari assets list",
                 Error::Kind::input};
  }
  if (rows->size() > 1) {
    return ambiguous(which, *rows);
  }
  const std::string& row = rows->front().asset.id;
  return Meant{parts->size() == 1 ? parts->front().asset.id : row, row};
}

Result<std::string> row_now(State& state, const std::string& id) {
  auto rows = state.reader.assets_named(id);
  if (!rows) {
    return rows.error();
  }
  return rows->empty() ? std::string{} : rows->front().asset.id;
}

// What a person said that put the two into one row.
Result<std::optional<MergeOrder>> said(State& state, const Meant& a, const Meant& b) {
  const auto merges = state.reader.merges();
  if (!merges) {
    return merges.error();
  }
  const auto about = [](const MergeOrder& order, const std::string& id) {
    return order.row == id || order.part == id;
  };
  for (const MergeOrder& order : merges->orders) {
    if (order.same && ((about(order, a.id) && about(order, b.id)) ||
                       (order.part == b.id && order.row == a.row) || order.part == b.id)) {
      return std::optional{order};
    }
  }
  return std::optional<MergeOrder>{};
}

Exit tell(const std::string& words) {
  const Status shown = write_out(words + "\n");
  return shown ? Exit::done : report(shown.error());
}

Exit merge(const State& state, const Meant& a, const Meant& b, const std::string& reason) {
  if (a.row == b.row) {
    return tell("0 changes: " + a.row + " shows both already");
  }
  auto store = AnnotationStore::open(state.folder / "prahari.db");
  if (!store) {
    return report(store.error());
  }
  const MergeOrder order{
      a.row,           b.row,       true, reason.empty() ? "said to be one device" : reason,
      operator_name(), wall_clock()};
  if (const Status done = store->say(order); !done) {
    return report(done.error());
  }
  return tell("1 change: " + b.row + " is part of " + a.row);
}

// What a person said of the two before.
Status take_back(State& state, const Meant& a, const Meant& b, AnnotationStore& store) {
  const auto by_person = said(state, a, b);
  if (!by_person) {
    return by_person.error();
  }
  return *by_person ? store.unsay(**by_person, operator_name(), wall_clock()) : ok_status();
}

Exit undo(State& state, const Meant& a, const Meant& b, const std::string& reason) {
  if (a.row != b.row) {
    return report({a.id + " and " + b.id + " are two rows; nothing to undo", Error::Kind::input});
  }
  if (a.id == b.id) {
    return report({a.id +
                       " is named twice; name the two addresses that are no one device, as prahari "
                       "assets show lists them under merged",
                   Error::Kind::input});
  }
  auto store = AnnotationStore::open(state.folder / "prahari.db");
  if (!store) {
    return report(store.error());
  }
  if (const Status done = take_back(state, a, b, *store); !done) {
    return report(done.error());
  }
  const auto left_a = row_now(state, a.id);
  const auto left_b = row_now(state, b.id);
  if (!left_a || !left_b) {
    return report(left_a ? left_b.error() : left_a.error());
  }
  if (*left_a == *left_b) {  // the traffic shows it: then a person has to say that it is not so
    const bool a_is_row = a.id == *left_a;
    const MergeOrder order{*left_a,         a_is_row ? b.id : (b.id == *left_a ? a.id : b.id),
                           false,           reason.empty() ? "said to be two devices" : reason,
                           operator_name(), wall_clock()};
    if (const Status done = store->say(order); !done) {
      return report(done.error());
    }
  }
  return tell("1 change: " + a.id + " and " + b.id + " are two rows");
}

Exit run_merge(const Arguments& arguments) {
  auto state = open_state(arguments);
  if (!state) {
    return report(state.error());
  }
  const std::string reason = arguments.value("reason");
  if (const std::string wrong = objection(Annotated::owner, reason); !wrong.empty()) {
    return report({"--reason: " + wrong, Error::Kind::usage});
  }
  const auto a = meant(*state, arguments.value("A"));
  const auto b = meant(*state, arguments.value("B"));
  if (!a || !b) {
    return report(a ? b.error() : a.error());
  }
  return arguments.has("undo") ? undo(*state, *a, *b, reason) : merge(*state, *a, *b, reason);
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    kStateOption,
    {.names = "A",
     .value = "A",
     .help = "id, address, MAC or name of the row that stays",
     .required = true},
    {.names = "B", .value = "B", .help = "likewise of what belongs to it", .required = true},
    {.names = "--reason", .value = "TEXT", .help = "why; shown with the asset"},
    {.names = "--undo", .value = "", .help = "they are two devices, whatever the traffic shows"},
});
constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari assets merge 10.20.110.21 10.20.120.21 --reason \"two network modules\"\tOne device",
    "prahari assets merge 10.20.110.21 10.20.120.21 --undo\tTwo devices after all",
});

}  // namespace

extern constinit const CommandSpec assets_merge_command{
    .path = "assets merge",
    .summary = "say that two rows are one device, or that they are not",
    .description =
        "Each address keeps what it told, and the row shows it together, with who said so: "
        "nothing is lost when it is undone. No later run overrules it. Each change is a row "
        "of prahari audit log.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_merge,
};

}  // namespace prahari
