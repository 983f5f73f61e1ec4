// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector sv_dissector;
constinit const Dissector sv_dissector{
    .protocol = Protocol::sv,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
