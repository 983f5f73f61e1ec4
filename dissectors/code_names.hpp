// Names of codes that are given out all the time, such as vendor ids: read from files under
// dissectors/data, so that they change without a release. Loaded once, before threads start; an
// empty list is no error, a code just has no name then.

#pragma once

#include <cstdint>
#include <string_view>

#include "capture/data_files.hpp"

namespace prahari {

enum class CodeList : std::uint8_t { cip_vendors, cip_device_types };
inline constexpr std::size_t kCodeLists = 2;

// Reads every list. Lines are "id,name"; the id is decimal or 0x and hexadecimal.
Status load_code_names(const DataFiles& files);

// Empty for a code without a name. The text lives as long as the program.
[[nodiscard]] std::string_view code_name(CodeList list, std::uint32_t code) noexcept;

}  // namespace prahari
