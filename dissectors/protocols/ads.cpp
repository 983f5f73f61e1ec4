// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector ads_dissector;
constinit const Dissector ads_dissector{
    .protocol = Protocol::ads,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
