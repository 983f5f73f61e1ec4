// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector openvpn_dissector;
constinit const Dissector openvpn_dissector{
    .protocol = Protocol::openvpn,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
