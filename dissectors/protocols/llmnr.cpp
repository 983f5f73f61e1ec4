// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector llmnr_dissector;
constinit const Dissector llmnr_dissector{
    .protocol = Protocol::llmnr,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
