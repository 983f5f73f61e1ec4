#include "dissectors/hash.hpp"

#include <exception>
#include <random>

namespace prahari {

std::uint64_t process_seed() noexcept {
  static const std::uint64_t kSeed = []() noexcept -> std::uint64_t {
    try {
      std::random_device device;
      return std::uint64_t{device()} << 32 | device();
    } catch (const std::exception&) {
      return 0x5bd1e995;  // no source of randomness: tables work, only not against an attacker
    }
  }();
  return kSeed;
}

}  // namespace prahari
