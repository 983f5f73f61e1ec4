#include "dissectors/protocols/tls/say.hpp"

#include <optional>

#include "capture/time_text.hpp"
#include "dissectors/join.hpp"
#include "dissectors/protocols/tls/ciphers.hpp"
#include "dissectors/protocols/tls/words.hpp"

namespace prahari::tls {
namespace {

constexpr std::size_t kMostItems = 256;  // of a list in a record

std::string_view content_name(Content content) noexcept {
  switch (content) {
    case Content::change_cipher_spec:
      return "change_cipher_spec";
    case Content::alert:
      return "alert";
    case Content::handshake:
      return "handshake";
    case Content::application_data:
      return "application_data";
    case Content::heartbeat:
      return "heartbeat";
  }
  return "";
}

void say_numbers(std::size_t field, const Numbers& numbers, Fields& fields) {
  fields.begin_list(field);
  for (std::size_t i = 0; i < numbers.size() && i < kMostItems; ++i) {
    fields.item(numbers[i]);
  }
  fields.end_list();
}

void say_extensions(Bytes extensions, Fields& fields) {
  fields.begin_list(at(Field::extensions));
  std::size_t count = 0;
  each_extension(extensions, [&](std::uint16_t type, Bytes /*body*/) {
    if (count++ < kMostItems) {
      fields.item(type);
    }
  });
  fields.end_list();
}

void say_alpn(Bytes list, Fields& fields) {
  if (list.empty()) {
    return;
  }
  fields.begin_list(at(Field::alpn));
  each_name(list, [&](std::string_view name) { fields.item(name); });
  fields.end_list();
}

void say_certificate(const Certificate& one, Fields& fields) {
  fields.begin_item();
  fields.member("subject", one.subject);
  fields.member("issuer", one.issuer);
  fields.member("not_before", format_time(one.not_before));
  fields.member("not_after", format_time(one.not_after));
  fields.member("key", one.key_kind);
  fields.member("signature", one.signature);
  fields.member("names", joined(one.dns_names));
  fields.member("addresses", joined(one.addresses));
  fields.member("uris", joined(one.uris));
  fields.member("sha1", thumbprint_text(one.thumbprint));
  fields.end_item();
}

}  // namespace

void say_common(const Spoken& spoken, Fields& fields) {
  fields.text(at(Field::content), content_name(spoken.content));
  if (spoken.record_version != 0) {
    fields.text(at(Field::record_version), version_text(spoken.record_version));
  }
  fields.number(at(Field::length), static_cast<std::int64_t>(spoken.length));
}

void say_client_hello(const ClientHello& hello, std::string_view ja4, Fields& fields) {
  fields.text(at(Field::version), version_text(hello.version));
  if (hello.versions.size() > 0) {
    fields.begin_list(at(Field::versions));
    for (std::size_t i = 0; i < hello.versions.size(); ++i) {
      fields.item(version_text(hello.versions[i]));
    }
    fields.end_list();
  }
  say_numbers(at(Field::ciphers), hello.ciphers, fields);
  if (hello.has_server_name) {
    fields.text(at(Field::server_name), hello.server_name);
  }
  say_alpn(hello.alpn, fields);
  say_numbers(at(Field::groups), hello.groups, fields);
  say_numbers(at(Field::signatures), hello.signatures, fields);
  say_extensions(hello.extensions, fields);
  if (!ja4.empty()) {
    fields.text(at(Field::ja4), ja4);
  }
}

void say_server_hello(const ServerHello& hello, Fields& fields) {
  fields.text(at(Field::version), version_text(hello.version));
  fields.text(at(Field::cipher), cipher_text(hello.cipher));
  say_alpn(hello.alpn, fields);
  if (hello.group != 0) {
    fields.number(at(Field::group), hello.group);
  }
  say_extensions(hello.extensions, fields);
}

void say_certificates(Bytes list, Fields& fields) {
  Reader in{list};
  fields.begin_list(at(Field::certificates));
  Thumbprint first{};
  std::size_t count = 0;
  while (in.remaining() > 0 && count < kMaxChain) {
    const Bytes der = in.take(in.be24());
    const std::optional<Certificate> one = read_certificate(der);
    if (one) {
      say_certificate(*one, fields);
    } else {
      fields.begin_item();
      fields.member("sha1", thumbprint_text(thumbprint_of(der)));
      fields.end_item();
    }
    first = count++ == 0 ? thumbprint_of(der) : first;
  }
  fields.end_list();
  if (count > 0) {
    fields.text(at(Field::cert_sha1), thumbprint_text(first));
  }
}

void say_certificate_request(Bytes body, Fields& fields) {
  Reader in{body};
  fields.begin_list(at(Field::certificate_types));
  for (const std::byte type : in.take(in.u8())) {
    fields.item(std::to_integer<std::int64_t>(type));
  }
  fields.end_list();
}

void say_server_key(Bytes body, Fields& fields) {
  constexpr std::uint8_t kNamedCurve = 3;  // RFC 8422 section 5.4
  Reader in{body};
  const std::uint8_t kind = in.u8();
  const std::uint16_t group = in.be16();
  if (in.ok() && kind == kNamedCurve) {
    fields.number(at(Field::group), group);
  }
}

void emit(const Spoken& spoken, Emitter& out) {
  Message message;
  message.protocol = Protocol::tls;
  message.kind = spoken.content == Content::application_data ? Kind::oneway
                 : spoken.direction == Direction::to_client  ? Kind::response
                                                             : Kind::request;
  message.operation = Operation::read;
  message.outcome = spoken.failure ? Outcome::failure : Outcome::unknown;
  message.direction = spoken.direction;
  message.envelope = true;  // what is done in the session nobody can see
  message.function = spoken.type;
  message.problems = spoken.problems;
  message.name = spoken.name;
  message.packet = spoken.packet;
  out.message(message);
}

}  // namespace prahari::tls
