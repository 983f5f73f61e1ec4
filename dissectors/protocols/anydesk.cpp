// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector anydesk_dissector;
constinit const Dissector anydesk_dissector{
    .protocol = Protocol::anydesk,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
