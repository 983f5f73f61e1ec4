// I/O connections as people read them.

#pragma once

#include <string>
#include <string_view>

#include "inventory/io_connection.hpp"

namespace prahari {

// "exclusive owner, class 1, serial 0x0015", "opening not seen, closed".
[[nodiscard]] std::string io_kind_text(const IoConnection& io);
// "id 0x004B0603, 10 ms asked, 10 ms granted, 9.998 ms measured, 2 bytes, 1,204 packets, 3 lost,
// run"; empty where the connection has no such direction.
[[nodiscard]] std::string io_half_text(const IoHalf& half);

}  // namespace prahari
