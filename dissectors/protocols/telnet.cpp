// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector telnet_dissector;
constinit const Dissector telnet_dissector{
    .protocol = Protocol::telnet,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
