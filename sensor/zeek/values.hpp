// The fields of one record, by name: what the columns of a log are filled from.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dissectors/fields.hpp"
#include "dissectors/message.hpp"

namespace prahari::zeek {

// Undoes the escapes of a JSON string, quotes included. Anything else comes back as it is.
[[nodiscard]] std::string unquote(std::string_view json);

// The members of a flat JSON object, or the items of a flat list (then without names), as JSON.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> members(std::string_view json);

class Values {
 public:
  Values(Protocol protocol, const Fields& fields) noexcept : protocol_(protocol), fields_(fields) {}

  // "null" for a field that is not set or that the protocol does not have.
  [[nodiscard]] std::string_view json(std::string_view name) const noexcept;

  // Of a field without a name, by its number: an item of its list, hex, as the bytes it stands for.
  void bytes(std::size_t field, std::size_t item, std::vector<std::byte>& out) const;

  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const noexcept;
  [[nodiscard]] std::string text(std::string_view name) const;  // empty when not set
  [[nodiscard]] std::string list(std::string_view name) const;  // JSON; empty when not set
  [[nodiscard]] bool has(std::string_view name) const noexcept { return json(name) != "null"; }
  [[nodiscard]] bool is_true(std::string_view name) const noexcept { return json(name) == "true"; }

 private:
  Protocol protocol_;
  const Fields& fields_;
};

[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view json) noexcept;

}  // namespace prahari::zeek
