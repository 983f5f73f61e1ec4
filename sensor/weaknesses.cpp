#include "sensor/weaknesses.hpp"

#include <utility>

#include "inventory/advisory_store.hpp"
#include "sensor/terminal.hpp"

namespace prahari {

std::unique_ptr<KnownWeaknesses> KnownWeaknesses::make(AdvisoryBook book,
                                                       const VendorAliases& aliases) {
  auto out = std::make_unique<KnownWeaknesses>();
  out->book = std::move(book);
  if (!out->book.empty()) {
    out->matcher.emplace(out->book, aliases);
  }
  return out;
}

WeaknessList KnownWeaknesses::list() const {
  WeaknessList out;
  out.advisories = book.advisories.size();
  out.exploited = book.kev.entries.size();
  return out;
}

void KnownWeaknesses::find(const AssetRecord& record, WeaknessList& into) {
  if (matcher) {
    into.add(matcher->find(record));
  }
}

void KnownWeaknesses::finish(WeaknessList& list) const {
  list.finish();
  list.left_out += matcher ? matcher->left_out() : 0;
}

Result<std::unique_ptr<KnownWeaknesses>> open_weaknesses(const State& state) {
  Result<AdvisoryBook> book = load_advisories(state.folder / "prahari.db");
  if (!book) {
    return book.error();
  }
  return KnownWeaknesses::make(std::move(*book), state.aliases);
}

Result<AdvisoryFiles> read_advisories(const std::vector<std::string>& paths) {
  AdvisoryFiles files = read_advisory_files(paths);
  for (const std::string& line : files.errors) {
    warn(line);
  }
  for (const std::string& line : files.warnings) {
    warn(line);
  }
  for (const std::string& path : files.passed) {
    note(path + ": neither a CSAF advisory nor a list of exploited weaknesses; passed over");
  }
  if (files.advisories + files.lists == 0) {
    const std::string where = paths.size() == 1 ? paths.front() : "the files given";
    return Error{where +
                     ": nothing that can be used; expected CSAF 2.0 advisories (*.json) or the KEV "
                     "list of CISA (*.json, *.csv)",
                 Error::Kind::input};
  }
  return files;
}

}  // namespace prahari
