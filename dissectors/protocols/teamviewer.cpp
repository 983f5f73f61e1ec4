// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector teamviewer_dissector;
constinit const Dissector teamviewer_dissector{
    .protocol = Protocol::teamviewer,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
