// OPC UA over TCP (opc.tcp): UA Connection Protocol, UA Secure Conversation, UA Binary.
//
// OPC 10000-4 (services), OPC 10000-6 (mappings) 1.05; HTTPS and WebSockets are TLS to whoever only
// listens.

#include "dissectors/protocols/opcua/framing.hpp"
#include "dissectors/protocols/opcua/problems.hpp"
#include "dissectors/protocols/opcua/say.hpp"
#include "dissectors/protocols/opcua/session.hpp"

namespace prahari {
namespace opcua {
namespace {

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 4840}};

}  // namespace
}  // namespace opcua

extern constinit const Dissector opcua_dissector;
constinit const Dissector opcua_dissector{
    .protocol = Protocol::opcua,
    .bindings = opcua::kBindings,
    .fields = opcua::kFieldNames,
    .problems = opcua::kProblems,
    .foreign_problem = static_cast<std::uint8_t>(opcua::Wrong::non_opcua_on_port),
    .on_any_port = true,
    .probe = opcua::probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<opcua::OpcuaSession>();
    },
    .share = []() -> std::unique_ptr<Shared> { return std::make_unique<opcua::Budget>(); },
};

}  // namespace prahari
