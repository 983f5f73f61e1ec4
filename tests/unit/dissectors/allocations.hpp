// How often this thread took heap so far. modbus_memory_test.cpp counts for the whole program; with
// the address sanitizer nothing is counted.

#pragma once

#include <cstdint>

namespace prahari::test {

[[nodiscard]] std::uint64_t allocations_so_far() noexcept;

}  // namespace prahari::test
