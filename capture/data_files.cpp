#include "capture/data_files.hpp"

#include <cstdlib>
#include <system_error>

namespace prahari {

namespace fs = std::filesystem;

DataFiles DataFiles::standard(const fs::path& installed, const fs::path& source_tree) {
  std::vector<fs::path> roots;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before threads start, as the header demands
  if (const char* chosen = std::getenv("PRAHARI_DATA"); chosen != nullptr && *chosen != '\0') {
    roots.emplace_back(chosen);
  }
  roots.emplace_back("/etc/prahari");
  if (!installed.empty()) {
    roots.push_back(installed);
  }
  if (!source_tree.empty()) {
    roots.push_back(source_tree);
  }
  return DataFiles(std::move(roots));
}

Result<fs::path> DataFiles::find(std::string_view floor, std::string_view name) const {
  std::string places;
  for (const fs::path& root : roots_) {
    for (const fs::path& folder : {root / floor, root / floor / "data"}) {
      std::error_code ignored;
      if (fs::is_regular_file(folder / name, ignored)) {
        return folder / name;
      }
    }
    places += places.empty() ? "" : ", ";
    places += (root / floor).string();
  }
  return Error{std::string(floor) + "/" + std::string(name) + ": data file not found in " + places +
                   "; reinstall prahari or set PRAHARI_DATA to the folder that holds it",
               Error::Kind::environment};
}

}  // namespace prahari
