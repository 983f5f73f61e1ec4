#include "inventory/csv_reader.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "capture/system_message.hpp"

namespace prahari {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20U;

// A line without its end; longer ones are cut at the limit and one byte. False at the end.
bool next_line(std::istream& in, std::string& line) {
  constexpr auto kEnd = std::istream::traits_type::eof();
  line.clear();
  std::streambuf& buffer = *in.rdbuf();
  auto c = buffer.sbumpc();
  const bool any = c != kEnd;
  for (; c != kEnd && c != '\n' && line.size() <= kLongestLine; c = buffer.sbumpc()) {
    line += static_cast<char>(c);
  }
  return any;
}

}  // namespace

std::vector<std::string> split_csv(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool doubled = quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"';
    if (doubled) {
      cells.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

Status read_csv(const std::filesystem::path& file,
                const std::function<std::string(const std::vector<std::string>&)>& row) {
  std::error_code unknown;
  if (std::filesystem::is_directory(file, unknown)) {
    return Error{file.string() + ": is a folder; name the file in it", Error::Kind::input};
  }
  std::ifstream in{file};
  if (!in) {
    return Error{file.string() + ": cannot be read: " + system_message(errno),
                 Error::Kind::environment};
  }
  std::string line;
  for (int number = 1; next_line(in, line); ++number) {
    if (line.size() > kLongestLine) {
      return Error{file.string() + ":" + std::to_string(number) +
                       ": longer than 1 MiB; expected lines of comma-separated cells",
                   Error::Kind::input};
    }
    if (!line.empty() && line.back() == '\r') {
      line.pop_back();
    }
    if (line.empty() || line.front() == '#') {
      continue;
    }
    if (const std::string wrong = row(split_csv(line)); !wrong.empty()) {
      return Error{file.string() + ":" + std::to_string(number) + ": " + wrong, Error::Kind::input};
    }
  }
  return ok_status();
}

}  // namespace prahari
