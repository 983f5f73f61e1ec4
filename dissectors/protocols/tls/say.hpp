// How a message of TLS becomes a record.

#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/certificate.hpp"
#include "dissectors/dissector.hpp"
#include "dissectors/protocols/tls/handshake_buffer.hpp"
#include "dissectors/protocols/tls/hello.hpp"
#include "dissectors/protocols/tls/record.hpp"

namespace prahari::tls {

enum class Field : std::uint8_t {  // order of kFieldNames
  content,
  record_version,
  handshake_type,
  length,
  message_seq,
  version,
  versions,
  cipher,
  ciphers,
  server_name,
  alpn,
  group,
  groups,
  signatures,
  extensions,
  ja4,
  certificates,
  cert_sha1,
  certificate_types,
  alert_level,
  alert,
  records,
  bytes
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Field::bytes) + 1>
    kFieldNames = {"content",
                   "record_version",
                   "handshake_type",
                   "length",
                   "message_seq",
                   "version",
                   "versions",
                   "cipher",
                   "ciphers",
                   "server_name",
                   "alpn",
                   "group",
                   "groups",
                   "signature_algorithms",
                   "extensions",
                   "ja4",
                   "certificates",
                   "cert_sha1",
                   "certificate_types",
                   "alert_level",
                   "alert",
                   "records",
                   "bytes"};
static_assert(kFieldNames.size() <= Fields::kMax);

constexpr std::size_t at(Field field) noexcept { return static_cast<std::size_t>(field); }

// One message, before its own fields.
struct Spoken {
  std::string_view name;  // a literal
  Direction direction = Direction::unknown;
  Content content{};
  std::uint16_t record_version = 0;
  std::uint8_t type = 0;  // of handshake, or the alert
  std::size_t length = 0;
  bool failure = false;
  std::uint32_t problems = 0;
  const PacketRef* packet = nullptr;  // if that is not the packet at hand
};

void say_common(const Spoken& spoken, Fields& fields);
void say_client_hello(const ClientHello& hello, std::string_view ja4, Fields& fields);
void say_server_hello(const ServerHello& hello, Fields& fields);
// The certificates of a Certificate message, each behind its length; the first kMaxChain.
void say_certificates(Bytes list, Fields& fields);
void say_certificate_request(Bytes body, Fields& fields);
void say_server_key(Bytes body, Fields& fields);  // of an exchange on a named curve

void emit(const Spoken& spoken, Emitter& out);

}  // namespace prahari::tls
