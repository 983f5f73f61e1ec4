// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector nbns_dissector;
constinit const Dissector nbns_dissector{
    .protocol = Protocol::nbns,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
