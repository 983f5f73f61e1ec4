// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector wsd_dissector;
constinit const Dissector wsd_dissector{
    .protocol = Protocol::wsd,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
