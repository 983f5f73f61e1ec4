// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector ftp_dissector;
constinit const Dissector ftp_dissector{
    .protocol = Protocol::ftp,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
