#include "sensor/interrupt.hpp"

#include <csignal>

namespace prahari {
namespace {

volatile std::sig_atomic_t signalled = 0;

extern "C" void on_signal(int number) {
  signalled = 1;
  std::signal(number, SIG_DFL);
}

}  // namespace

void catch_interrupts() noexcept {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

bool interrupted() noexcept { return signalled != 0; }

}  // namespace prahari
