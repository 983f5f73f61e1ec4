// Names of vendors and products made comparable: devices and advisories write the same thing in
// different ways.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inventory/vendor_aliases.hpp"

namespace prahari {

// The usual name in lower case, without blanks, punctuation and legal forms: "rockwellautomation".
[[nodiscard]] std::string vendor_key(std::string_view vendor, const VendorAliases& aliases);

// Letters and digits only, in lower case: "6es73152eh140ab0".
[[nodiscard]] std::string squeezed(std::string_view text);

// Lower-case words, each once, sorted; without those that say nothing ("series", "controller").
// Letters and digits stay together: "1756-L71/B" is 1756, b, l71.
[[nodiscard]] std::vector<std::string> name_words(std::string_view text);

// Texts within the name that look like an order number: in brackets, or all there is. They may hold
// wildcards: "CPU 315 (6ES7 315-2EH14-0AB0)", "M580 (BMEP*)".
[[nodiscard]] std::vector<std::string> bracketed_models(std::string_view name);
// The name without what stands in brackets.
[[nodiscard]] std::string without_brackets(std::string_view name);

// The order number in what a device writes, without the letter of its series: "1756-L71" of
// "1756-L71/B LOGIX5571".
[[nodiscard]] std::string without_series(std::string_view model);

// Whether a model number fits a pattern of CSAF: ? is one character, * any number of them, both may
// be escaped by a backslash. Both squeezed but for the wildcards; case makes no difference.
[[nodiscard]] bool fits_pattern(std::string_view pattern, std::string_view model);
[[nodiscard]] bool has_wildcard(std::string_view pattern) noexcept;

}  // namespace prahari
