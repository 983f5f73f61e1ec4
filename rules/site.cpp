#include "rules/site.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "rules/approval.hpp"
#include "rules/section.hpp"
#include "rules/site_include.hpp"
#include "rules/site_reader.hpp"
#include "rules/threshold_reader.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

Error cannot_read(const std::filesystem::path& file, const std::string& why, Error::Kind kind) {
  return {printable(file.string()) + ": cannot read the site file: " + why, kind};
}

void read_reporter(const Node& root, SiteInfo& info, Mistakes& mistakes) {
  const Node* table = root.find("reporter");
  if (table == nullptr) {
    return;
  }
  if (table->kind != Node::Kind::table) {
    mistakes.add(table->place, "reporter", "expected [reporter], found " + table->describe());
    return;
  }
  Section section{*table, "reporter", mistakes};
  info.reporter_name_role = section.text("name_role");
  info.reporter_contact = section.text("contact");
  info.reporter_email = section.text("email");
  info.reporter_address = section.text("address");
  section.finish();
}

void read_intel(const Node& root, Site& site, Mistakes& mistakes) {
  const Node* table = root.find("intel");
  if (table == nullptr) {
    return;
  }
  if (table->kind != Node::Kind::table) {
    mistakes.add(table->place, "intel",
                 "expected [intel] (with one bracket), found " + table->describe());
    return;
  }
  Section section{*table, "intel", mistakes};
  site.intel_file = section.text("file", Section::Need::required);
  site.intel_line = section.line();
  section.finish();
}

// The indicators lie beside the site file, unless their path says otherwise.
SiteOrMistakes with_intel(SiteOrMistakes read, const std::filesystem::path& file) {
  Site* const site = std::get_if<Site>(&read);
  if (site == nullptr || site->intel_file.empty()) {
    return read;
  }
  auto indicators = load_indicators(file.parent_path() / site->intel_file);
  if (!indicators) {
    return std::vector<Mistake>{
        {file.string(), site->intel_line, 1, "intel.file: " + indicators.error().message}};
  }
  site->intel = std::move(*indicators);
  return read;
}

Timezone read_timezone(const Node& root, const SiteInfo& info, Mistakes& mistakes) {
  auto zone = Timezone::load(info.timezone);
  if (zone) {
    return *zone;
  }
  const Node* table = root.find("site");
  const Node* value = table == nullptr ? nullptr : table->find("timezone");
  const Place place = value == nullptr ? Place{} : value->place;
  if (zone.error().kind == Error::Kind::environment) {
    mistakes.add(place, "site.timezone",
                 "cannot look up " + in_quotes(info.timezone) + ": " + zone.error().message);
    return {};
  }
  const std::vector<std::string> names = timezone_names();
  const std::vector<std::string_view> views{names.begin(), names.end()};
  mistakes.add(place, "site.timezone",
               "unknown time zone " + in_quotes(info.timezone) +
                   ", expected a name such as \"Asia/Kolkata\"" +
                   did_you_mean(info.timezone, views));
  return {};
}

void check_sections(const Node& root, Mistakes& mistakes) {
  constexpr std::array<std::string_view, 13> kSections = {
      "site",      "reporter", "zone",       "conduit", "asset", "ignore",  "permit",
      "exception", "approval", "thresholds", "include", "intel", "baseline"};
  for (std::size_t i = 0; i < root.names.size(); ++i) {
    const std::string& name = root.names[i];
    if (std::ranges::find(kSections, name) != kSections.end()) {
      continue;
    }
    const std::string hint = did_you_mean(name, kSections);
    mistakes.add(root.keys[i], "",
                 "unknown section " + in_quotes(name) +
                     (name == "feed" ? "; feeds belong into the configuration file, not here"
                      : hint.empty() ? ", expected " + one_of(kSections)
                                     : hint));
  }
}

}  // namespace

std::string to_string(const Mistake& mistake) {
  return printable(mistake.file) + ':' + std::to_string(mistake.line) + ':' +
         std::to_string(mistake.column) + ": " + mistake.text;
}

void read_site_info(const Node& root, Site& site, Mistakes& mistakes) {
  SiteInfo& info = site.info;
  read_reporter(root, info, mistakes);
  const Node* table = root.find("site");
  if (table == nullptr) {
    return;
  }
  if (table->kind != Node::Kind::table) {
    mistakes.add(table->place, "site",
                 "expected [site] (with one bracket), found " + table->describe());
    return;
  }
  Section section{*table, "site", mistakes};
  info.name = section.text("name");
  info.organisation = section.text("organisation");
  if (std::string timezone = section.text("timezone"); !timezone.empty()) {
    info.timezone = std::move(timezone);
  }
  info.location = section.text("location");
  info.network_isp = section.text("network_isp");
  info.sector = section.text("sector");
  section.finish();
}

SiteOrMistakes parse_site(std::string_view toml, const std::string& file, const ReadInclude& read) {
  Mistakes mistakes{file};
  const std::optional<Node> document = read_document(toml, read, mistakes);
  if (!document) {
    return mistakes.take();
  }
  const Node& root = *document;
  Site site;
  site.file = file;
  site.files = mistakes.files();
  check_sections(root, mistakes);
  read_site_info(root, site, mistakes);
  site.timezone = read_timezone(root, site.info, mistakes);
  read_zones(root, site, mistakes);
  read_conduits(root, site, mistakes);
  read_assets(root, site, mistakes);
  read_ignores(root, site, mistakes);
  read_permits(root, site, mistakes);
  read_approval(root, site.approval, mistakes);
  read_exceptions(root, site, mistakes);
  read_shifts(root, site, mistakes);
  read_thresholds(root, "", site.thresholds, mistakes);
  read_intel(root, site, mistakes);
  if (!mistakes.empty()) {
    return mistakes.take();
  }
  return site;
}

Result<SiteOrMistakes> load_site(const std::filesystem::path& file) {
  const auto text = read_text_file(file);
  if (!text) {
    return cannot_read(file, text.error().message, text.error().kind);
  }
  const FolderIncludes includes{file};
  auto read = parse_site(
      *text, file.string(),
      [&](const std::string& from, const std::string& name) { return includes.read(from, name); });
  return with_intel(std::move(read), file);
}

}  // namespace prahari
