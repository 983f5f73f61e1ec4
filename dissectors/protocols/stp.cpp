// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector stp_dissector;
constinit const Dissector stp_dissector{
    .protocol = Protocol::stp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
