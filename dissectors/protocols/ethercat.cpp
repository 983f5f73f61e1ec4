// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector ethercat_dissector;
constinit const Dissector ethercat_dissector{
    .protocol = Protocol::ethercat,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
