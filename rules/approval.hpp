// How a baseline comes into force in a plant: the section [approval] of its site file, and the form
// in which a state folder remembers it for the commands that see no site file.

#pragma once

#include <string>
#include <string_view>

#include "rules/document.hpp"
#include "rules/mistakes.hpp"
#include "rules/site.hpp"

namespace prahari {

void read_approval(const Node& root, Approval& approval, Mistakes& mistakes);

// "four_eyes", "one_is_enough signed_imports KEY KEY". What is no such word says nothing.
[[nodiscard]] std::string to_string(const Approval& approval);
[[nodiscard]] Approval approval_of(std::string_view text);

}  // namespace prahari
