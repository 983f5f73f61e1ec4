// TLS and DTLS: what a handshake shows before it is encrypted. CIP Security, Modbus/TCP Security,
// OPC UA over HTTPS and WebSockets, and whatever else on any port.
//
// RFC 5246, RFC 8446 (TLS 1.2, 1.3), RFC 6347, RFC 9147 (DTLS); CIP Networks Library volume 8 (CIP
// Security); OPC 10000-6 section 7.4 (HTTPS), 7.5 (WebSockets).

#include "dissectors/protocols/tls/problems.hpp"
#include "dissectors/protocols/tls/record.hpp"
#include "dissectors/protocols/tls/say.hpp"
#include "dissectors/protocols/tls/session.hpp"

namespace prahari {
namespace tls {
namespace {

constexpr std::array kBindings = {
    Binding{Binding::Layer::tcp_port, 443}, Binding{Binding::Layer::tcp_port, 802},
    Binding{Binding::Layer::tcp_port, 2221}, Binding{Binding::Layer::tcp_port, 4843},
    Binding{Binding::Layer::udp_port, 2221}};

}  // namespace
}  // namespace tls

extern constinit const Dissector tls_dissector;
constinit const Dissector tls_dissector{
    .protocol = Protocol::tls,
    .bindings = tls::kBindings,
    .fields = tls::kFieldNames,
    .problems = tls::kProblems,
    .foreign_problem = static_cast<std::uint8_t>(tls::Wrong::non_tls_on_port),
    .on_any_port = true,
    .probe = tls::probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<tls::TlsSession>(variant);
    },
    .share = []() -> std::unique_ptr<Shared> { return std::make_unique<tls::HandshakeBudget>(); },
    .opaque = true,
};

}  // namespace prahari
