// One `allow` entry of a conduit: PROTOCOL:CLASS[@targets], such as
// "modbus:write@unit=1,holding=100-119", "cip:write@tag=Line1.*", "opcua:call@ns=2;s=Reset",
// "enip:*", "tcp/443", "icmp", "any".

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "rules/site.hpp"

namespace prahari {

// The entry, or what is wrong with it and what to write instead.
[[nodiscard]] std::variant<Allow, std::string> parse_allow(std::string_view text);

// "read", ...; empty for a word that is no operation class.
[[nodiscard]] std::optional<Operation> parse_operation(std::string_view text) noexcept;

// "expected discover, read, ..., found \"raed\"; did you mean \"read\"?"
[[nodiscard]] std::string no_operation(std::string_view text);

}  // namespace prahari
