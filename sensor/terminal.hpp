// How the program speaks to a person: errors, colours, tables, the progress bar.

#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/result.hpp"
#include "capture/source.hpp"
#include "sensor/command.hpp"

namespace prahari {

// Reads --quiet, --verbose and --no-color (and NO_COLOR) once, before a command runs.
void setup_terminal(const Arguments& arguments);

[[nodiscard]] bool quiet() noexcept;
[[nodiscard]] bool verbose() noexcept;
[[nodiscard]] bool colours() noexcept;  // standard output is a terminal and colours are wanted

// "prahari: MESSAGE" on standard error; the exit status that fits.
Exit report(const Error& error);
void warn(std::string_view message);
// The same, only with --verbose: which files were read, which limits were met.
void note(std::string_view message);

// Of each input what note() has to say of it, and as a warning where it was not read to its end.
void tell_inputs(std::span<const Input> inputs);

// Rows under a head, printed as --format says.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : head_(std::move(head)) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

  // "table", "json", "jsonl" or "csv". Error when standard output cannot take it.
  [[nodiscard]] Status print(std::string_view format) const;

 private:
  [[nodiscard]] std::string as_table() const;
  [[nodiscard]] std::string as_csv() const;
  [[nodiscard]] std::string as_json(bool lines) const;

  std::vector<std::string> head_;
  std::vector<std::vector<std::string>> rows_;
};

// Writes all of it to standard output, or says why not (a full disk, a closed pipe).
Status write_out(std::string_view text);

// One line on a terminal that is redrawn a few times a second; nothing in a pipe or with --quiet.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `share` of the input done, negative if unknown.
  void show(double share, std::uint64_t packets, std::uint64_t alerts);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool on_;
  bool shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace prahari
