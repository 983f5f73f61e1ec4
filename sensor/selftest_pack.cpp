#include "sensor/selftest_pack.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "alerts/json_text.hpp"
#include "capture/data_files.hpp"
#include "capture/time_text.hpp"
#include "dissectors/printable.hpp"
#include "inventory/json_file.hpp"
#include "rules/kinds.hpp"

namespace prahari {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::string_view kSchema = "prahari.selftest/1";
constexpr std::string_view kName = "pack.json";
constexpr std::size_t kLargest = std::size_t{4} << 20U;
constexpr std::size_t kLongestWord = 60;

Error wrong(const fs::path& file, const std::string& words) {
  return Error{file.string() + ": " + words +
                   "; make the pack anew with pcaps/generator/selftest/make_selftest.py, or "
                   "reinstall prahari",
               Error::Kind::input};
}

// A name without a way out of the folder.
bool plain(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name.front() != '.';
}

bool known_kind(const std::string& kind) {
  return std::ranges::any_of(kAlertKinds, [&](const AlertKind& known) { return known.id == kind; });
}

Status read_test(const fs::path& file, const Json& entry, std::size_t number, SelftestPack& pack) {
  const std::string where = "tests[" + std::to_string(number) + "]: ";
  const std::string capture = entry.is_object() ? text_of(entry, "capture") : std::string{};
  if (!plain(capture)) {
    return wrong(file, where + "expected an object with \"capture\", a file of the same folder");
  }
  PackedTest test;
  test.kind = text_of(entry, "kind");
  if (!test.kind.empty() && !known_kind(test.kind)) {
    return wrong(
        file, where + "\"kind\" is no kind of alert: " + printable_text(test.kind, kLongestWord));
  }
  test.capture = pack.folder / capture;
  test.story = text_of(entry, "story");
  if (const auto baseline = entry.find("baseline"); baseline != entry.end()) {
    test.baseline = baseline->is_boolean() && baseline->get<bool>();
  }
  if (const auto hosts = entry.find("hosts"); hosts != entry.end() && hosts->is_array()) {
    for (const Json& host : *hosts) {
      test.hosts.push_back(host.is_string() ? host.get<std::string>() : std::string{});
    }
  }
  const auto trigger = entry.find("trigger_ns");
  if (!test.kind.empty() && (trigger == entry.end() || !trigger->is_number_integer())) {
    return wrong(file, where + "expected \"trigger_ns\", nanoseconds since 1970");
  }
  if (trigger != entry.end() && trigger->is_number_integer()) {
    test.trigger = Timestamp{std::chrono::nanoseconds{trigger->get<std::int64_t>()}};
  }
  if (test.baseline && pack.baseline.empty()) {
    return wrong(file, where + "wants a baseline, but the pack names none");
  }
  pack.tests.push_back(std::move(test));
  return ok_status();
}

Result<fs::path> shipped() {
  const DataFiles files = DataFiles::standard(PRAHARI_DATA_DIR, PRAHARI_SOURCE_DIR);
  if (auto found = files.find("pcaps/selftest", kName)) {
    return found->parent_path();
  }
  auto found = files.find("selftest", kName);
  return found ? Result<fs::path>{found->parent_path()} : Result<fs::path>{found.error()};
}

}  // namespace

Result<SelftestPack> load_selftest_pack(const fs::path& folder) {
  SelftestPack pack;
  pack.folder = folder;
  if (folder.empty()) {
    auto found = shipped();
    if (!found) {
      return found.error();
    }
    pack.folder = *found;
  }
  const fs::path file = pack.folder / kName;
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) {
    return Error{file.string() + ": cannot read; name a folder with a pack.json with --pack",
                 Error::Kind::input};
  }
  const auto text = read_bounded(file, kLargest);
  if (!text) {
    return text.error();
  }
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object() || text_of(json, "schema") != kSchema) {
    return wrong(file, R"(expected a JSON object with "schema": ")" + std::string{kSchema} + "\"");
  }
  const std::string site = text_of(json, "site");
  const std::string baseline = text_of(json, "baseline");
  if (!plain(site) || (!baseline.empty() && !plain(baseline))) {
    return wrong(file, R"(expected "site" and "baseline", files of the same folder)");
  }
  pack.site = pack.folder / site;
  pack.baseline = baseline.empty() ? fs::path{} : pack.folder / baseline;
  const auto tests = json.find("tests");
  if (tests == json.end() || !tests->is_array() || tests->empty()) {
    return wrong(file, "expected \"tests\", a list");
  }
  for (std::size_t i = 0; i < tests->size(); ++i) {
    if (Status read = read_test(file, (*tests)[i], i, pack); !read) {
      return read.error();
    }
  }
  return pack;
}

}  // namespace prahari
