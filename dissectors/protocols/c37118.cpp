// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector c37118_dissector;
constinit const Dissector c37118_dissector{
    .protocol = Protocol::c37118,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
