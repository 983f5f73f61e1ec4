// The files of one run: NAME.log for each log that has a line, with Zeek's head and foot.
//
// A file appears with its first line. What goes wrong is kept until finish().

#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "capture/packet.hpp"
#include "capture/result.hpp"
#include "sensor/zeek/column.hpp"

namespace prahari::zeek {

class LogFolder {
 public:
  // Makes the folder. One that holds nothing but logs is emptied of them; any other that is not
  // empty is refused.
  static Result<LogFolder> create(const std::filesystem::path& path);

  template <class Line>
  void write(std::string_view log, std::span<const Column<Line>> columns, const Line& line) {
    File* file = find(log);
    if (file == nullptr) {
      std::string names;
      std::string types;
      for (const Column<Line>& column : columns) {
        (names += '\t') += column.name;
        (types += '\t') += column.type;
      }
      file = &open(log, names, types, line.where.time);
    }
    std::string& text = file->buffer;
    for (const Column<Line>& column : columns) {
      Cell cell{text};
      column.put(cell, line);
      text += '\t';
    }
    text.back() = '\n';
    written(*file, line.where.time);
  }

  // A line that is made already; `names` and `types` each with a tab in front.
  template <class Names>
  void write_text(std::string_view log, Names&& names_and_types, Timestamp time,
                  std::string_view text) {
    File* file = find(log);
    if (file == nullptr) {
      const auto [names, types] = names_and_types();
      file = &open(log, names, types, time);
    }
    (file->buffer += text) += '\n';
    written(*file, time);
  }

  // Ends every file. The first error there was, naming the file.
  Status finish();

  [[nodiscard]] std::size_t files() const noexcept { return files_.size(); }

 private:
  struct File {
    std::ofstream out;
    std::string buffer;
    Timestamp last;
  };

  explicit LogFolder(std::filesystem::path path) : path_(std::move(path)) {}

  File* find(std::string_view log);
  File& open(std::string_view log, std::string_view names, std::string_view types, Timestamp time);
  void written(File& file, Timestamp time);

  std::filesystem::path path_;
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace prahari::zeek
