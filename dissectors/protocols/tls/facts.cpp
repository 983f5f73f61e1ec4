#include "dissectors/protocols/tls/facts.hpp"

#include <algorithm>
#include <string>

#include "dissectors/protocols/tls/ciphers.hpp"
#include "dissectors/protocols/tls/words.hpp"

namespace prahari::tls {
namespace {

using Aspect = Posture::Aspect;
using Flaw = Posture::Flaw;
using Fact = Identity::Field;

constexpr std::uint8_t kOfUri = 85;  // identification.md section 2: a certificate's names
constexpr std::uint8_t kOfCertificate = 70;
constexpr std::uint8_t kOfClient = 60;
constexpr std::uint8_t kOfServerName = 20;
constexpr std::size_t kMostNames = 4;  // of a certificate
constexpr std::string_view kCertificate = "TLS certificate";
constexpr std::string_view kUriScheme = "urn:";

Posture about(Aspect aspect, bool of_sender, std::string_view what, std::string_view text,
              std::uint32_t flaws = 0) {
  Posture posture;
  posture.protocol = Protocol::tls;
  posture.aspect = aspect;
  posture.of_sender = of_sender;
  posture.what = what;
  posture.text = text;
  posture.flaws = flaws;
  return posture;
}

void tell(Fact field, std::uint8_t confidence, bool of_sender, std::string_view source,
          std::string_view value, Emitter& out) {
  if (!value.empty()) {
    out.identity({.field = field,
                  .confidence = confidence,
                  .of_sender = of_sender,
                  .unit = Identity::kNoUnit,
                  .source = source,
                  .value = value});
  }
}

bool equal_names(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

// RFC 9525 section 6.3: a wildcard stands for one label, and for the first.
bool covers(std::string_view pattern, std::string_view name) noexcept {
  if (!pattern.starts_with("*.")) {
    return equal_names(pattern, name);
  }
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 &&
         equal_names(pattern.substr(1), name.substr(dot));
}

bool is_for(const Certificate& certificate, std::string_view name) noexcept {
  const auto fits = [name](const std::string& pattern) { return covers(pattern, name); };
  return std::ranges::any_of(certificate.dns_names, fits) ||
         (certificate.dns_names.empty() && covers(certificate.common_name, name));
}

void tell_names(const Certificate& certificate, bool of_server, Emitter& out) {
  const auto name = [&](std::string_view value) {
    if (!value.starts_with('*')) {
      tell(Fact::name, kOfCertificate, true, kCertificate, value, out);
    }
  };
  bool application = false;
  for (const std::string& uri : certificate.uris) {
    if (uri.starts_with(kUriScheme)) {
      tell(Fact::application_uri, kOfUri, true, kCertificate, uri, out);
      application = true;
    }
  }
  if (application) {  // OPC 10000-6, 6.2.2: the common name is that of the application
    tell(Fact::application, kOfCertificate, true, kCertificate, certificate.common_name, out);
  } else if (of_server) {
    name(certificate.common_name);
  }
  for (std::size_t i = 0; of_server && i < std::min(kMostNames, certificate.dns_names.size());
       ++i) {
    if (application || certificate.dns_names[i] != certificate.common_name) {
      name(certificate.dns_names[i]);
    }
  }
}

std::string_view mutual_words(const Talk& talk) noexcept {
  switch (traits_of(talk.cipher).proof) {
    case Proof::shared_key:
      return hides_handshake(talk.version) ? "" : "none needed: both ends share a key";
    case Proof::none:
      return "none, and none of the server";
    case Proof::certificate:
      break;
  }
  if (hides_handshake(talk.version)) {
    return "unknown: this version encrypts it";
  }
  if (talk.lost || !talk.hello_done) {
    return {};  // parts are missing, or an earlier session was taken up again
  }
  if (!talk.asked) {
    return "not asked for";
  }
  return talk.client == Talk::Shown::certificate ? "asked for and shown" : "asked for, none shown";
}

}  // namespace

void tell_client_hello(std::string_view ja4, Emitter& out) {
  tell(Fact::fingerprint, kOfClient, true, "TLS client hello (JA4)", ja4, out);
}

void tell_server_name(const Talk& talk, Emitter& out) {
  tell(Fact::name, kOfServerName, true, "TLS server name asked for", talk.server_name, out);
}

void tell_certificate(const std::optional<Certificate>& certificate, const Thumbprint& thumbprint,
                      std::size_t chain, bool of_server, const Talk& talk, Timestamp now,
                      Emitter& out) {
  Posture posture = about(Aspect::certificate, true, of_server ? "server" : "client", {});
  posture.thumbprint = thumbprint;
  if (!certificate) {
    posture.flaws = Posture::bit(Flaw::unreadable);
    posture.text = kUnreadableWords;
    out.posture(posture);
    return;
  }
  posture.flaws = certificate_flaws(*certificate, now);
  const bool asked = of_server && !talk.server_name.empty();
  if (asked && !is_for(*certificate, talk.server_name)) {
    posture.flaws |= Posture::bit(Flaw::name_mismatch);
  }
  posture.key = certificate->key;
  const std::string words = certificate_words(*certificate, chain);
  posture.text = words;
  out.posture(posture);
  tell_names(*certificate, of_server, out);
  if (!of_server && !certificate->role.empty()) {
    out.posture(
        about(Aspect::user_used, false, "client certificate with the role", certificate->role));
  }
}

void tell_channel(const Talk& talk, bool from_server, Emitter& out) {
  if (!talk.server_hello) {
    out.posture(about(Aspect::channel_used, from_server, "handshake not seen",
                      "version and cipher unknown"));
    return;
  }
  const CipherTraits traits = traits_of(talk.cipher);
  std::uint32_t flaws = 0;
  const auto mark = [&flaws](bool wrong, Flaw flaw) { flaws |= wrong ? Posture::bit(flaw) : 0U; };
  mark(is_withdrawn(talk.version) || traits.broken, Flaw::deprecated);
  mark(!traits.protects, Flaw::no_security);
  mark(traits.protects && !traits.encrypts, Flaw::not_encrypted);
  mark(traits.proof == Proof::none, Flaw::anonymous);
  mark(traits.export_key, Flaw::weak_key);
  const std::string text = version_text(talk.version) + ", " + cipher_text(talk.cipher);
  const std::string_view what = traits.encrypts   ? "encrypted"
                                : traits.protects ? "integrity only"
                                                  : "neither signed nor encrypted";
  out.posture(about(Aspect::channel_used, from_server, what, text, flaws));
  if (hides_handshake(talk.version)) {
    out.posture(about(Aspect::setting, from_server, "server certificate",
                      "unknown: this version encrypts it"));
  }
  if (const std::string_view mutual = mutual_words(talk); !mutual.empty()) {
    out.posture(about(Aspect::setting, from_server, "client certificate", mutual));
  }
}

void tell_refusal(std::string_view reason, bool from_server, Emitter& out) {
  out.posture(about(
      Aspect::setting, from_server,
      from_server ? "handshake refused by the server" : "handshake refused by a client", reason));
}

}  // namespace prahari::tls
