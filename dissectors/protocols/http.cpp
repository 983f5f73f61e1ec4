// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector http_dissector;
constinit const Dissector http_dissector{
    .protocol = Protocol::http,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
