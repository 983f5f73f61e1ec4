// TCP, UDP and ICMP; hands tunnels on.

#pragma once

#include "dissectors/descent.hpp"

namespace prahari {

Step read_ip_protocol(Descent& d, std::uint8_t protocol) noexcept;

}  // namespace prahari
