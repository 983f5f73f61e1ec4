// How the two ends are protected: what the server offers, what was used, whose certificates.

#include <algorithm>
#include <string>

#include <openssl/evp.h>

#include "dissectors/printable.hpp"
#include "dissectors/protocols/opcua/say.hpp"
#include "dissectors/protocols/opcua/session.hpp"
#include "dissectors/protocols/opcua/status_codes.hpp"

namespace prahari::opcua {
namespace {

using Aspect = Posture::Aspect;
using Flaw = Posture::Flaw;

constexpr std::uint8_t kGood = 2;  // Policy::strength
constexpr std::size_t kLongestUser = 128;
constexpr std::string_view kServer = "server application";
constexpr std::string_view kClient = "client application";
constexpr std::string_view kCurveServer = "server application, elliptic curve";
constexpr std::uint8_t kFromChannel = 0;  // where a certificate was shown
constexpr std::uint8_t kFromSession = 1;

Posture about(Aspect aspect, bool of_sender) {
  Posture posture;
  posture.protocol = Protocol::opcua;
  posture.aspect = aspect;
  posture.of_sender = of_sender;
  return posture;
}

// Whether it carries a secret that the policy leaves readable.
bool cleartext(const Policy& policy, TokenType type) noexcept {
  const bool secret = type == TokenType::user_name || type == TokenType::issued;
  return secret && &policy == &no_policy();
}

bool begins_with(Bytes token, std::string_view text) noexcept {
  return as_text(token.first(std::min(token.size(), text.size()))) == text;
}

// What kind of token it is, by its first bytes: JWS and JWE compact serialization begin with a
// base64url of {" (RFC 7515, 7.1), WS-Security tokens are XML, a Kerberos AP-REQ is ASN.1
// APPLICATION 14, or lies in a GSS-API token, APPLICATION 0 (RFC 4120, 5.5.1; RFC 2743, 3.1).
std::string_view kind_of_token(Bytes token) noexcept {
  if (begins_with(token, "eyJ")) {
    return "JSON Web Token";
  }
  const std::string_view head = as_text(token.first(std::min<std::size_t>(token.size(), 512)));
  if (begins_with(token, "<")) {
    return head.find("Assertion") != std::string_view::npos ? "SAML assertion" : "XML token";
  }
  if (begins_with(token, "\x6e\x82") || begins_with(token, "\x60\x82")) {
    return "Kerberos ticket";
  }
  return "unknown kind";
}

// Less than good is used where good is offered. Which of the good ones is no question.
bool downgraded(const Channel& channel, std::uint8_t best) noexcept {
  return best >= kGood && channel.policy->strength < kGood;
}

// One offer of channels, and with it those of users, whose policy may differ from the channel's.
void emit_endpoint(const Endpoint& endpoint, Emitter& out) {
  const Policy& policy = policy_of(endpoint.policy);
  const Mode mode = mode_of(endpoint.mode);
  Posture channel = about(Aspect::channel_offered, true);
  channel.flaws = channel_flaws(policy, mode);
  channel.what = to_string(mode);
  channel.text = policy.name;
  out.posture(channel);
  for (const TokenOffer& token : endpoint.tokens.all()) {
    const Policy& own = token.policy.empty() ? policy : policy_of(token.policy);
    Posture user = about(Aspect::user_offered, true);
    const bool readable = cleartext(own, token.type) && mode != Mode::sign_and_encrypt;
    user.flaws = (token.type == TokenType::anonymous ? Posture::bit(Flaw::anonymous) : 0U) |
                 (own.deprecated ? Posture::bit(Flaw::deprecated) : 0U) |
                 (readable ? Posture::bit(Flaw::cleartext_password) : 0U);
    user.what = to_string(token.type);
    user.text = token.type == TokenType::anonymous ? std::string_view{} : own.name;
    out.posture(user);
  }
}

void emit_endpoints(const Spoken& spoken, SeenCertificates& seen, std::uint8_t& best,
                    Emitter& out) {
  for (const Endpoint& endpoint : spoken.reading.endpoints.all()) {
    best = std::max(best, policy_of(endpoint.policy).strength);
    emit_endpoint(endpoint, out);
    emit_certificate(endpoint.certificate, kServer, true, endpoint.application.uri,
                     spoken.packet.time, kFromSession, seen, out);
  }
}

// What somebody logs in with, where it can be read: seen in the request, whether or not it is let
// in. Of an issued token the text is its kind.
void emit_secret(const Spoken& spoken, Emitter& out) {
  const Reading& read = spoken.reading;
  const bool issued = read.user_token == TokenType::issued;
  const bool readable = (issued || read.user_token == TokenType::user_name) &&
                        read.algorithm.empty() && !read.secret.empty();
  if (!readable) {
    return;
  }
  std::string user;
  append_printable(user, issued ? kind_of_token(read.secret) : read.user, kLongestUser);
  Posture posture = about(Aspect::user_used, false);
  posture.flaws = Posture::bit(Flaw::cleartext_password);
  posture.what = to_string(*read.user_token);
  posture.text = user;
  posture.secret_size = static_cast<std::uint32_t>(read.secret.size());
  posture.secret_hash = secret_hash(read.user, read.secret);
  out.posture(posture);
}

void emit_user(const Spoken& spoken, Emitter& out) {
  const Request* request = spoken.request;
  if (request == nullptr || request->token.empty() || bad(spoken.reading.result.value_or(0))) {
    return;
  }
  std::string user;
  append_printable(user, request->user, kLongestUser);
  Posture posture = about(Aspect::user_used, true);
  posture.flaws =
      request->token == to_string(TokenType::anonymous) ? Posture::bit(Flaw::anonymous) : 0U;
  posture.what = request->token;
  posture.text = user;
  out.posture(posture);
}

}  // namespace

std::uint64_t secret_hash(std::string_view user, Bytes secret) noexcept {
  constexpr std::string_view kSalt = "prahari secret 1";
  constexpr std::string_view kEnd{"\0", 1};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool done = context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1 &&
                    EVP_DigestUpdate(context, kSalt.data(), kSalt.size()) == 1 &&
                    EVP_DigestUpdate(context, user.data(), user.size()) == 1 &&
                    EVP_DigestUpdate(context, kEnd.data(), kEnd.size()) == 1 &&
                    EVP_DigestUpdate(context, secret.data(), secret.size()) == 1 &&
                    EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1;
  EVP_MD_CTX_free(context);
  return done ? detail::join_be<std::uint64_t>(std::as_bytes(std::span{digest}).first(8)) : 0;
}

void emit_channel(const Channel& channel, bool from_server, std::uint8_t best, Emitter& out) {
  Posture posture = about(Aspect::channel_used, from_server);
  posture.flaws = channel_flaws(*channel.policy, channel.mode) |
                  (downgraded(channel, best) ? Posture::bit(Flaw::downgrade) : 0U);
  posture.what = to_string(channel.mode);
  posture.text = channel.policy->name;
  out.posture(posture);
}

void emit_certificate(Bytes chain, std::string_view what, bool of_sender, std::string_view uri,
                      Timestamp now, std::uint8_t part, SeenCertificates& seen, Emitter& out) {
  if (chain.empty()) {
    return;
  }
  const Bytes first = first_of_chain(chain);
  const Thumbprint thumbprint = thumbprint_of(first);
  const std::uint8_t whose = what == kServer ? 0 : what == kClient ? 1 : 2;
  if (!seen.first_time(thumbprint, static_cast<std::uint8_t>(part * 3 + whose))) {
    return;
  }
  Posture posture = about(Aspect::certificate, of_sender);
  posture.what = what;
  posture.thumbprint = thumbprint;
  const std::optional<Certificate> certificate = read_certificate(first);
  if (!certificate) {
    posture.flaws = Posture::bit(Flaw::unreadable);
    posture.text = kUnreadableWords;
    out.posture(posture);
    return;
  }
  posture.flaws = certificate_flaws(*certificate, now, uri);
  if (!certificate->rsa && what == kServer) {
    posture.what = kCurveServer;  // a server may have one of each
  }
  posture.key = certificate->key;
  const std::string words = certificate_words(*certificate, chain_length(chain));
  posture.text = words;
  out.posture(posture);
}

void emit_posture(const Spoken& spoken, SeenCertificates& seen, std::uint8_t& best, Emitter& out) {
  const Reading& read = spoken.reading;
  const Timestamp now = spoken.packet.time;
  switch (spoken.service.request) {
    case service::kGetEndpoints:
      return emit_endpoints(spoken, seen, best, out);
    case service::kCreateSession:
      if (!spoken.response) {
        const std::string_view uri =
            read.applications.all().empty() ? "" : read.applications.all().front().uri;
        return emit_certificate(read.client_certificate, kClient, true, uri, now, kFromSession,
                                seen, out);
      }
      emit_endpoints(spoken, seen, best, out);
      return emit_certificate(read.server_certificate, kServer, true,
                              read.endpoints.all().empty()
                                  ? std::string_view{}
                                  : read.endpoints.all().front().application.uri,
                              now, kFromSession, seen, out);
    case service::kActivateSession:
      if (spoken.response) {
        return emit_user(spoken, out);
      }
      emit_secret(spoken, out);
      return emit_certificate(read.user_certificate, "user", true, {}, now, kFromChannel, seen,
                              out);
    default:
      return;
  }
}

}  // namespace prahari::opcua
