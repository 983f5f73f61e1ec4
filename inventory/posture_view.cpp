#include "inventory/posture_view.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>

namespace prahari {
namespace {

using Aspect = Posture::Aspect;
using Flaw = Posture::Flaw;

struct Question {
  Flaw flaw{};
  std::optional<Aspect> aspect;  // none: any
  std::string_view words;
  bool of_tls = false;  // else of those that speak of policies and log-ins
};

constexpr auto kQuestions = std::to_array<Question>({
    {Flaw::no_security, Aspect::channel_offered,
     "Why is a channel offered that is neither signed nor encrypted?"},
    {Flaw::no_security, Aspect::channel_used,
     "Who has to talk without signature and encryption, and why?"},
    {Flaw::not_encrypted, Aspect::channel_used,
     "May everybody on the network read what is only signed?"},
    {Flaw::deprecated, Aspect::channel_offered, "When is the withdrawn policy switched off?"},
    {Flaw::deprecated, Aspect::channel_used,
     "Which client cannot do without the withdrawn policy?"},
    {Flaw::deprecated, Aspect::channel_used,
     "Which client cannot do without the withdrawn version or cipher?", true},
    {Flaw::anonymous, Aspect::channel_used, "Why does neither end have to show who it is?", true},
    {Flaw::no_security, Aspect::channel_used,
     "Who has to talk without signature and encryption, and why?", true},
    {Flaw::not_encrypted, Aspect::channel_used,
     "May everybody on the network read what is only signed?", true},
    {Flaw::anonymous, Aspect::user_offered, "Why may a client log in without saying who it is?"},
    {Flaw::anonymous, Aspect::user_used, "Who are the clients that logged in without a name?"},
    {Flaw::cleartext_password, Aspect::user_offered, "Why may a password be sent in the clear?"},
    {Flaw::cleartext_password, Aspect::user_used,
     "When is the password changed that crossed the network in the clear?"},
    {Flaw::downgrade, std::nullopt, "Why is the best that the server offers not used?"},
    {Flaw::expired, std::nullopt, "When is the expired certificate renewed?"},
    {Flaw::not_yet_valid, std::nullopt, "Are the clocks right? A certificate is not valid yet."},
    {Flaw::weak_key, std::nullopt, "When is the certificate with the short key replaced?"},
    {Flaw::weak_signature, std::nullopt,
     "When is the certificate with the weak signature replaced?"},
    {Flaw::self_signed, std::nullopt, "Who decides which self-signed certificates are trusted?"},
    {Flaw::name_mismatch, std::nullopt, "Why is the certificate made out to another name?"},
    {Flaw::unreadable, std::nullopt, "Why is what should be a certificate none?"},
});

constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kModbusSecurityPort = 802;
constexpr std::uint16_t kCipSecurityPort = 2221;
constexpr std::uint16_t kOpcuaTlsPort = 4843;

std::string times(const PostureFact& fact) {
  return fact.count > 1 ? ", " + std::to_string(fact.count) + " times" : std::string{};
}

std::string pair_text(const PostureFact& fact) {
  const bool alike = fact.text == fact.what || fact.what.empty();
  return alike ? fact.text : fact.text.empty() ? fact.what : fact.text + ", " + fact.what;
}

std::string user_text(const PostureFact& fact) {
  if (fact.text.empty()) {
    return fact.what;
  }
  return fact.aspect == Aspect::user_used ? fact.what + " " + fact.text
                                          : fact.what + ", under " + fact.text;
}

void add(std::vector<std::string>& list, std::string text) {
  if (std::ranges::find(list, text) == list.end()) {
    list.push_back(std::move(text));
  }
}

void ask(std::vector<std::string>& questions, const PostureFact& fact) {
  for (const Question& question : kQuestions) {
    const bool flawed = (fact.flaws & Posture::bit(question.flaw)) != 0;
    const bool fits = !question.aspect || (*question.aspect == fact.aspect &&
                                           question.of_tls == (fact.protocol == Protocol::tls));
    if (flawed && fits) {
      add(questions, std::string{question.words});
    }
  }
}

void take(ServicePosture& row, const PostureFact& fact) {
  switch (fact.aspect) {
    case Aspect::channel_offered:
      add(row.offered, pair_text(fact));
      break;
    case Aspect::channel_used:
      add(row.used, pair_text(fact) + times(fact));
      break;
    case Aspect::user_offered:
      add(row.users_offered, user_text(fact));
      break;
    case Aspect::user_used:
      add(row.users_used, user_text(fact) + times(fact));
      break;
    case Aspect::certificate:
      add(row.certificates, fact.what + ": " + fact.text +
                                (fact.thumbprint.empty() ? "" : "; SHA-1 " + fact.thumbprint));
      break;
    case Aspect::setting:
      add(row.settings, fact.what + ": " + fact.text);
      break;
  }
  ask(row.questions, fact);
}

// The port in "opc.wss://host:4843/path", or that of the scheme; 0 where it is none that runs over
// TLS.
std::uint16_t secure_port(std::string_view url) noexcept {
  constexpr auto kSchemes =
      std::to_array<std::string_view>({"https://", "opc.https://", "opc.wss://", "wss://"});
  for (const std::string_view scheme : kSchemes) {
    if (!url.starts_with(scheme)) {
      continue;
    }
    const std::string_view host =
        url.substr(scheme.size(), url.find('/', scheme.size()) - scheme.size());
    const std::size_t colon = host.rfind(':');
    if (colon == std::string_view::npos || host.ends_with(']')) {
      return kHttpsPort;
    }
    std::uint16_t port = 0;
    const std::string_view digits = host.substr(colon + 1);
    const auto [end, failed] = std::from_chars(digits.begin(), digits.end(), port);
    return failed == std::errc{} && end == digits.end() ? port : std::uint16_t{0};
  }
  return 0;
}

// Whether the server told over OPC UA that it has an endpoint there.
bool offers_endpoint(const Asset& asset, std::uint16_t port) noexcept {
  return std::ranges::any_of(asset.facts, [port](const Fact& fact) {
    return fact.field == Identity::Field::url && secure_port(fact.value) == port;
  });
}

std::string_view tls_service(const Asset& asset, std::uint16_t port) noexcept {
  if (offers_endpoint(asset, port) || port == kOpcuaTlsPort) {
    return "OPC UA HTTPS/WSS";
  }
  switch (port) {
    case kCipSecurityPort:
      return "CIP Security";
    case kModbusSecurityPort:
      return "Modbus/TCP Security";
    case kHttpsPort:
      return "HTTPS";
    default:
      return {};
  }
}

std::string service_name(const Asset& asset, const PostureFact& fact) {
  const std::string protocol{to_string(fact.protocol)};
  const std::string_view name =
      fact.protocol == Protocol::tls ? tls_service(asset, fact.port) : std::string_view{};
  return (name.empty() ? protocol : std::string{name} + " (" + protocol + ')') + ", port " +
         std::to_string(fact.port);
}

// CIP Security and Modbus/TCP Security want a certificate of both ends.
void ask_for_clients(ServicePosture& row, const PostureFact& fact) {
  const bool wanted = fact.port == kCipSecurityPort || fact.port == kModbusSecurityPort;
  if (wanted && fact.protocol == Protocol::tls && fact.what == "client certificate" &&
      (fact.text == "not asked for" || fact.text == "asked for, none shown")) {
    add(row.questions, "Why may a client connect without a certificate?");
  }
}

// Those of its services, in an order that depends on content only.
std::vector<const PostureFact*> in_order(std::span<const PostureFact> postures) {
  std::vector<const PostureFact*> out;
  for (const PostureFact& fact : postures) {
    if (!fact.as_client) {
      out.push_back(&fact);
    }
  }
  std::ranges::sort(out, {}, [](const PostureFact* fact) {
    return std::tie(fact->protocol, fact->port, fact->aspect, fact->what, fact->text,
                    fact->thumbprint);
  });
  return out;
}

}  // namespace

std::vector<ServicePosture> service_postures(const Asset& asset) {
  std::vector<ServicePosture> rows;
  for (const PostureFact* each : in_order(asset.postures)) {
    const PostureFact& fact = *each;
    auto row = std::ranges::find_if(rows, [&](const ServicePosture& known) {
      return known.protocol == fact.protocol && known.port == fact.port;
    });
    if (row == rows.end()) {
      row = rows.insert(rows.end(), ServicePosture{});
      row->protocol = fact.protocol;
      row->port = fact.port;
      row->service = service_name(asset, fact);
    }
    take(*row, fact);
    ask_for_clients(*row, fact);
  }
  return rows;
}

}  // namespace prahari
