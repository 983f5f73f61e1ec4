// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector lacp_dissector;
constinit const Dissector lacp_dissector{
    .protocol = Protocol::lacp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
