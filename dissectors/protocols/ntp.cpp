// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector ntp_dissector;
constinit const Dissector ntp_dissector{
    .protocol = Protocol::ntp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
