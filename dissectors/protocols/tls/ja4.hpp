// JA4, the fingerprint of a TLS client: what its library offers, whatever the order.
//
// FoxIO, "JA4: TLS Client Fingerprinting" (technical_details/JA4.md); the BSD-licensed part of
// JA4+.

#pragma once

#include <string>

#include "dissectors/protocols/tls/hello.hpp"

namespace prahari::tls {

// "t13d1516h2_8daaf6152771_e5627efa2ab1"; empty for a hello with more ciphers or extensions than
// any client has (256). Uses no heap but for the text, so once a handshake.
[[nodiscard]] std::string ja4(const ClientHello& hello, bool datagram);

// First and last character of a protocol's name as JA4 has them: "h2", "h1"; of a name that begins
// or ends with anything but letters and digits those of its hexadecimal digits; "00" for none.
[[nodiscard]] std::string ja4_alpn(std::string_view first);

}  // namespace prahari::tls
