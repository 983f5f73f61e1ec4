// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector rdp_dissector;
constinit const Dissector rdp_dissector{
    .protocol = Protocol::rdp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
