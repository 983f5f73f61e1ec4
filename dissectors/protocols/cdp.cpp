// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector cdp_dissector;
constinit const Dissector cdp_dissector{
    .protocol = Protocol::cdp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
