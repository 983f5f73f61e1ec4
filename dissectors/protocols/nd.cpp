// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector nd_dissector;
constinit const Dissector nd_dissector{
    .protocol = Protocol::nd,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
