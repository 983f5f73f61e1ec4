// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector fox_dissector;
constinit const Dissector fox_dissector{
    .protocol = Protocol::fox,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
