// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector mdns_dissector;
constinit const Dissector mdns_dissector{
    .protocol = Protocol::mdns,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
