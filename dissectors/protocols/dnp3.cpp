// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector dnp3_dissector;
constinit const Dissector dnp3_dissector{
    .protocol = Protocol::dnp3,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
