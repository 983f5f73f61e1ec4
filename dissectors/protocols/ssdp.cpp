// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector ssdp_dissector;
constinit const Dissector ssdp_dissector{
    .protocol = Protocol::ssdp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
