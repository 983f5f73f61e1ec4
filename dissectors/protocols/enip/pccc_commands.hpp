// The commands of PCCC and the files they go to: what each is called and what it does to a plant.
// DF1 Protocol and Command Set, 1770-6.5.16.

#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/message.hpp"

namespace prahari::enip {

struct PcccCommand {
  std::uint8_t cmd = 0;
  int fnc = -1;  // -1: has none
  std::string_view name;
  Operation operation{};
  Effect effect = Effect::none;
};

// Files of SLC and MicroLogix, with what writing to them comes to.
struct PcccFile {
  std::uint8_t type = 0;
  std::string_view letter;  // "N" of N7:0
  std::string_view name;
  Operation operation = Operation::write;
  Effect effect = Effect::none;
};

// Null for what no specification names. `fnc`: -1 where there is none.
[[nodiscard]] const PcccCommand* find_pccc_command(std::uint8_t cmd, int fnc) noexcept;
[[nodiscard]] const PcccFile* find_pccc_file(std::uint8_t type) noexcept;

}  // namespace prahari::enip
