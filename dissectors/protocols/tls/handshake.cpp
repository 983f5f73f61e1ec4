// The messages of a handshake, each read by what it is.

#include <algorithm>
#include <optional>

#include "dissectors/printable.hpp"
#include "dissectors/protocols/tls/facts.hpp"
#include "dissectors/protocols/tls/ja4.hpp"
#include "dissectors/protocols/tls/session.hpp"
#include "dissectors/protocols/tls/words.hpp"

namespace prahari::tls {
namespace {

constexpr std::size_t kLongestName = 253;

// A host name as DNS has them. What else a client writes there names no host.
bool is_host_name(std::string_view name) noexcept {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == '-' || c == '_';
  };
  const auto letter = [](char c) { return c >= 'A' && c != '_'; };
  return !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, fits) &&
         std::ranges::any_of(name, letter);
}

std::size_t count_certificates(Bytes list) noexcept {
  Reader in{list};
  std::size_t count = 0;
  while (in.ok() && in.remaining() > 0 && count < kMaxChain) {
    in.skip(in.be24());
    count += in.ok() ? 1U : 0U;
  }
  return count;
}

bool is_divided(Bytes list) noexcept {
  Reader in{list};
  while (in.ok() && in.remaining() > 0) {
    in.skip(in.be24());
  }
  return in.ok();
}

}  // namespace

void TlsSession::read(const HandshakeMessage& message, Spoken& spoken, const Pdu& pdu,
                      Emitter& out) {
  if (message.type == handshake::kClientHello && !client_known_) {
    client_known_ = true;
    client_ = pdu.side;
    out.client_is(pdu.side);
  } else if (message.type == handshake::kServerHello && !client_known_) {
    client_known_ = true;
    client_ = other(pdu.side);
    out.client_is(client_);
  }
  spoken.direction = direction_of(pdu);
  Fields* fields = out.fields();
  if (message.over_limit) {
    spoken.problems |= bit(Wrong::handshake_over_limit);
  } else {
    switch (message.type) {
      case handshake::kClientHello:
        read_client_hello(message, spoken, out, fields);
        break;
      case handshake::kServerHello:
        read_server_hello(message, spoken, out, fields);
        break;
      case handshake::kCertificate:
        read_certificate_message(message, spoken, pdu, out, fields);
        break;
      case handshake::kCertificateRequest:
        talk_.asked = true;
        if (fields != nullptr) {
          say_certificate_request(message.body, *fields);
        }
        break;
      case handshake::kServerKeyExchange:
        if (fields != nullptr) {
          say_server_key(message.body, *fields);
        }
        break;
      case handshake::kServerHelloDone:
        talk_.hello_done = true;
        break;
      default:
        break;
    }
  }
  if (fields != nullptr) {
    say_common(spoken, *fields);
    fields->number(at(Field::handshake_type), message.type);
    if (datagram_) {
      fields->number(at(Field::message_seq), message.sequence);
    }
  }
  emit(spoken, out);
}

void TlsSession::read_client_hello(const HandshakeMessage& message, Spoken& spoken, Emitter& out,
                                   Fields* fields) {
  const ClientHello hello = tls::read_client_hello(message.body, datagram_);
  if (!hello.ok) {
    spoken.problems |= bit(Wrong::malformed_message);
  }
  const bool first = !talk_.client_hello;
  if (datagram_ && message.sequence == 0 && talk_.server_hello) {
    talk_ = Talk{};  // a new handshake on the same ports
    halves_[0].changed = false;
    halves_[1].changed = false;
    half(other(client_)).buffer.restart();
  }
  talk_.client_hello = true;
  const std::string print = hello.ok ? ja4(hello, datagram_) : std::string{};
  if (is_host_name(hello.server_name)) {
    talk_.server_name = hello.server_name;
  }
  if (fields != nullptr) {
    say_client_hello(hello, print, *fields);
  }
  if (first) {
    tell_client_hello(print, out);
  }
}

void TlsSession::read_server_hello(const HandshakeMessage& message, Spoken& spoken, Emitter& out,
                                   Fields* fields) {
  const ServerHello hello = tls::read_server_hello(message.body);
  if (!hello.ok) {
    spoken.problems |= bit(Wrong::malformed_message);
  }
  talk_.version = hello.version;
  if (hello.retry) {
    spoken.name = handshake_name(handshake::kHelloRetryRequest);
    half(client_).encrypted = false;  // its Change Cipher Spec came too early to mean anything
  } else {
    talk_.server_hello = true;
    talk_.cipher = hello.cipher;
    tell_server_name(talk_, out);
    if (hides_handshake(hello.version) && !datagram_) {
      halves_[0].encrypted = true;
      halves_[1].encrypted = true;
    }
  }
  if (fields != nullptr) {
    say_server_hello(hello, *fields);
  }
}

void TlsSession::read_certificate_message(const HandshakeMessage& message, Spoken& spoken,
                                          const Pdu& pdu, Emitter& out, Fields* fields) {
  Reader in{message.body};
  const Bytes list = in.take(in.be24());
  if (!in.done() || !is_divided(list)) {
    spoken.problems |= bit(Wrong::malformed_message);
  }
  if (fields != nullptr) {
    say_certificates(list, *fields);
  }
  const Direction direction = direction_of(pdu);
  if (direction == Direction::unknown) {
    return;
  }
  const bool of_server = direction == Direction::to_client;
  if (!of_server) {
    talk_.client = list.empty() ? Talk::Shown::nothing : Talk::Shown::certificate;
  }
  Reader chain{list};
  const Bytes der = chain.take(chain.be24());
  if (!der.empty()) {
    tell_certificate(read_certificate(der), thumbprint_of(der), count_certificates(list), of_server,
                     talk_, pdu.packet.time, out);
  }
}

}  // namespace prahari::tls
