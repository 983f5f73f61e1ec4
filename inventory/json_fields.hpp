// Takes fields out of a JSON document. The first thing that is not as expected is kept as the
// error, with its place; what is asked for after that is empty.

#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "inventory/json_file.hpp"

namespace prahari {

class JsonFields {
 public:
  // `file` is what errors begin with; it must outlive this.
  explicit JsonFields(std::string_view file) noexcept : file_(file) {}

  [[nodiscard]] bool ok() const noexcept { return !error_; }
  [[nodiscard]] const Error& error() const noexcept { return *error_; }
  void fail(const JsonNode& at, std::string_view words);

  // Empty where there is none. Controls become blanks; cut to so many bytes.
  std::string text(const JsonNode& in, const char* key, std::size_t most = kName);
  std::string required_text(const JsonNode& in, const char* key, std::size_t most = kName);
  // Texts of a list.
  std::vector<std::string> texts(const JsonNode& in, const char* key, std::size_t most);
  std::optional<double> number(const JsonNode& in, const char* key);

  // The member, if there is one of this kind; another kind is an error.
  template <std::invocable<const JsonNode&> Visit>
  void object(const JsonNode& in, const char* key, Visit visit) {
    const nlohmann::json* found = ok() ? in.find(key) : nullptr;
    if (found == nullptr) {
      return;
    }
    const JsonNode node = in.member(key, *found);
    if (!found->is_object()) {
      return fail(node, "expected an object");
    }
    visit(node);
  }

  // Each element of the list, if there is one. No more than `most`: more is an error.
  template <std::invocable<const JsonNode&> Visit>
  void each(const JsonNode& in, const char* key, std::size_t most, Visit visit) {
    const nlohmann::json* found = ok() ? in.find(key) : nullptr;
    if (found == nullptr) {
      return;
    }
    const JsonNode list = in.member(key, *found);
    if (!found->is_array()) {
      return fail(list, "expected a list");
    }
    if (found->size() > most) {
      return fail(list, "has more than " + std::to_string(most) + " elements; refused");
    }
    for (std::size_t i = 0; i < found->size() && ok(); ++i) {
      visit(list.element(i, (*found)[i]));
    }
  }

  // Such as each() visits. False: it was none, which is the error now.
  bool must_be_object(const JsonNode& node);

  static constexpr std::size_t kName = 512;
  static constexpr std::size_t kProse = 4096;

 private:
  std::string plain(const JsonNode& node, std::size_t most);

  std::string_view file_;
  std::optional<Error> error_;
};

}  // namespace prahari
