#include "dissectors/code_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <string>
#include <vector>

namespace prahari {
namespace {

struct Named {
  std::uint32_t code = 0;
  std::string name;
};

constexpr std::array<std::string_view, kCodeLists> kFiles = {"cip_vendors.csv",
                                                             "cip_device_types.csv"};

std::array<std::vector<Named>, kCodeLists>& lists() noexcept {
  static std::array<std::vector<Named>, kCodeLists> all;
  return all;
}

bool parse_line(std::string_view line, Named& out) {
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos) {
    return false;
  }
  std::string_view digits = line.substr(0, comma);
  const bool hexadecimal = digits.starts_with("0x");
  digits.remove_prefix(hexadecimal ? 2 : 0);
  const auto [end, failed] =
      std::from_chars(digits.begin(), digits.end(), out.code, hexadecimal ? 16 : 10);
  std::string_view name = line.substr(comma + 1);
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  out.name = name;
  return failed == std::errc{} && end == digits.end() && !name.empty();
}

Result<std::vector<Named>> read_list(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::vector<Named> out;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (!line.empty() && line.back() == '\r') {
      line.pop_back();
    }
    if (line.empty() || line.front() == '#' || line == "id,name") {
      continue;
    }
    if (!parse_line(line, out.emplace_back())) {
      return Error{path.string() + ':' + std::to_string(number) + ": expected id,name",
                   Error::Kind::input};
    }
  }
  if (file.bad() || out.empty()) {
    return Error{path.string() + ": cannot read names from it", Error::Kind::environment};
  }
  std::ranges::stable_sort(out, {}, &Named::code);
  return out;
}

}  // namespace

Status load_code_names(const DataFiles& files) {
  for (std::size_t i = 0; i < kCodeLists; ++i) {
    const auto path = files.find("dissectors", kFiles[i]);
    if (!path) {
      return path.error();
    }
    auto read = read_list(*path);
    if (!read) {
      return read.error();
    }
    lists()[i] = std::move(*read);
  }
  return ok_status();
}

std::string_view code_name(CodeList list, std::uint32_t code) noexcept {
  const std::vector<Named>& names = lists()[static_cast<std::size_t>(list)];
  const auto found = std::ranges::lower_bound(names, code, {}, &Named::code);
  return found == names.end() || found->code != code ? std::string_view{} : found->name;
}

}  // namespace prahari
