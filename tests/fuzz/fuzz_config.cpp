// Any bytes as the file of --config: its options are taken, or it is refused with one line that
// names the file.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "sensor/config.hpp"
#include "tests/support/memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const prahari::test::MemoryFile file{data, size};
  for (const prahari::CommandSpec* command : prahari::all_commands()) {
    prahari::Arguments arguments;
    arguments.set("config", {file.path()});
    const prahari::Status read = prahari::apply_config(*command, arguments);
    if (!read && read.error().message.find(file.path()) == std::string::npos) {
      std::abort();
    }
  }
  return 0;
}
