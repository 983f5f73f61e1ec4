// A JSON file that anybody may have written, read without harm: bounded in size, depth and number
// of values, and whatever is wrong becomes one line with the file and the place (RFC 6901).

#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "capture/result.hpp"

namespace prahari {

struct JsonLimits {
  std::size_t bytes = 32U << 20U;
  std::size_t depth = 100;
  std::size_t values = 1'000'000;
};

// All of the file; an error beyond the limit.
Result<std::string> read_bounded(const std::filesystem::path& file, std::size_t most);

// `name` is what the error calls it.
Result<nlohmann::json> parse_bounded(std::string_view text, std::string_view name,
                                     const JsonLimits& limits = {});

// A value and the way to it. Lives no longer than the document and its parent.
class JsonNode {
 public:
  explicit JsonNode(const nlohmann::json& root) noexcept : value_(&root) {}

  [[nodiscard]] const nlohmann::json& value() const noexcept { return *value_; }
  // "/document/tracking/id"; "" is the whole.
  [[nodiscard]] std::string pointer() const;

  // Null where there is no such member, or this is no object.
  [[nodiscard]] const nlohmann::json* find(const char* key) const;
  [[nodiscard]] JsonNode member(const char* key, const nlohmann::json& value) const noexcept {
    return JsonNode{&value, this, key, 0};
  }
  [[nodiscard]] JsonNode element(std::size_t index, const nlohmann::json& value) const noexcept {
    return JsonNode{&value, this, nullptr, index};
  }

 private:
  JsonNode(const nlohmann::json* value, const JsonNode* parent, const char* key,
           std::size_t index) noexcept
      : value_(value), parent_(parent), key_(key), index_(index) {}

  const nlohmann::json* value_;
  const JsonNode* parent_ = nullptr;
  const char* key_ = nullptr;
  std::size_t index_ = 0;
};

// "an object", "a text"
[[nodiscard]] std::string_view kind_of(const nlohmann::json& value) noexcept;

}  // namespace prahari
