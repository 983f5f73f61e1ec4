// What stands behind the '@' of an `allow` entry: "unit=1,holding=100-119", "tag=Line1.*",
// "ns=2;s=Reset", "tag='odd,name'", "device".
//
// A value in quotes, ' or ", is taken as it is: with commas, and without meaning for * and [].

#pragma once

#include <string>
#include <string_view>

#include "rules/site.hpp"

namespace prahari {

// Reads the list into the limits of the entry, whose protocol is set; what is wrong, or empty.
[[nodiscard]] std::string add_targets(Allow& allow, std::string_view list);

// How a named target is written: "tag=Line1.Speed", "ns=2;s=Reset", "tag='odd,name'".
[[nodiscard]] std::string text_target(std::string_view table, std::string_view text);

}  // namespace prahari
