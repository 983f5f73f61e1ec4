#include "sensor/terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "alerts/text.hpp"
#include "capture/system_message.hpp"
#include "dissectors/fields.hpp"
#include "inventory/csv_writer.hpp"

namespace prahari {
namespace {

struct Settings {
  bool quiet = false;
  bool verbose = false;
  bool colours = false;
};

Settings& settings() noexcept {
  static Settings instance;
  return instance;
}

constexpr std::size_t kWhole = std::string_view::npos;  // however long it is

bool in_environment(const char* name) noexcept {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, before threads start; nobody here sets any
  return std::getenv(name) != nullptr;
}

// Columns a text takes: code points, which is right for the scripts that names here are in.
std::size_t width_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

}  // namespace

void setup_terminal(const Arguments& arguments) {
  settings() = {
      .quiet = arguments.has("quiet"),
      .verbose = arguments.has("verbose"),
      .colours =
          !arguments.has("no-color") && !in_environment("NO_COLOR") && isatty(STDOUT_FILENO) == 1,
  };
}

bool quiet() noexcept { return settings().quiet; }
bool verbose() noexcept { return settings().verbose; }
bool colours() noexcept { return settings().colours; }

Exit report(const Error& error) {
  warn(error.message);
  return static_cast<Exit>(error.kind);
}

void warn(std::string_view message) {
  std::fprintf(stderr, "prahari: %s\n", terminal_text(message, kWhole).c_str());
}

void note(std::string_view message) {
  if (verbose() && !quiet()) {
    warn(message);
  }
}

void tell_inputs(std::span<const Input> inputs) {
  for (const Input& input : inputs) {
    note(input.name + ": " + input.format + ", " + plural(input.packets, "packet") +
         (input.size > 0 ? ", " + bytes_text(input.size) : "") +
         (input.sha256.empty() ? "" : ", sha256 " + input.sha256));
    if (!input.note.empty()) {
      warn(input.name + ": " + input.note);
    }
  }
}

Status write_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return Error{"standard output: " + system_message(errno), Error::Kind::environment};
  }
  return ok_status();
}

Status Table::print(std::string_view format) const {
  if (format == "csv") {
    return write_out(as_csv());
  }
  if (format == "json" || format == "jsonl") {
    return write_out(as_json(format == "jsonl"));
  }
  return write_out(as_table());
}

std::string Table::as_table() const {
  std::vector<std::vector<std::string>> cells{head_};
  for (const auto& row : rows_) {
    auto& line = cells.emplace_back();
    std::ranges::transform(row, std::back_inserter(line),
                           [](const auto& cell) { return terminal_text(cell, kWhole); });
  }
  std::vector<std::size_t> widths(head_.size(), 0);
  for (const auto& row : cells) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  std::string out;
  for (const auto& row : cells) {
    const bool head = &row == cells.data();
    out += head && colours() ? "\033[1m" : "";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) {
        out.append(widths[i] - width_of(row[i]) + 2, ' ');
      }
    }
    out += head && colours() ? "\033[0m\n" : "\n";
  }
  return out;
}

std::string Table::as_csv() const {
  std::ostringstream out;
  CsvWriter csv{out};
  const auto line = [&csv](const std::vector<std::string>& row) {
    for (const std::string& cell : row) {
      csv.cell(cell);
    }
    csv.end_row();
  };
  line(head_);
  std::ranges::for_each(rows_, line);
  return out.str();
}

std::string Table::as_json(bool lines) const {
  std::string out = lines ? "" : "[\n";
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    out += '{';
    for (std::size_t i = 0; i < rows_[r].size(); ++i) {
      out += i > 0 ? "," : "";
      append_json_string(out, head_[i]);
      out += ':';
      append_json_string(out, rows_[r][i]);
    }
    out += lines || r + 1 == rows_.size() ? "}\n" : "},\n";
  }
  return lines ? out : out + "]\n";
}

Progress::Progress()
    : on_(isatty(STDERR_FILENO) == 1 && !quiet()), start_(Clock::now()), last_(start_) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (shown_) {
    std::fputs("\r\033[K", stderr);
    shown_ = false;
  }
}

void Progress::show(double share, std::uint64_t packets, std::uint64_t alerts) {
  using namespace std::chrono_literals;
  const auto now = Clock::now();
  if (!on_ || now - last_ < 200ms) {
    return;
  }
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  std::string line = "\r\033[K";
  if (share >= 0) {
    constexpr int kCells = 24;
    const int full = static_cast<int>(std::min(share, 1.0) * kCells);
    line += '[' + std::string(static_cast<std::size_t>(full), '#') +
            std::string(static_cast<std::size_t>(kCells - full), '.') + "] " +
            std::to_string(static_cast<int>(share * 100)) + " %  ";
  }
  line += with_commas(packets) + " packets  " +
          with_commas(static_cast<std::uint64_t>(static_cast<double>(packets) / seconds)) + "/s  " +
          with_commas(alerts) + (alerts == 1 ? " alert" : " alerts");
  if (share > 0.01) {
    line += "  " + std::to_string(static_cast<int>(seconds / share - seconds)) + " s left";
  }
  std::fputs(line.c_str(), stderr);
  shown_ = true;
}

}  // namespace prahari
