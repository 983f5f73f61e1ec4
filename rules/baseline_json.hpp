// The baseline as a file: readable JSON, sorted, one entry a line, so that it diffs well
// (schema "prahari.baseline/1"). The same data give the same bytes.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "capture/result.hpp"
#include "rules/baseline.hpp"

namespace prahari {

inline constexpr std::string_view kBaselineSchema = "prahari.baseline/1";

struct BaselineLimits {
  std::size_t bytes = std::size_t{64} << 20U;
  std::size_t depth = 8;
  std::size_t entries = 2'000'000;  // of all lists of all zones
  std::size_t text = 4096;          // bytes of one string
};

[[nodiscard]] std::string baseline_json(BaselineData data);

// One entry as its line stands in the file.
[[nodiscard]] std::string entry_json(const BaselineHost& host);
[[nodiscard]] std::string entry_json(const BaselineTalker& talker);
[[nodiscard]] std::string entry_json(const BaselineOperation& operation);
[[nodiscard]] std::string entry_json(const BaselineTarget& target);
[[nodiscard]] std::string entry_json(const BaselinePoll& poll);

// The file may come from anybody. `name` is said in the error: "base.json:/zones/0/hosts/3/ip:
// expected an address, found \"10.0.0\"; ...".
Result<BaselineData> parse_baseline(std::string_view json, const std::string& name,
                                    const BaselineLimits& limits = {});
Result<BaselineData> load_baseline(const std::filesystem::path& file,
                                   const BaselineLimits& limits = {});

}  // namespace prahari
