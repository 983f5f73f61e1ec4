// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector vrrp_dissector;
constinit const Dissector vrrp_dissector{
    .protocol = Protocol::vrrp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
