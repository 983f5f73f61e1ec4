// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector mms_dissector;
constinit const Dissector mms_dissector{
    .protocol = Protocol::mms,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
