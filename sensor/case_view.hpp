// Cases as `prahari alerts` shows them.

#pragma once

#include <string>

#include "sensor/state.hpp"

namespace prahari {

// One line a case, as --format says; of `severity` only, unless that is empty.
Status list_cases(State& state, std::string_view format, const std::string& severity);

// The case in words, or as JSON; empty where no case has that id.
Result<std::string> show_case(State& state, const std::string& id, bool json);

}  // namespace prahari
