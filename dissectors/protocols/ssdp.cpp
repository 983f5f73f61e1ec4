// SSDP: what a UPnP device announces. UPnP Device Architecture 1.1 section 1.

#include <string>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kMethod, kServer, kUsn, kLocation, kType, kUserAgent };
constexpr auto kFields =
    std::to_array<std::string_view>({"method", "server", "usn", "location", "type", "user_agent"});

constexpr std::array kProblems = {
    Problem{"non_ssdp_on_port", "bytes on the SSDP port are no SSDP", false}};

constexpr std::uint8_t kOfSsdp = 70;
constexpr std::uint8_t kOfClient = 60;
constexpr std::string_view kSource = "SSDP";
constexpr std::size_t kShown = 256;

enum class Method : std::uint8_t { none, notify, search, answer };

Method method_of(std::string_view text) noexcept {
  return text.starts_with("NOTIFY * HTTP/1.")     ? Method::notify
         : text.starts_with("M-SEARCH * HTTP/1.") ? Method::search
         : text.starts_with("HTTP/1.1 200")       ? Method::answer
                                                  : Method::none;
}

std::string_view header(std::string_view text, std::string_view name) noexcept {
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && same_word(line.substr(0, colon), name)) {
      return trimmed(line.substr(colon + 1)).substr(0, kShown);
    }
  }
  return {};
}

class SsdpSession final : public PlainSession {
 public:
  explicit SsdpSession(std::uint8_t /*variant*/) noexcept : PlainSession(Protocol::ssdp) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return method_of(as_text(head)) == Method::none ? Frame::not_mine()
                                                    : Frame::complete(head.size());
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    const std::string_view text = as_text(pdu.bytes);
    const Method method = method_of(text);
    const std::string_view server = header(text, "SERVER");
    const std::string_view location = header(text, "LOCATION");
    const std::string_view agent = header(text, "USER-AGENT");
    const std::string_view type = header(text, method == Method::notify ? "NT" : "ST");
    const std::string_view name = method == Method::notify   ? "Notify"
                                  : method == Method::search ? "Search"
                                                             : "Answer";
    if (method == Method::search) {
      tell({Identity::Field::software, kOfClient, "SSDP search", agent}, pdu, out);
    } else {
      tell({Identity::Field::software, kOfSsdp, kSource, server}, pdu, out);
      tell({Identity::Field::url, kOfSsdp, kSource, location}, pdu, out);
      if (type.find(":device:") != std::string_view::npos) {
        tell({Identity::Field::service, kOfSsdp, kSource, type}, pdu, out);
      }
    }
    if (Fields* fields = out.fields()) {
      fields->text(kMethod, name);
      fields->text(kServer, server);
      fields->text(kUsn, header(text, "USN"));
      fields->text(kLocation, location);
      fields->text(kType, type);
      fields->text(kUserAgent, agent);
    }
    say(name, 0, pdu, out);
  }
};

Probe probe(const ProbeInput& input) noexcept {
  const bool mine = input.bound && input.transport == Transport::udp &&
                    method_of(as_text(input.head)) != Method::none;
  return {mine ? Probe::Answer::yes : Probe::Answer::no};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 1900}};

}  // namespace

extern constinit const Dissector ssdp_dissector;
constinit const Dissector ssdp_dissector{
    .protocol = Protocol::ssdp,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<SsdpSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
