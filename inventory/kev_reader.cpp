#include "inventory/kev_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "inventory/json_fields.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostEntries = 200'000;
constexpr std::size_t kMostCells = 64;
constexpr std::size_t kLongestCell = 65'536;
constexpr std::string_view kKey = "cveID";

// One line of the list for each weakness; the last one given counts.
void tidy(std::vector<KevEntry>& entries) {
  std::ranges::stable_sort(entries, {}, &KevEntry::cve);
  const auto same = [](const KevEntry& a, const KevEntry& b) { return a.cve == b.cve; };
  entries.erase(entries.begin(), std::unique(entries.rbegin(), entries.rend(), same).base());
}

// Records of RFC 4180, whose quoted cells may hold line breaks.
class CsvRecords {
 public:
  explicit CsvRecords(std::string_view text) noexcept : text_(text) {}

  // None at the end, or where objection() tells.
  std::optional<std::vector<std::string>> next() {
    if (at_ >= text_.size() || objection_ != nullptr) {
      return std::nullopt;
    }
    begin_ = line_;
    std::vector<std::string> cells(1);
    for (quoted_ = false; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
        if (!quoted_) {
          ++at_;
          break;
        }
      }
      take(cells);
      if (cells.size() > kMostCells || cells.back().size() > kLongestCell) {
        objection_ = "a cell or a row is longer than any list has; refused";
        return std::nullopt;
      }
    }
    if (quoted_) {
      objection_ = "a quote that never ends; get the whole file";
      return std::nullopt;
    }
    return cells;
  }

  [[nodiscard]] const char* objection() const noexcept { return objection_; }
  [[nodiscard]] std::size_t line() const noexcept { return begin_; }

 private:
  void take(std::vector<std::string>& cells) {
    const char c = text_[at_];
    if (quoted_ && c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      cells.back() += c;
      ++at_;
    } else if (c == '"') {
      quoted_ = !quoted_;
    } else if (c == ',' && !quoted_) {
      cells.emplace_back();
    } else if (c != '\r') {
      const auto octet = static_cast<unsigned char>(c);
      cells.back() += octet < 0x20 || octet == 0x7f ? ' ' : c;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t begin_ = 1;
  bool quoted_ = false;
  const char* objection_ = nullptr;
};

std::string_view without_mark(std::string_view text) noexcept {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

bool known_use(std::string_view text) noexcept { return text == "Known" || text == "known"; }

Error wrong(std::string_view file, std::size_t line, std::string_view words) {
  return Error{std::string{file} + ":" + std::to_string(line) + ": " + std::string{words},
               Error::Kind::input};
}

}  // namespace

bool looks_like_kev(const nlohmann::json& root) {
  return root.is_object() && root.contains("vulnerabilities") && root.contains("catalogVersion");
}

bool looks_like_kev_csv(std::string_view text) {
  text = without_mark(text);
  return text.substr(0, text.find('\n')).find(kKey) != std::string_view::npos;
}

Result<KevList> read_kev(const nlohmann::json& root, std::string_view file) {
  KevList out;
  JsonFields fields{file};
  const JsonNode node{root};
  out.file = file;
  out.version = fields.text(node, "catalogVersion");
  out.released = fields.text(node, "dateReleased");
  fields.each(node, "vulnerabilities", kMostEntries, [&](const JsonNode& row) {
    if (!fields.must_be_object(row)) {
      return;
    }
    KevEntry entry;
    entry.cve = fields.required_text(row, "cveID");
    entry.vendor = fields.text(row, "vendorProject");
    entry.product = fields.text(row, "product");
    entry.name = fields.text(row, "vulnerabilityName");
    entry.added = fields.text(row, "dateAdded");
    entry.due = fields.text(row, "dueDate");
    entry.action = fields.text(row, "requiredAction", JsonFields::kProse);
    entry.ransomware = known_use(fields.text(row, "knownRansomwareCampaignUse"));
    out.entries.push_back(std::move(entry));
  });
  if (!fields.ok()) {
    return fields.error();
  }
  tidy(out.entries);
  return out;
}

Result<KevList> read_kev_csv(std::string_view text, std::string_view file) {
  CsvRecords records{without_mark(text)};
  KevList out;
  out.file = file;
  const auto header = records.next();
  if (!header || std::ranges::find(*header, kKey) == header->end()) {
    return wrong(file, 1, "expected a header with cveID, as the list of CISA has it");
  }
  while (const auto cells = records.next()) {
    const auto cell = [&](std::string_view name) -> std::string {
      const auto at = std::ranges::find(*header, name) - header->begin();
      const auto index = static_cast<std::size_t>(at);
      return index < cells->size() ? (*cells)[index].substr(0, JsonFields::kProse) : std::string{};
    };
    if (cells->size() == 1 && cells->front().empty()) {
      continue;
    }
    KevEntry entry{.cve = cell(kKey),
                   .vendor = cell("vendorProject"),
                   .product = cell("product"),
                   .name = cell("vulnerabilityName"),
                   .added = cell("dateAdded"),
                   .due = cell("dueDate"),
                   .action = cell("requiredAction"),
                   .ransomware = known_use(cell("knownRansomwareCampaignUse"))};
    if (entry.cve.empty()) {
      return wrong(file, records.line(), "has no cveID");
    }
    if (out.entries.size() >= kMostEntries) {
      return wrong(file, records.line(), "more entries than any list has; refused");
    }
    out.entries.push_back(std::move(entry));
  }
  if (records.objection() != nullptr) {
    return wrong(file, records.line(), records.objection());
  }
  tidy(out.entries);
  return out;
}

}  // namespace prahari
