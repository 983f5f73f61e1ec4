// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector dhcpv6_dissector;
constinit const Dissector dhcpv6_dissector{
    .protocol = Protocol::dhcpv6,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
