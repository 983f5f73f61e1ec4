#include "sensor/knowledge.hpp"

#include "capture/data_files.hpp"
#include "dissectors/code_names.hpp"
#include "dissectors/default_logins.hpp"
#include "sensor/policy_source.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

DataFiles data_files() { return DataFiles::standard(PRAHARI_DATA_DIR, PRAHARI_SOURCE_DIR); }

// Finds a data file and reads it.
template <class T>
Result<T> load(std::string_view floor, std::string_view name,
               Result<T> (*loader)(const std::filesystem::path&)) {
  const auto path = data_files().find(floor, name);
  if (!path) {
    return path.error();
  }
  note("reading " + path->string());
  return loader(*path);
}

}  // namespace

Status load_names() {
  const DataFiles files = data_files();
  const Status names = load_code_names(files);
  return names ? load_default_logins(files) : names;
}

Result<VendorAliases> load_aliases() {
  return load<VendorAliases>("inventory", "vendor_aliases.csv", VendorAliases::load);
}

Result<std::unique_ptr<Knowledge>> load_knowledge(const std::string& site_file) {
  if (const Status names = load_names(); !names) {
    return names.error();
  }
  auto oui = load<OuiTable>("inventory", "oui.csv", OuiTable::load);
  if (!oui) {
    return oui.error();
  }
  auto aliases = load_aliases();
  if (!aliases) {
    return aliases.error();
  }
  auto attack = load<AttackTable>("rules", "attack_ics_v18.csv", AttackTable::load);
  if (!attack) {
    return attack.error();
  }
  const DataFiles files = data_files();
  for (const std::filesystem::path& root : files.roots()) {
    note("data files may lie in " + root.string());
  }
  auto certin = CertInData::load(files);
  if (!certin) {
    return certin.error();
  }
  auto site = site_file.empty() ? Result<Site>{Site{}} : load_good_site(site_file);
  if (!site) {
    return site.error();
  }
  auto shipped = load<std::vector<Indicator>>("rules", "known_bad.csv", load_indicators);
  if (!shipped) {
    return shipped.error();
  }
  site->intel.insert(site->intel.end(), shipped->begin(), shipped->end());
  return std::make_unique<Knowledge>(Knowledge{std::move(*oui), std::move(*aliases),
                                               std::move(*attack), std::move(*certin),
                                               std::move(*site)});
}

}  // namespace prahari
