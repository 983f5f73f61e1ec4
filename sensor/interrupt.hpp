// Ctrl-C and a polite kill: the run ends with what was found so far.

#pragma once

namespace prahari {

// From now on SIGINT and SIGTERM only set a mark; a second one ends the program at once.
void catch_interrupts() noexcept;

[[nodiscard]] bool interrupted() noexcept;

}  // namespace prahari
