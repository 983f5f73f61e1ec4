// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector bacnet_dissector;
constinit const Dissector bacnet_dissector{
    .protocol = Protocol::bacnet,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
