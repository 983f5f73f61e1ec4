#include "sensor/baseline_source.hpp"

#include <charconv>

#include "inventory/json_file.hpp"
#include "rules/baseline_choice.hpp"
#include "rules/baseline_json.hpp"

namespace prahari {
namespace {

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional{number}
                                                                         : std::nullopt;
}

Result<NamedBaseline> of_revision(const BaselineRevision& row) {
  const std::string number = "revision " + std::to_string(row.revision);
  auto data = parse_baseline(row.body, number);
  if (!data) {
    return data.error();
  }
  return NamedBaseline{number + " (" + row.name + ", " + std::string{to_string(row.status)} + ')',
                       number,
                       std::move(*data),
                       {}};
}

}  // namespace

Result<Baselines> open_baselines(const Arguments& arguments, Database::Access access) {
  auto state = open_state(arguments);
  if (!state) {
    return state.error();
  }
  auto store = BaselineStore::open(state->folder / "prahari.db", access);
  if (!store) {
    return store.error();
  }
  return Baselines{std::move(*state), std::move(*store)};
}

Result<NamedBaseline> baseline_in_file(const std::filesystem::path& file) {
  auto text = read_bounded(file, BaselineLimits{}.bytes);
  if (!text) {
    return text.error();
  }
  auto data = parse_baseline(*text, file.string());
  if (!data) {
    return data.error();
  }
  return NamedBaseline{file.string(), file.filename().string(), std::move(*data), std::move(*text)};
}

Result<NamedBaseline> learned_baseline(const State& state) {
  const std::filesystem::path file = state.folder / "baseline.json";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return Error{state.folder.string() +
                     ": nothing was learned there; run prahari analyze or sensor with --learn",
                 Error::Kind::input};
  }
  auto found = baseline_in_file(file);
  if (found) {
    found->words = "what was learned";
    found->file_text.clear();
  }
  return found;
}

Result<NamedBaseline> the_baseline(Baselines& baselines, const std::string& which) {
  auto& [state, store] = baselines;
  if (which == "learned") {
    return learned_baseline(state);
  }
  if (const auto number = number_in(which)) {
    const auto row = store.find(*number);
    if (!row) {
      return row.error();
    }
    if (!*row) {
      return Error{"no revision " + which + "; prahari baseline list shows them",
                   Error::Kind::usage};
    }
    return of_revision(**row);
  }
  const auto row = store.approved(which.empty() ? kUsualBaseline : std::string_view{which});
  if (!row) {
    return row.error();
  }
  if (*row) {
    return of_revision(**row);
  }
  std::error_code ignored;
  if (!which.empty() && !std::filesystem::exists(which, ignored)) {
    return Error{"no approved baseline " + which +
                     ", and no such file; expected a revision's number, a name, \"learned\" or a "
                     "file",
                 Error::Kind::usage};
  }
  return which.empty() ? learned_baseline(state) : baseline_in_file(which);
}

Result<NamedBaseline> the_baseline(const Arguments& arguments) {
  auto baselines = open_baselines(arguments, Database::Access::read);
  if (!baselines) {
    return baselines.error();
  }
  return the_baseline(*baselines, arguments.value("WHICH"));
}

}  // namespace prahari
