// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector fins_dissector;
constinit const Dissector fins_dissector{
    .protocol = Protocol::fins,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
