// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector hsrp_dissector;
constinit const Dissector hsrp_dissector{
    .protocol = Protocol::hsrp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
