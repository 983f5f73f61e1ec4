// WS-Discovery: cameras, printers and Windows hosts. WS-Discovery 1.1; ONVIF Core section 7.3.

#include <string>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kAction, kTypes, kScopes, kAddress, kUrls };
constexpr auto kFields =
    std::to_array<std::string_view>({"action", "types", "scopes", "address", "urls"});

constexpr std::array kProblems = {
    Problem{"non_wsd_on_port", "bytes on the WS-Discovery port are no WS-Discovery", false}};

constexpr std::uint8_t kOfWsd = 70;
constexpr std::string_view kSource = "WS-Discovery";
constexpr std::size_t kShown = 256;
constexpr std::size_t kMostScopes = 32;

bool is_wsd(std::string_view text) noexcept {
  return text.starts_with('<') && (text.find("ws/2005/04/discovery") != std::string_view::npos ||
                                   text.find("ws-dd/ns/discovery") != std::string_view::npos);
}

// The text of the first element of this name, whatever its prefix.
std::string_view element(std::string_view text, std::string_view name) noexcept {
  for (std::size_t at = text.find(name); at != std::string_view::npos && at > 0;
       at = text.find(name, at + 1)) {
    std::string_view rest = text.substr(at + name.size());
    const std::size_t open = text.rfind('<', at);
    const bool begins = open != std::string_view::npos && at - open <= 32 &&
                        (text[at - 1] == '<' || text[at - 1] == ':') && text[open + 1] != '/' &&
                        (rest.starts_with('>') || rest.starts_with(' '));
    const std::size_t close = rest.find('>');
    if (begins && close != std::string_view::npos) {
      rest.remove_prefix(close + 1);
      return trimmed(rest.substr(0, rest.find('<')));
    }
  }
  return {};
}

std::string_view last_part(std::string_view text) noexcept {
  const std::size_t slash = text.rfind('/');
  return slash == std::string_view::npos ? text : text.substr(slash + 1);
}

class WsdSession final : public PlainSession {
 public:
  explicit WsdSession(std::uint8_t /*variant*/) noexcept : PlainSession(Protocol::wsd) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return is_wsd(as_text(head)) ? Frame::complete(head.size()) : Frame::not_mine();
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    const std::string_view text = as_text(pdu.bytes);
    const std::string_view action = last_part(element(text, "Action"));
    const std::string_view types = element(text, "Types");
    const std::string_view scopes = element(text, "Scopes");
    const std::string_view urls = element(text, "XAddrs");
    const bool of_itself =
        action == "Hello" || action == "ProbeMatches" || action == "ResolveMatches";
    if (of_itself) {
      tell({Identity::Field::service, kOfWsd, kSource, types}, pdu, out);
      tell({Identity::Field::url, kOfWsd, kSource, urls.substr(0, urls.find(' '))}, pdu, out);
      tell_scopes(scopes, pdu, out);
    }
    if (Fields* fields = out.fields()) {
      fields->text(kAction, action.substr(0, kShown));
      fields->text(kTypes, types.substr(0, kShown));
      fields->text(kScopes, scopes.substr(0, kShown));
      fields->text(kAddress, element(text, "Address").substr(0, kShown));
      fields->text(kUrls, urls.substr(0, kShown));
    }
    say(of_itself ? "Announcement" : "Search", 0, pdu, out);
  }

 private:
  void tell_scopes(std::string_view scopes, const Pdu& pdu, Emitter& out) {
    constexpr std::string_view kOnvif = "onvif://www.onvif.org/";
    struct Row {
      std::string_view key;
      Identity::Field field;
    };
    constexpr auto kRows = std::to_array<Row>({{"hardware/", Identity::Field::model},
                                               {"name/", Identity::Field::name},
                                               {"location/", Identity::Field::location}});
    for (std::size_t i = 0; i < kMostScopes && !scopes.empty(); ++i) {
      const std::size_t end = scopes.find_first_of(" \r\n\t");
      std::string_view scope = scopes.substr(0, end);
      scopes = end == std::string_view::npos ? std::string_view{} : scopes.substr(end + 1);
      if (!scope.starts_with(kOnvif)) {
        continue;
      }
      scope.remove_prefix(kOnvif.size());
      for (const Row& row : kRows) {
        if (scope.starts_with(row.key)) {
          tell({row.field, kOfWsd, "ONVIF scope", scope.substr(row.key.size())}, pdu, out);
        }
      }
    }
  }
};

Probe probe(const ProbeInput& input) noexcept {
  const bool mine = input.bound && input.transport == Transport::udp && is_wsd(as_text(input.head));
  return {mine ? Probe::Answer::yes : Probe::Answer::no};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 3702}};

}  // namespace

extern constinit const Dissector wsd_dissector;
constinit const Dissector wsd_dissector{
    .protocol = Protocol::wsd,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<WsdSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
