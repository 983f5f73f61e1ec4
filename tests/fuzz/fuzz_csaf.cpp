// Any bytes as an advisory or a list of exploited weaknesses: refused with one line that names the
// file, or taken and matched with devices of many kinds without harm.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "inventory/csaf_reader.hpp"
#include "inventory/json_file.hpp"
#include "inventory/kev_reader.hpp"
#include "inventory/weakness_view.hpp"

namespace prahari {
namespace {

constexpr std::string_view kName = "a.json";

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

template <class T>
bool good(const Result<T>& read) {
  if (!read) {
    require(read.error().message.find(kName) == 0);
    require(read.error().message.find('\n') == std::string::npos);
  }
  return read.has_value();
}

void tell(Asset& asset, std::uint32_t unit, Identity::Field field, std::string value) {
  Fact fact;
  fact.field = field;
  fact.unit = unit;
  fact.confidence = 95;
  fact.value = std::move(value);
  asset.facts.push_back(std::move(fact));
}

// What the seeds are about, so that what grows from them is matched.
const AssetRecord& device() {
  static const AssetRecord kRecord = [] {
    using Field = Identity::Field;
    AssetRecord out;
    out.asset.id = "ast-1";
    tell(out.asset, Identity::kNoUnit, Field::vendor, "Schneider Electric");
    tell(out.asset, Identity::kNoUnit, Field::product, "Modicon M580");
    tell(out.asset, Identity::kNoUnit, Field::model, "BMEP582040");
    tell(out.asset, Identity::kNoUnit, Field::firmware, "V3.20");
    const char* units[][4] = {{"Rockwell Automation", "1756-L71/B LOGIX5571", "1756-L71", "20.11"},
                              {"WAGO", "PFC200 G2 2ETH RS", "750-8212", "04.02.13(24)"},
                              {"Sterfive", "node-opcua", "", ""},
                              {"", "x", "VFD-C2000", "2.06"},
                              {"Danfoss", "VLT AutomationDrive", "VLT FC-302", "48.20 SP1"}};
    std::uint32_t unit = 2;
    for (const auto& [vendor, product, order, firmware] : units) {
      tell(out.asset, unit, Field::vendor, vendor);
      tell(out.asset, unit, Field::product, product);
      tell(out.asset, unit, Field::order_number, order);
      tell(out.asset, unit, Field::firmware, firmware);
      tell(out.asset, unit++, Field::serial, "0815");
    }
    return out;
  }();
  return kRecord;
}

void match(const AdvisoryBook& book) {
  const VendorAliases aliases;
  WeaknessMatcher matcher{book, aliases};
  WeaknessList list;
  list.with_not_affected = true;
  list.add(matcher.find(device()));
  list.finish();
  for (const Weakness& one : list.rows) {
    require(one.confidence >= 0 && one.confidence <= 100 && !one.reason.empty());
    require(weakness_cells(one).size() == weakness_columns().size());
  }
  std::string out;
  JsonWriter json{out};
  json.begin_object();
  json.key("vulnerabilities");
  write_cdx_vulnerabilities(json, list.rows);
  json.end_object();
  require(nlohmann::json::accept(out));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  AdvisoryBook book;
  if (looks_like_kev_csv(text)) {
    if (auto list = read_kev_csv(text, kName); good(list)) {
      book.kev = std::move(*list);
    }
  }
  const Result<nlohmann::json> json = parse_bounded(text, kName);
  if (good(json)) {
    if (auto list = read_kev(*json, kName); looks_like_kev(*json) && good(list)) {
      book.kev = std::move(*list);
    }
    if (auto advisory = read_csaf(*json, kName); good(advisory)) {
      book.add(std::move(*advisory));
    }
  }
  match(book);
  return 0;
}

}  // namespace prahari
