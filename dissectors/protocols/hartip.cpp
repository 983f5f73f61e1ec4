// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector hartip_dissector;
constinit const Dissector hartip_dissector{
    .protocol = Protocol::hartip,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
