// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector mqtt_dissector;
constinit const Dissector mqtt_dissector{
    .protocol = Protocol::mqtt,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
