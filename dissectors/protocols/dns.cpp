// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector dns_dissector;
constinit const Dissector dns_dissector{
    .protocol = Protocol::dns,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
