#include "alerts/workbook.hpp"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <system_error>

#include <xlsxwriter.h>

#include "alerts/result_folder.hpp"
#include "capture/time_text.hpp"
#include "dissectors/join.hpp"
#include "dissectors/unit.hpp"
#include "inventory/conflict.hpp"
#include "inventory/export_csv.hpp"
#include "inventory/posture_view.hpp"
#include "inventory/weakness_view.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kMostRows = LXW_ROW_MAX - 1;
constexpr std::size_t kLongestCell = 32'767;  // characters that a cell may hold

enum SheetIndex : std::uint8_t { kAssets, kEvidence, kConnections, kPosture, kHealth, kSheets };

constexpr std::array<const char*, kSheets> kSheetNames = {"assets", "evidence", "connections",
                                                          "posture", "capture health"};

const auto kEvidenceColumns = {"asset",      "name",   "unit",   "field",      "value",
                               "confidence", "source", "count",  "first_seen", "last_seen",
                               "capture",    "packet", "chosen", "conflict"};
const auto kPostureColumns = {"asset", "name", "service", "aspect", "text"};
const auto kHealthColumns = {"level", "what", "hint"};

bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Excel takes "_x003D_" for a character (ECMA-376, ST_Xstring): a device that calls itself so would
// get one past every other guard.
std::string without_codes(std::string_view text) {
  constexpr std::size_t kSize = 7;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view code = text.substr(i, kSize);
    const bool is_code = code.size() == kSize && code.starts_with("_x") && code.back() == '_' &&
                         std::ranges::all_of(code.substr(2, 4), is_hex);
    out += is_code ? "_x005F_" : std::string{text[i]};
  }
  return out;
}

// A text as Excel may have it: cut at what a cell holds, and never within a character.
void make_cell_text(std::string_view given, std::string& out) {
  if (given.find("_x") == std::string_view::npos) {
    out.assign(given);
  } else {
    out = without_codes(given);
  }
  std::size_t size = std::min(out.size(), kLongestCell);
  while (size < out.size() && size > 0 &&
         (static_cast<unsigned char>(out[size]) & 0xc0U) == 0x80U) {
    --size;
  }
  out.resize(size);
}

// Rows of one sheet, from top to bottom.
class Sheet {
 public:
  void open(lxw_workbook* book, const char* name, lxw_format* bold) {
    sheet_ = workbook_add_worksheet(book, name);
    bold_ = bold;
    worksheet_freeze_panes(sheet_, 1, 0);
  }

  // Whether there is room for another row; what has none is counted.
  bool next() {
    const bool room = rows_ < kMostRows;
    left_out_ += room ? 0 : 1;
    rows_ += room ? 1 : 0;
    column_ = 0;
    return room;
  }
  void text(std::string_view value) {
    if (!value.empty()) {
      make_cell_text(value, cell_);
      worksheet_write_string(sheet_, rows_, column_, cell_.c_str(), nullptr);
    }
    ++column_;
  }
  void number(double value) { worksheet_write_number(sheet_, rows_, column_++, value, nullptr); }
  void row(std::initializer_list<std::string_view> cells) {
    if (next()) {
      for (const std::string_view cell : cells) {
        text(cell);
      }
    }
  }
  template <class Names>
  void header(const Names& names) {
    lxw_col_t at = 0;
    for (const std::string_view name : names) {
      worksheet_set_column(sheet_, at, at, 18, nullptr);
      worksheet_write_string(sheet_, 0, at++, std::string{name}.c_str(), bold_);
    }
  }
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  lxw_worksheet* sheet_ = nullptr;
  lxw_format* bold_ = nullptr;
  std::uint32_t rows_ = 0;  // the header is row 0
  lxw_col_t column_ = 0;
  std::uint64_t left_out_ = 0;
  std::string cell_;  // the text of one cell, used again
};

}  // namespace

class Workbook::Impl {
 public:
  Impl(fs::path path, const ExportContext& context, Timestamp made)
      : context_(context),
        path_(std::move(path)),
        part_(path_.string() + ".part"),
        folder_(path_.has_parent_path() ? path_.parent_path().string() : std::string{"."}) {
    // The library would complain on standard error itself.
    if (Status writable = write_whole(part_, ""); !writable) {
      refused_ = writable.error();
      return;
    }
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = folder_.data();
    book_ = workbook_new_opt(part_.c_str(), &options);
    if (book_ == nullptr) {
      return;
    }
    lxw_doc_properties properties{};
    properties.created = std::chrono::floor<std::chrono::seconds>(made.time_since_epoch()).count();
    workbook_set_properties(book_, &properties);
    bold_ = workbook_add_format(book_);
    format_set_bold(bold_);
    for (std::size_t i = 0; i < kSheets; ++i) {
      sheets_[i].open(book_, kSheetNames[i], bold_);
    }
    sheets_[kAssets].header(asset_columns());
    sheets_[kEvidence].header(kEvidenceColumns);
    sheets_[kConnections].header(flow_columns());
    sheets_[kPosture].header(kPostureColumns);
    sheets_[kHealth].header(kHealthColumns);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (book_ != nullptr) {  // given up
      workbook_close(book_);
      std::error_code ignored;
      fs::remove(part_, ignored);
    }
  }

  void asset(const AssetRecord& record) {
    if (book_ == nullptr) {
      return;
    }
    cells(sheets_[kAssets], asset_cells(record, context_));
    evidence(record);
    posture(record);
  }

  void flow(const FlowRecord& record) {
    if (book_ != nullptr) {
      cells(sheets_[kConnections], flow_cells(record));
    }
  }

  void health(std::span<const HealthNote> notes) {
    constexpr std::array<std::string_view, 3> kWords = {"good", "note", "bad"};
    for (const HealthNote& note : notes) {
      if (book_ != nullptr) {
        sheets_[kHealth].row({kWords[static_cast<std::size_t>(note.level)], note.what, note.hint});
      }
    }
  }

  void weaknesses(const WeaknessList& list) {
    if (book_ == nullptr) {
      return;
    }
    Sheet sheet;
    sheet.open(book_, "weaknesses", bold_);
    sheet.header(weakness_columns());
    for (const Weakness& one : list.rows) {
      if (sheet.next()) {
        for (const std::string& cell : weakness_cells(one)) {
          sheet.text(cell);
        }
      }
    }
    if (list.left_out > 0 && sheet.next()) {
      sheet.text(std::to_string(list.left_out) + " more did not fit");
    }
  }

  Status finish() {
    if (refused_) {
      return *refused_;
    }
    for (std::size_t i = 0; book_ != nullptr && i < kHealth; ++i) {
      if (sheets_[i].left_out() > 0) {
        sheets_[kHealth].row({"bad",
                              std::to_string(sheets_[i].left_out()) + " rows of the sheet " +
                                  kSheetNames[i] + " did not fit",
                              "Use assets.json, which holds all."});
      }
    }
    const lxw_error failed =
        book_ == nullptr ? LXW_ERROR_CREATING_XLSX_FILE : workbook_close(book_);
    book_ = nullptr;
    std::error_code error;
    if (failed == LXW_NO_ERROR) {
      fs::rename(part_, path_, error);
    }
    if (failed != LXW_NO_ERROR || error) {
      std::error_code ignored;
      fs::remove(part_, ignored);
      return Error{path_.string() + ": cannot write: " +
                       (error ? error.message() : std::string{lxw_strerror(failed)}) +
                       "; free some space or choose another folder",
                   Error::Kind::environment};
    }
    return ok_status();
  }

 private:
  static void cells(Sheet& sheet, std::span<const ExportCell> row) {
    if (sheet.next()) {
      for (const ExportCell& cell : row) {
        cell.is_number ? sheet.number(static_cast<double>(cell.number)) : sheet.text(cell.text);
      }
    }
  }

  void evidence(const AssetRecord& record) {
    Sheet& sheet = sheets_[kEvidence];
    const std::string name = shown_name(record);
    const std::vector<FactMark> marks = mark_facts(record.asset, context_.aliases);
    for (std::size_t i = 0; i < record.asset.facts.size(); ++i) {
      const Fact& fact = record.asset.facts[i];
      if (!sheet.next()) {
        continue;
      }
      sheet.text(record.asset.id);
      sheet.text(name);
      sheet.text(fact.unit == Identity::kNoUnit ? std::string{} : unit_words(fact.unit));
      sheet.text(to_string(fact.field));
      sheet.text(fact.value);
      sheet.number(fact.confidence);
      sheet.text(fact.source);
      sheet.number(fact.count);
      sheet.text(format_time(fact.first));
      sheet.text(format_time(fact.last));
      sheet.text(capture_name(fact.packet, context_));
      sheet.number(static_cast<double>(fact.packet.frame));
      sheet.text(marks[i].chosen ? "yes" : "");
      sheet.text(marks[i].conflict ? "contradicts " + std::string{marks[i].against} : "");
    }
    for (const MergeNote& note : record.merged) {
      merge(record.asset.id, name, note);
    }
  }

  void merge(const std::string& id, const std::string& name, const MergeNote& note) {
    Sheet& sheet = sheets_[kEvidence];
    if (!sheet.next()) {
      return;
    }
    const std::string time = format_time(note.who.empty() ? note.packet.time : note.time);
    for (const std::string_view cell :
         {std::string_view{id}, std::string_view{name}, std::string_view{},
          std::string_view{note.apart ? "not merged" : "merged"}, std::string_view{note.key}}) {
      sheet.text(cell);
    }
    sheet.text("");
    sheet.text(note.who.empty() ? note.reason : note.who + ": " + note.reason);
    sheet.text("");
    sheet.text(time);
    sheet.text(time);
    sheet.text(note.who.empty() ? std::string{capture_name(note.packet, context_)} : "");
    note.who.empty() ? sheet.number(static_cast<double>(note.packet.frame)) : sheet.text("");
  }

  void posture(const AssetRecord& record) {
    const std::string name = shown_name(record);
    for (const ServicePosture& row : service_postures(record.asset)) {
      const std::initializer_list<std::pair<std::string_view, const std::vector<std::string>*>>
          aspects = {{"offers", &row.offered},
                     {"log-in", &row.users_offered},
                     {"used", &row.used},
                     {"logged in", &row.users_used},
                     {"certificate", &row.certificates},
                     {"setting", &row.settings},
                     {"to ask", &row.questions}};
      for (const auto& [aspect, lines] : aspects) {
        if (!lines->empty()) {
          sheets_[kPosture].row({record.asset.id, name, row.service, aspect, joined(*lines, "; ")});
        }
      }
    }
  }

  const ExportContext& context_;
  fs::path path_;
  fs::path part_;
  std::string folder_;  // for temporary files, where there must be room anyway
  lxw_workbook* book_ = nullptr;
  lxw_format* bold_ = nullptr;
  std::optional<Error> refused_;  // why there can be no file
  std::array<Sheet, kSheets> sheets_;
};

Workbook::Workbook(const fs::path& path, const ExportContext& context, Timestamp made)
    : impl_(std::make_unique<Impl>(path, context, made)) {}
Workbook::~Workbook() = default;

void Workbook::write(const AssetRecord& record) { impl_->asset(record); }
void Workbook::write(const FlowRecord& record) { impl_->flow(record); }
void Workbook::write(std::span<const HealthNote> health) { impl_->health(health); }
void Workbook::write(const WeaknessList& weaknesses) { impl_->weaknesses(weaknesses); }
Status Workbook::finish() { return impl_->finish(); }

}  // namespace prahari
