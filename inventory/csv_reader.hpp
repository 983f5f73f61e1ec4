// Reads the CSV files under data/: small tables that people edit. RFC 4180 quoting, "#" comments.

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/result.hpp"

namespace prahari {

// Cells of one line. A quoted cell may hold commas and doubled quotes, no line breaks.
[[nodiscard]] std::vector<std::string> split_csv(std::string_view line);

// Calls row(cells) for each line that is neither empty nor a comment; what it returns, unless
// empty, is what is wrong with the line and becomes the error: "oui.csv:12: ...".
Status read_csv(const std::filesystem::path& file,
                const std::function<std::string(const std::vector<std::string>&)>& row);

}  // namespace prahari
