// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector pn_dcp_dissector;
constinit const Dissector pn_dcp_dissector{
    .protocol = Protocol::pn_dcp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
