#include "dissectors/protocols/tls/hello.hpp"

#include "dissectors/protocols/tls/ciphers.hpp"

namespace prahari::tls {
namespace {

constexpr std::size_t kRandom = 32;
constexpr std::uint8_t kHostName = 0;
constexpr std::uint16_t kFirstDatagramVersion = 0xfe00;

// SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3), its first half: enough to know it by.
constexpr std::uint64_t kRetryHead = 0xcf21ad74e59a6111;
constexpr std::uint64_t kRetryNext = 0xbe1d8c021e65b891;

std::string_view first_host_name(Bytes body) noexcept {
  Reader list{body};
  Reader names = list.sub(list.be16());
  const std::uint8_t type = names.u8();
  const std::string_view name = names.text(names.be16());
  return names.ok() && type == kHostName ? name : std::string_view{};
}

Bytes list_of_bytes(Bytes body) noexcept {
  Reader in{body};
  return in.take(in.u8());
}

Bytes list_of_words(Bytes body) noexcept {
  Reader in{body};
  return in.take(in.be16());
}

// The extensions that end a hello; there need be none.
bool read_extensions(Reader& in, Bytes& out) noexcept {
  if (!in.ok()) {
    return false;
  }
  if (in.remaining() == 0) {
    return true;
  }
  out = in.take(in.be16());
  return in.done();
}

}  // namespace

std::uint16_t ClientHello::best_version() const noexcept {
  std::uint16_t best = 0;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const std::uint16_t one = versions[i];
    if (is_grease(one)) {
      continue;
    }
    const bool datagram = one >= kFirstDatagramVersion;
    const bool better = best == 0 || (datagram ? one < best : one > best);
    best = better ? one : best;
  }
  return best == 0 ? version : best;
}

ClientHello read_client_hello(Bytes body, bool datagram) noexcept {
  Reader in{body};
  ClientHello out;
  out.version = in.be16();
  in.skip(kRandom);
  in.skip(in.u8());
  if (datagram) {
    in.skip(in.u8());
  }
  const std::size_t ciphers = in.be16();
  out.ciphers = Numbers{in.take(ciphers)};
  in.skip(in.u8());
  out.ok = read_extensions(in, out.extensions) && ciphers % 2 == 0;
  const bool whole = each_extension(out.extensions, [&](std::uint16_t type, Bytes value) {
    switch (type) {
      case extension::kServerName:
        out.has_server_name = true;
        out.server_name = first_host_name(value);
        break;
      case extension::kGroups:
        out.groups = Numbers{list_of_words(value)};
        break;
      case extension::kSignatures:
        out.signatures = Numbers{list_of_words(value)};
        break;
      case extension::kAlpn:
        out.alpn = list_of_words(value);
        break;
      case extension::kVersions:
        out.versions = Numbers{list_of_bytes(value)};
        break;
      default:
        break;
    }
  });
  out.ok = out.ok && whole;
  return out;
}

ServerHello read_server_hello(Bytes body) noexcept {
  Reader in{body};
  ServerHello out;
  out.version = in.be16();
  Reader random = in.sub(kRandom);
  out.retry = random.be64() == kRetryHead && random.be64() == kRetryNext;
  in.skip(in.u8());
  out.cipher = in.be16();
  in.skip(1);
  out.ok = read_extensions(in, out.extensions);
  const bool whole = each_extension(out.extensions, [&](std::uint16_t type, Bytes value) {
    Reader field{value};
    if (type == extension::kVersions && value.size() == 2) {
      out.version = field.be16();
    } else if (type == extension::kKeyShare) {
      out.group = field.be16();
    } else if (type == extension::kAlpn) {
      out.alpn = list_of_words(value);
    }
  });
  out.ok = out.ok && whole;
  return out;
}

}  // namespace prahari::tls
