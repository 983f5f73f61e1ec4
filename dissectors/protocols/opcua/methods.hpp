// What calling a method means, as far as its name tells.

#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/message.hpp"

namespace prahari::opcua {

// The name of a method of namespace 0; empty for a number that is none.
[[nodiscard]] std::string_view method_name(std::uint32_t id) noexcept;

struct MethodMeaning {
  std::string_view method;
  std::string_view name;  // for a message: "Call Write (file)"
  Operation operation = Operation::control;
  Effect effect = Effect::none;
};

// By the method's own name, as namespace 0 or a browsed tree gives it; null for any other.
[[nodiscard]] const MethodMeaning* meaning_of_method(std::string_view method) noexcept;

}  // namespace prahari::opcua
