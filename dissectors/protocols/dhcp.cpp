// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector dhcp_dissector;
constinit const Dissector dhcp_dissector{
    .protocol = Protocol::dhcp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
