// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector wireguard_dissector;
constinit const Dissector wireguard_dissector{
    .protocol = Protocol::wireguard,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
