// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector ssh_dissector;
constinit const Dissector ssh_dissector{
    .protocol = Protocol::ssh,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
