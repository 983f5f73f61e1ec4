#include "sensor/state.hpp"

#include "sensor/knowledge.hpp"
#include "sensor/terminal.hpp"

namespace prahari {

Result<std::filesystem::path> open_state_folder(const Arguments& arguments) {
  std::filesystem::path folder = arguments.value("state");
  if (folder.empty()) {
    folder = std::filesystem::is_directory("prahari-state") ? "prahari-state" : "prahari-out";
  }
  const std::filesystem::path file = folder / "prahari.db";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return Error{folder.string() +
                     ": no prahari.db in it; name a result folder of prahari analyze "
                     "with --state",
                 Error::Kind::input};
  }
  return folder;
}

Result<State> open_state(const Arguments& arguments) {
  const auto found = open_state_folder(arguments);
  if (!found) {
    return found.error();
  }
  const std::filesystem::path& folder = *found;
  const std::filesystem::path file = folder / "prahari.db";
  note("reading " + file.string());
  auto reader = StoreReader::open(file);
  if (!reader) {
    return reader.error();
  }
  auto captures = reader->captures();
  if (!captures) {
    return captures.error();
  }
  auto aliases = load_aliases();
  if (!aliases) {
    return aliases.error();
  }
  return State{folder, std::move(*reader), std::move(*captures), std::move(*aliases)};
}

}  // namespace prahari
