#include "sensor/operator.hpp"

#include <chrono>
#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

namespace prahari {

std::string operator_name() {
  // NOLINTBEGIN(concurrency-mt-unsafe): before any thread
  if (const char* caller = std::getenv("SUDO_USER"); caller != nullptr && *caller != '\0') {
    return caller;
  }
  const passwd* account = ::getpwuid(::getuid());
  // NOLINTEND(concurrency-mt-unsafe)
  return account == nullptr ? "uid " + std::to_string(::getuid()) : std::string{account->pw_name};
}

Timestamp clock_now() {
  return std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
}

}  // namespace prahari
