// The man page and the shell completion, made from the command table.

#pragma once

#include <string>

namespace prahari {

[[nodiscard]] std::string man_page();         // roff, section 1
[[nodiscard]] std::string bash_completion();  // for /usr/share/bash-completion/completions

}  // namespace prahari
