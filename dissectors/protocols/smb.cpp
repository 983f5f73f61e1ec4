// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector smb_dissector;
constinit const Dissector smb_dissector{
    .protocol = Protocol::smb,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
