// STUB
#include "dissectors/dissector.hpp"

namespace prahari {

extern constinit const Dissector goose_dissector;
constinit const Dissector goose_dissector{
    .protocol = Protocol::goose,
    .bindings = {},
    .fields = {},
    .problems = {},
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = nullptr,
    .open = nullptr,
};

}  // namespace prahari
