// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector ipsec_dissector;
constinit const Dissector ipsec_dissector{
    .protocol = Protocol::ipsec,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
