// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector snmp_dissector;
constinit const Dissector snmp_dissector{
    .protocol = Protocol::snmp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
