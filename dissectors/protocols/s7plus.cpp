// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector s7plus_dissector;
constinit const Dissector s7plus_dissector{
    .protocol = Protocol::s7plus,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
