// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector lldp_dissector;
constinit const Dissector lldp_dissector{
    .protocol = Protocol::lldp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
