// What a handshake tells about the two ends: who they are, and how they are protected.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dissectors/certificate.hpp"
#include "dissectors/dissector.hpp"
#include "dissectors/protocols/tls/hello.hpp"
#include "dissectors/protocols/tls/talk.hpp"

namespace prahari::tls {

// The client's fingerprint, and the name by which it calls the server.
void tell_client_hello(std::string_view ja4, Emitter& out);
// By what name the server was asked for, once it answered: anybody can ask anybody for anything.
void tell_server_name(const Talk& talk, Emitter& out);

// The certificate that the sender shows first, and how many follow it. `certificate`: nothing where
// none can be read. Of a server also its names.
void tell_certificate(const std::optional<Certificate>& certificate, const Thumbprint& thumbprint,
                      std::size_t chain, bool of_server, const Talk& talk, Timestamp now,
                      Emitter& out);

// The session came about: version, cipher, who had to show who he is. `from_server`: who sent the
// record that shows it.
void tell_channel(const Talk& talk, bool from_server, Emitter& out);

// One end refused the handshake, for this reason.
void tell_refusal(std::string_view reason, bool from_server, Emitter& out);

}  // namespace prahari::tls
