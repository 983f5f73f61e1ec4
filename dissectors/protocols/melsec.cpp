// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector melsec_dissector;
constinit const Dissector melsec_dissector{
    .protocol = Protocol::melsec,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
