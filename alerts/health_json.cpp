#include "alerts/health_json.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> kLevels = {"good", "note", "bad"};

}  // namespace

std::string health_json(std::span<const HealthNote> notes) {
  Json out = Json::array();
  for (const HealthNote& note : notes) {
    out.push_back({{"level", kLevels[static_cast<std::size_t>(note.level)]},
                   {"what", note.what},
                   {"hint", note.hint}});
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<HealthNote> read_health(std::string_view text) {
  std::vector<HealthNote> out;
  const Json list = Json::parse(text, nullptr, false);
  for (const Json& entry : list.is_array() ? list : Json::array()) {
    const auto word = [&](const char* name) {
      return entry.is_object() && entry.contains(name) && entry[name].is_string()
                 ? entry[name].get<std::string>()
                 : std::string{};
    };
    const auto* const level = std::ranges::find(kLevels, word("level"));
    if (level != kLevels.end()) {
      out.push_back(
          {static_cast<HealthNote::Level>(level - kLevels.begin()), word("what"), word("hint")});
    }
  }
  return out;
}

}  // namespace prahari
