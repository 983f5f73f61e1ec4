#include "inventory/weakness_view.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include "capture/time_text.hpp"
#include "dissectors/unit.hpp"

namespace prahari {
namespace {

constexpr auto kColumns = std::to_array<std::string_view>(
    {"asset",         "name",       "place",  "product",    "version",     "weakness",
     "cvss",          "exploited",  "state",  "confidence", "reason",      "advisory",
     "severity",      "vendor",     "title",  "cwe",        "cvss_vector", "exploited_since",
     "exploited_due", "ransomware", "remedy", "remedy_url", "publisher",   "url"});

// One element of the bill of materials: rows that say the same.
auto group_of(const Weakness& one) {
  return std::tuple{std::string_view{weakness_id(one)},
                    std::string_view{one.advisory->id},
                    std::string_view{one.advisory->name_space},
                    one.exposure,
                    -one.confidence,
                    std::string_view{one.reason}};
}

std::string_view cdx_state(Exposure exposure) noexcept {
  switch (exposure) {
    case Exposure::affected:
      return "exploitable";
    case Exposure::not_affected:
      return "not_affected";
    default:
      return "in_triage";
  }
}

std::string_view cdx_status(Exposure exposure) noexcept {
  switch (exposure) {
    case Exposure::affected:
      return "affected";
    case Exposure::not_affected:
      return "unaffected";
    default:
      return "unknown";
  }
}

std::string_view cdx_method(const AdvisoryScore& score) noexcept {
  if (score.version == "3.1") {
    return "CVSSv31";
  }
  return score.version.starts_with('3') ? "CVSSv3" : (score.version == "2.0" ? "CVSSv2" : "other");
}

bool a_link(const std::string& url) noexcept {
  return (url.starts_with("https://") || url.starts_with("http://")) &&
         std::ranges::all_of(url, [](char c) {
           constexpr std::string_view kNever = "\"<>\\^`{|}";
           return c > 0x20 && c < 0x7f && kNever.find(c) == std::string_view::npos;
         });
}

class CdxWriter {
 public:
  explicit CdxWriter(JsonWriter& json) noexcept : json_(json) {}

  void element(std::span<const Weakness* const> rows, std::uint64_t number) {
    const Weakness& one = *rows.front();
    json_.begin_object();
    json_.key("bom-ref").text("weakness/" + std::to_string(number));
    json_.key("id").text(weakness_id(one));
    json_.key("source").begin_object().key("name").text(one.advisory->publisher);
    if (a_link(one.advisory->url)) {
      json_.key("url").text(one.advisory->url);
    }
    json_.end_object();
    rating(one);
    cwe(one);
    text("description", one.what->description.empty() ? one.what->title : one.what->description);
    text("recommendation", one.remedy == nullptr ? std::string{} : one.remedy->details);
    advisory(*one.advisory);
    time("published", one.advisory->published);
    time("updated", one.advisory->updated);
    json_.key("analysis").begin_object();
    json_.key("state").text(cdx_state(one.exposure));
    json_.key("detail").text(one.reason);
    json_.end_object();
    affects(rows);
    properties(one);
    json_.end_object();
  }

 private:
  void text(std::string_view key, const std::string& value) {
    if (!value.empty()) {
      json_.key(key).text(value);
    }
  }

  void time(std::string_view key, const std::string& value) {
    if (Timestamp read; parse_time(value, read)) {
      json_.key(key).text(format_time(read));
    }
  }

  void rating(const Weakness& one) {
    if (one.score == nullptr) {
      return;
    }
    json_.key("ratings").begin_array().begin_object();
    json_.key("score").number(one.score->score);
    json_.key("severity").text(severity_of(one));
    json_.key("method").text(cdx_method(*one.score));
    text("vector", one.score->vector);
    json_.end_object().end_array();
  }

  void cwe(const Weakness& one) {
    constexpr std::string_view kPrefix = "CWE-";
    const std::string& name = one.what->cwe;
    std::uint64_t number = 0;
    if (name.starts_with(kPrefix) &&
        std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), number).ec ==
            std::errc{} &&
        number > 0) {
      json_.key("cwes").begin_array().number(number).end_array();
    }
  }

  void advisory(const Advisory& advisory) {
    if (a_link(advisory.url)) {
      json_.key("advisories").begin_array().begin_object();
      json_.key("title").text(advisory.id + ": " + advisory.title);
      json_.key("url").text(advisory.url);
      json_.end_object().end_array();
    }
  }

  void affects(std::span<const Weakness* const> rows) {
    json_.key("affects").begin_array();
    for (const Weakness* row : rows) {
      std::string ref = row->asset;
      ref += row->unit == Identity::kNoUnit ? "" : "/" + unit_words(row->unit);
      ref += row->version.empty() ? "" : "/firmware";
      json_.begin_object();
      json_.key("ref").text(ref);
      if (!row->version.empty()) {
        json_.key("versions").begin_array().begin_object();
        json_.key("version").text(row->version);
        json_.key("status").text(cdx_status(row->exposure));
        json_.end_object().end_array();
      }
      json_.end_object();
    }
    json_.end_array();
  }

  void property(std::string_view name, std::string_view value) {
    if (!value.empty()) {
      json_.begin_object();
      json_.key("name").text(name);
      json_.key("value").text(value);
      json_.end_object();
    }
  }

  void properties(const Weakness& one) {
    json_.key("properties").begin_array();
    property("prahari:advisory", one.advisory->id);
    property("prahari:confidence", std::to_string(one.confidence));
    if (one.kev != nullptr) {
      property("prahari:exploited", "true");
      property("prahari:exploitedSince", one.kev->added);
      property("prahari:exploitedDue", one.kev->due);
    }
    json_.end_array();
  }

  JsonWriter& json_;
};

}  // namespace

std::span<const std::string_view> weakness_columns() noexcept { return kColumns; }

std::string place_text(const Weakness& weakness) {
  return weakness.unit == Identity::kNoUnit ? std::string{} : unit_words(weakness.unit);
}

std::string score_text(const Weakness& weakness) {
  if (weakness.score == nullptr) {
    return {};
  }
  std::array<char, 16> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), weakness.score->score,
                                 std::chars_format::fixed, 1);
  return {text.data(), end.ptr};
}

const std::string& weakness_id(const Weakness& weakness) noexcept {
  return !weakness.what->cve.empty()     ? weakness.what->cve
         : !weakness.what->title.empty() ? weakness.what->title
                                         : weakness.advisory->id;
}

std::vector<std::string> weakness_cells(const Weakness& weakness) {
  const KevEntry* kev = weakness.kev;
  const AdvisoryRemedy* remedy = weakness.remedy;
  return {weakness.asset,
          weakness.name,
          place_text(weakness),
          weakness.product,
          weakness.version,
          weakness_id(weakness),
          score_text(weakness),
          kev == nullptr ? "" : "yes",
          std::string{to_string(weakness.exposure)},
          std::to_string(weakness.confidence),
          weakness.reason,
          weakness.advisory->id,
          std::string{severity_of(weakness)},
          weakness.vendor,
          weakness.what->title,
          weakness.what->cwe,
          weakness.score == nullptr ? "" : weakness.score->vector,
          kev == nullptr ? "" : kev->added,
          kev == nullptr ? "" : kev->due,
          kev == nullptr ? "" : (kev->ransomware ? "yes" : "no"),
          remedy == nullptr ? "" : remedy->details,
          remedy == nullptr ? "" : remedy->url,
          weakness.advisory->publisher,
          weakness.advisory->url};
}

std::string weakness_line(const Weakness& weakness) {
  std::string out = weakness_id(weakness);
  if (weakness.score != nullptr) {
    out += ", " + score_text(weakness) + " " + std::string{severity_of(weakness)};
  }
  out += weakness.kev == nullptr ? "" : ", known to be exploited";
  const std::string place = place_text(weakness);
  out += (place.empty() ? ": " : ", " + place + ": ") + weakness.reason + "  [" +
         weakness.advisory->id + ", confidence " + std::to_string(weakness.confidence) + "]";
  return out;
}

std::string weakness_counts(const WeaknessList& list) {
  const auto exploited = std::ranges::count_if(list.rows, [](const Weakness& one) {
    return one.exposure == Exposure::affected && one.kev != nullptr;
  });
  std::string out = std::to_string(list.count(Exposure::affected)) + " affected";
  out += exploited == 0 ? "" : " (" + std::to_string(exploited) + " known to be exploited)";
  out += ", " + std::to_string(list.count(Exposure::cannot_tell)) + " cannot be told";
  if (const std::uint64_t open = list.count(Exposure::under_investigation); open > 0) {
    out += ", " + std::to_string(open) + " under investigation";
  }
  if (const std::uint64_t fine = list.count(Exposure::not_affected); fine > 0) {
    out += ", " + std::to_string(fine) + " not affected";
  }
  return out;
}

void write_weaknesses(JsonWriter& json, std::span<const Weakness> weaknesses) {
  json.begin_array();
  for (const Weakness& one : weaknesses) {
    const std::vector<std::string> cells = weakness_cells(one);
    json.begin_object();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      json.key(kColumns[i]).text(cells[i]);
    }
    json.end_object();
  }
  json.end_array();
}

void write_cdx_vulnerabilities(JsonWriter& json, std::span<const Weakness> weaknesses) {
  std::vector<const Weakness*> rows;
  for (const Weakness& one : weaknesses) {
    rows.push_back(&one);
  }
  std::ranges::stable_sort(rows, [](const Weakness* a, const Weakness* b) {
    return std::tuple_cat(group_of(*a), std::tuple{std::string_view{a->asset}, a->unit + 1}) <
           std::tuple_cat(group_of(*b), std::tuple{std::string_view{b->asset}, b->unit + 1});
  });
  CdxWriter writer{json};
  json.begin_array();
  std::uint64_t number = 0;
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    while (end < rows.size() && group_of(*rows[end]) == group_of(*rows[begin])) {
      ++end;
    }
    writer.element(std::span{rows.data() + begin, end - begin}, ++number);
    begin = end;
  }
  json.end_array();
}

}  // namespace prahari
