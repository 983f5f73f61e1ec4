// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector iec104_dissector;
constinit const Dissector iec104_dissector{
    .protocol = Protocol::iec104,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
