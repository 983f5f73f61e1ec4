// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector knx_dissector;
constinit const Dissector knx_dissector{
    .protocol = Protocol::knx,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
