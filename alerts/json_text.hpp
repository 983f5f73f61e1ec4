// Texts of a JSON object of nlohmann's, ordered or not.

#pragma once

#include <string>
#include <string_view>

namespace prahari {

// Empty where there is no text of that name.
template <class Json>
[[nodiscard]] std::string text_of(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  const bool is_text = found != object.end() && found->is_string();
  return is_text ? found->template get<std::string>() : std::string{};
}

}  // namespace prahari
