#include "sensor/state.hpp"

#include "sensor/knowledge.hpp"
#include "sensor/terminal.hpp"

namespace prahari {

Result<State> open_state(const Arguments& arguments) {
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
