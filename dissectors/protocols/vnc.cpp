// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector vnc_dissector;
constinit const Dissector vnc_dissector{
    .protocol = Protocol::vnc,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
