#include "inventory/csv_writer.hpp"

#include "dissectors/printable.hpp"

namespace prahari {
namespace {

constexpr std::string_view kFormulaStarts = "=+-@\t\r";
constexpr std::string_view kNeedQuotes = ",\"\r\n";

// Whether a terminal would obey it.
bool steers(char c) noexcept { return is_control(c) && c != '\t' && c != '\r' && c != '\n'; }

}  // namespace

CsvWriter& CsvWriter::cell(std::string_view text) {
  if (!first_) {
    line_ += ',';
  }
  first_ = false;
  const bool formula = !text.empty() && kFormulaStarts.find(text.front()) != std::string_view::npos;
  const bool quoted = text.find_first_of(kNeedQuotes) != std::string_view::npos;
  if (quoted) {
    line_ += '"';
  }
  if (formula) {
    line_ += '\'';
  }
  for (const char c : text) {
    if (c == '"') {
      line_ += '"';
    }
    line_ += steers(c) ? '?' : c;
  }
  if (quoted) {
    line_ += '"';
  }
  return *this;
}

CsvWriter& CsvWriter::number(std::uint64_t value) { return cell(std::to_string(value)); }

void CsvWriter::end_row() {
  line_ += '\n';
  out_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
  line_.clear();
  first_ = true;
}

}  // namespace prahari
