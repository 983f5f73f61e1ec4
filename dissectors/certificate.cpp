#include "dissectors/certificate.hpp"

#include <algorithm>
#include <ctime>
#include <memory>
#include <span>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "capture/time_text.hpp"
#include "dissectors/address.hpp"
#include "dissectors/hash.hpp"
#include "dissectors/hex_text.hpp"
#include "dissectors/printable.hpp"

namespace prahari {
namespace {

constexpr std::size_t kMostNames = 16;
constexpr std::size_t kLongestName = 256;
constexpr std::uint32_t kLeastRsaBits = 2048;
constexpr std::uint32_t kLeastCurveBits = 224;
constexpr std::size_t kDateSize = 10;  // "2026-11-22"

struct FreeX509 {
  void operator()(X509* one) const noexcept { X509_free(one); }
};
struct FreeNames {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};
struct FreeObject {
  void operator()(ASN1_OBJECT* object) const noexcept { ASN1_OBJECT_free(object); }
};
struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using X509Ptr = std::unique_ptr<X509, FreeX509>;

const unsigned char* octets(Bytes bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string_view text_of(const ASN1_STRING* string) noexcept {
  if (string == nullptr || ASN1_STRING_length(string) <= 0) {
    return {};
  }
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// "CN=server, O=Acme", in the order of the certificate.
std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, FreeBio> out{BIO_new(BIO_s_mem())};
  if (!out || X509_NAME_print_ex(out.get(), name, 0,
                                 XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB & ~XN_FLAG_SPC_EQ) < 0) {
    return {};
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size <= 0 ? std::string{}
                   : printable_text({text, static_cast<std::size_t>(size)}, kLongestName);
}

std::string common_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) {
    return {};
  }
  return printable_text(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))),
                        kLongestName);
}

// Clamped to what a Timestamp holds; certificates are valid to the year 9999.
Timestamp time_of(const ASN1_TIME* time) noexcept {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return Timestamp{};
  }
  const std::chrono::year_month_day day{std::chrono::year{parts.tm_year + 1900},
                                        std::chrono::month{static_cast<unsigned>(parts.tm_mon + 1)},
                                        std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  if (!day.ok() || day < std::chrono::year{1970} / 1 / 1) {
    return Timestamp{};
  }
  if (day > std::chrono::year{2115} / 12 / 31) {
    return kLatestTime;
  }
  return std::chrono::sys_days{day} + std::chrono::hours{parts.tm_hour} +
         std::chrono::minutes{parts.tm_min} + std::chrono::seconds{parts.tm_sec};
}

void add_address(std::string_view raw, std::vector<std::string>& out) {
  Reader in{as_bytes(raw)};
  if (raw.size() == 4) {
    out.push_back(to_string(IpAddress::read_v4(in)));
  } else if (raw.size() == 16) {
    out.push_back(to_string(IpAddress::read_v6(in)));
  }
}

void add_name(const GENERAL_NAME& name, Certificate& out) {
  const auto keep = [](std::vector<std::string>& list, std::string_view text) {
    if (list.size() < kMostNames && !text.empty()) {
      list.push_back(printable_text(text, kLongestName));
    }
  };
  switch (name.type) {
    case GEN_DNS:
      return keep(out.dns_names, text_of(name.d.dNSName));
    case GEN_URI:
      return keep(out.uris, text_of(name.d.uniformResourceIdentifier));
    case GEN_IPADD:
      if (out.addresses.size() < kMostNames) {
        add_address(text_of(name.d.iPAddress), out.addresses);
      }
      return;
    default:
      return;
  }
}

void read_names(X509* one, Certificate& out) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(one, NID_subject_alt_name, nullptr, nullptr))};
  if (!names) {
    return;
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    add_name(*sk_GENERAL_NAME_value(names.get(), i), out);
  }
}

// MODBUS/TCP Security Protocol Specification 8.4: a UTF8String in an extension of its own.
void read_role(const X509* one, Certificate& out) {
  constexpr std::uint8_t kUtf8String = 0x0c;
  const std::unique_ptr<ASN1_OBJECT, FreeObject> oid{OBJ_txt2obj("1.3.6.1.4.1.50316.802.1", 1)};
  const int at = X509_get_ext_by_OBJ(one, oid.get(), -1);
  if (at < 0) {
    return;
  }
  Reader in{as_bytes(text_of(X509_EXTENSION_get_data(X509_get_ext(one, at))))};
  const std::uint8_t tag = in.u8();
  const std::string_view role = in.text(in.u8());
  if (in.done() && tag == kUtf8String) {
    out.role = printable_text(role, kLongestName);
  }
}

void read_key(X509* one, Certificate& out) {
  const EVP_PKEY* key = X509_get0_pubkey(one);
  if (key == nullptr) {
    out.key_kind = "unknown key";
  } else {
    out.key_bits = static_cast<std::uint32_t>(std::max(0, EVP_PKEY_get_bits(key)));
    const int kind = EVP_PKEY_get_base_id(key);
    out.rsa = kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS;
    std::array<char, 64> group{};
    std::size_t size = 0;
    if (out.rsa) {
      out.key_kind = "RSA " + std::to_string(out.key_bits);
    } else if (kind == EVP_PKEY_EC &&
               EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1) {
      out.key_kind = "EC " + printable_text({group.data(), size}, group.size());
    } else {
      const char* name = OBJ_nid2sn(kind);
      out.key_kind = name == nullptr ? "unknown key" : name;
    }
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(one), &der);
  if (size > 0) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    if (EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), nullptr, EVP_sha256(),
                   nullptr) == 1) {
      out.key = detail::join_be<std::uint64_t>(std::as_bytes(std::span{digest}).first(8));
    }
    OPENSSL_free(der);
  }
}

void read_signature(X509* one, Certificate& out) {
  const int kind = X509_get_signature_nid(one);
  const char* name = OBJ_nid2sn(kind);
  out.signature = name == nullptr ? "unknown signature" : name;
  int digest = NID_undef;
  int key = NID_undef;
  if (OBJ_find_sigid_algs(kind, &digest, &key) == 1) {
    constexpr std::array kWeak = {NID_sha1, NID_md5, NID_md4, NID_md2, NID_mdc2, NID_sha};
    out.weak_signature = std::ranges::find(kWeak, digest) != kWeak.end();
  }
}

void append_date(std::string& out, Timestamp time) {
  out += format_time(time).substr(0, kDateSize);
}

// Whether it describes its curve instead of naming it, which RFC 5480 forbids: on a curve that an
// enemy made up, only to read the key takes OpenSSL a quarter of a second. Looks for the head of
// the OIDs for kinds of fields (1.2.840.10045.1), which such a description cannot do without.
bool describes_curve(Bytes der) noexcept {
  constexpr std::string_view kFieldType{"\x2a\x86\x48\xce\x3d\x01", 6};
  return as_text(der).find(kFieldType) != std::string_view::npos;
}

}  // namespace

Bytes first_of_chain(Bytes chain) noexcept {
  Reader in{chain};
  if (in.u8() != 0x30) {
    return chain;
  }
  std::size_t size = in.u8();
  if (size > 0x80) {
    const std::size_t count = size & 0x7fU;
    size = count == 1 ? in.u8() : count == 2 ? in.be16() : count == 3 ? in.be24() : chain.size();
  }
  const std::size_t whole = in.offset() + size;
  return in.ok() && whole <= chain.size() ? chain.first(whole) : chain;
}

std::size_t chain_length(Bytes chain) noexcept {
  std::size_t count = 0;
  while (!chain.empty() && count < kMaxChain) {
    chain = chain.subspan(first_of_chain(chain).size());
    ++count;
  }
  return count;
}

Thumbprint thumbprint_of(Bytes der) noexcept {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  Thumbprint out{};
  if (EVP_Digest(octets(der), der.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1) {
    std::copy_n(digest.begin(), out.size(), out.begin());
  }
  return out;
}

std::string thumbprint_text(const Thumbprint& thumbprint) {
  std::string out;
  append_hex(out, std::as_bytes(std::span{thumbprint}));
  return out;
}

namespace {

std::optional<Certificate> parse(Bytes der) {
  const unsigned char* at = octets(der);
  const X509Ptr one{d2i_X509(nullptr, &at, static_cast<long>(der.size()))};
  if (!one) {
    return std::nullopt;
  }
  Certificate out;
  out.thumbprint = thumbprint_of(der);
  const X509_NAME* subject = X509_get_subject_name(one.get());
  const X509_NAME* issuer = X509_get_issuer_name(one.get());
  out.subject = name_text(subject);
  out.issuer = name_text(issuer);
  out.common_name = common_name(subject);
  out.self_signed = X509_NAME_cmp(subject, issuer) == 0;
  out.not_before = time_of(X509_get0_notBefore(one.get()));
  out.not_after = time_of(X509_get0_notAfter(one.get()));
  read_names(one.get(), out);
  read_role(one.get(), out);
  read_key(one.get(), out);
  read_signature(one.get(), out);
  return out;
}

// What was read last. A plant shows the same few certificates in every handshake, and OpenSSL takes
// half a million instructions to read one.
class Remembered {
 public:
  const std::optional<Certificate>& read(Bytes der) {
    Known& known = known_[Hasher{process_seed()}.add(as_text(der)).value() % known_.size()];
    if (!std::ranges::equal(known.der, der)) {
      known.der.clear();  // so that nothing stands for it should memory run out
      known.certificate = parse(der);
      known.der.assign(der.begin(), der.end());
    }
    return known.certificate;
  }

 private:
  struct Known {
    std::vector<std::byte> der;
    std::optional<Certificate> certificate;
  };
  std::array<Known, 64> known_;
};

}  // namespace

std::optional<Certificate> read_certificate(Bytes der) {
  der = first_of_chain(der);
  if (der.empty() || der.size() > kMaxCertificate || describes_curve(der)) {
    return std::nullopt;
  }
  static thread_local Remembered remembered;
  return remembered.read(der);
}

std::uint32_t certificate_flaws(const Certificate& certificate, Timestamp now,
                                std::string_view uri) {
  using Flaw = Posture::Flaw;
  std::uint32_t flaws = 0;
  const auto mark = [&flaws](bool wrong, Flaw flaw) { flaws |= wrong ? Posture::bit(flaw) : 0U; };
  mark(now > certificate.not_after, Flaw::expired);
  mark(now < certificate.not_before, Flaw::not_yet_valid);
  mark(certificate.key_bits > 0 &&
           certificate.key_bits < (certificate.rsa ? kLeastRsaBits : kLeastCurveBits),
       Flaw::weak_key);
  mark(certificate.weak_signature, Flaw::weak_signature);
  mark(certificate.self_signed, Flaw::self_signed);
  const bool named = std::ranges::find(certificate.uris, uri) != certificate.uris.end();
  mark(!uri.empty() && !named, Flaw::name_mismatch);
  return flaws;
}

std::string certificate_words(const Certificate& certificate, std::size_t chain) {
  std::string out = certificate.subject.substr(0, 128) + "; " + certificate.key_kind + ", " +
                    certificate.signature + "; ";
  append_date(out, certificate.not_before);
  out += " to ";
  append_date(out, certificate.not_after);
  out += certificate.self_signed ? "; self-signed" : "; issued by " + certificate.issuer;
  out += chain > 1 ? "; with " + std::to_string(chain - 1) + " of its issuers" : "";
  return out;
}

}  // namespace prahari
