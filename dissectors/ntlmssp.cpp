#include "dissectors/ntlmssp.hpp"

#include "dissectors/plain_session.hpp"
#include "dissectors/printable.hpp"

namespace prahari::ntlm {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "NTLMSSP\0"sv;
constexpr std::uint32_t kUnicode = 0x00000001;
constexpr std::uint32_t kVersion = 0x02000000;
constexpr std::size_t kLongest = 256;
constexpr int kMostPairs = 16;

struct Place {
  std::uint16_t size = 0;
  std::uint32_t offset = 0;
};

Place read_place(Reader& in) noexcept {
  Place place;
  place.size = in.le16();
  in.skip(2);
  place.offset = in.le32();
  return place;
}

Bytes bytes_at(Bytes token, const Place& place) noexcept {
  Reader in{token};
  in.skip(place.offset);
  return in.take(place.size);
}

std::string text_at(Bytes token, const Place& place, std::uint32_t flags) {
  const Bytes raw = bytes_at(token, place);
  return (flags & kUnicode) != 0 ? from_utf16(raw) : printable_text(as_text(raw), kLongest);
}

// MS-NLMP 2.2.2.10: VERSION.
std::string read_os(Reader& in, std::uint32_t flags) {
  const std::uint8_t major = in.u8();
  const std::uint8_t minor = in.u8();
  const std::uint16_t build = in.le16();
  if (!in.ok() || (flags & kVersion) == 0 || build == 0) {
    return {};
  }
  return "Windows " + std::to_string(major) + '.' + std::to_string(minor) + " build " +
         std::to_string(build);
}

void read_pairs(Bytes info, Challenge& out) {
  enum Id : std::uint16_t { kEnd, kComputer, kDomain, kDnsComputer, kDnsDomain };
  Reader in{info};
  for (int i = 0; i < kMostPairs; ++i) {
    const std::uint16_t id = in.le16();
    const Bytes value = in.take(in.le16());
    if (!in.ok() || id == kEnd) {
      return;
    }
    std::string* const to = id == kComputer      ? &out.computer
                            : id == kDomain      ? &out.domain
                            : id == kDnsComputer ? &out.dns_computer
                            : id == kDnsDomain   ? &out.dns_domain
                                                 : nullptr;
    if (to != nullptr) {
      *to = from_utf16(value);
    }
  }
}

Challenge read_challenge(Bytes token, Reader& in) {
  Challenge out;
  read_place(in);  // target name
  const std::uint32_t flags = in.le32();
  in.skip(16);  // challenge, reserved
  const Place info = read_place(in);
  out.os = read_os(in, flags);
  read_pairs(bytes_at(token, info), out);
  return out;
}

Login read_login(Bytes token, Reader& in) {
  Login out;
  read_place(in);  // answers to the challenge: secret
  read_place(in);
  const Place domain = read_place(in);
  const Place user = read_place(in);
  const Place workstation = read_place(in);
  read_place(in);  // session key
  const std::uint32_t flags = in.le32();
  if (in.ok()) {
    out.domain = text_at(token, domain, flags);
    out.user = text_at(token, user, flags);
    out.workstation = text_at(token, workstation, flags);
    out.os = read_os(in, flags);
  }
  return out;
}

}  // namespace

Token find(Bytes bytes) {
  constexpr std::size_t kLookedAt = 4096;
  const std::size_t at = as_text(bytes).substr(0, kLookedAt).find(kMagic);
  Token out;
  if (at == std::string_view::npos) {
    return out;
  }
  const Bytes token = bytes.subspan(at);
  Reader in{token};
  in.skip(kMagic.size());
  switch (in.le32()) {
    case 1:
      out.kind = Token::Kind::negotiate;
      break;
    case 2:
      out.kind = Token::Kind::challenge;
      out.challenge = read_challenge(token, in);
      break;
    case 3:
      out.kind = Token::Kind::login;
      out.login = read_login(token, in);
      break;
    default:
      break;
  }
  return out;
}

}  // namespace prahari::ntlm
