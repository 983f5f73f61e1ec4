// mDNS: names, services and kind of the host that answers. RFC 6762, RFC 6763.

#include <algorithm>
#include <string>

#include "dissectors/dns_message.hpp"
#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

constexpr std::array kProblems = {
    Problem{"non_mdns_on_port", "bytes on the mDNS port are no mDNS message", false}};

constexpr std::uint8_t kOfMdns = 70;
constexpr std::string_view kSource = "mDNS";
constexpr std::string_view kLocal = ".local";

// "_http._tcp" of "_http._tcp.local" and "Printer._http._tcp.local".
std::string_view service_of(std::string_view name) noexcept {
  if (!name.ends_with(kLocal)) {
    return {};
  }
  name.remove_suffix(kLocal.size());
  if (!name.ends_with("._tcp") && !name.ends_with("._udp")) {
    return {};
  }
  const std::size_t transport = name.size() - 5;
  const std::size_t begin =
      transport == 0 ? std::string_view::npos : name.rfind('.', transport - 1);
  const std::string_view service = begin == std::string_view::npos ? name : name.substr(begin + 1);
  return service.starts_with('_') ? service : std::string_view{};
}

// Whether an address record gives this address.
bool is_of(const dns::Record& record, const IpAddress& ip) noexcept {
  Reader in{record.data};
  return (record.type == dns::type::kA ? IpAddress::read_v4(in) : IpAddress::read_v6(in)) == ip;
}

class MdnsSession final : public PlainSession {
 public:
  MdnsSession() noexcept : PlainSession(Protocol::mdns) {}

  void join(Shared* /*shared*/, const FlowEnds& ends) override { ends_ = ends; }

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return dns::looks_sound(head) ? Frame::complete(head.size()) : Frame::not_mine();
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    dns::Walker walker{pdu.bytes};
    const bool response = walker.header().response();
    if (response) {
      read_answers(walker, pdu, out);
    }
    if (Fields* fields = out.fields()) {
      dns::show(pdu.bytes, *fields);
    }
    say(response ? "Response" : "Query", walker.header().opcode(), pdu, out);
  }

 private:
  [[nodiscard]] const IpAddress& sender(const Pdu& pdu) const noexcept {
    return pdu.side == Side::first ? ends_.first : ends_.second;
  }

  // A responder tells of itself only (RFC 6762, 2). One that gives the address of another is a
  // reflector or a liar: of what it says nothing is its own.
  [[nodiscard]] bool speaks_for_others(const Pdu& pdu) const noexcept {
    dns::Walker walker{pdu.bytes};
    dns::Record record;
    bool own = false;
    bool other = false;
    while (walker.next(record)) {
      if (record.type == dns::type::kA) {
        const bool is_own = is_of(record, sender(pdu));
        own |= is_own;
        other |= !is_own;
      }
    }
    return other && !own;
  }

  void read_answers(dns::Walker& walker, const Pdu& pdu, Emitter& out) {
    if (speaks_for_others(pdu)) {
      return;
    }
    dns::Record record;
    while (walker.next(record)) {
      if (record.ttl == 0) {
        continue;  // goodbye
      }
      switch (record.type) {
        case dns::type::kA:
        case dns::type::kAaaa:
          if (is_of(record, sender(pdu))) {
            tell_name(record.name, pdu, out);
          }
          break;
        case dns::type::kSrv:
          tell_service(record.name, pdu, out);
          break;
        case dns::type::kHinfo:
          tell_host_info(record.data, pdu, out);
          break;
        case dns::type::kTxt:
          tell_text(record.data, pdu, out);
          break;
        default:
          break;
      }
    }
  }

  void tell_name(std::string_view name, const Pdu& pdu, Emitter& out) {
    if (name.ends_with(kLocal)) {
      name.remove_suffix(kLocal.size());
      tell({Identity::Field::name, kOfMdns, kSource, name}, pdu, out);
    }
  }

  void tell_service(std::string_view name, const Pdu& pdu, Emitter& out) {
    tell({Identity::Field::service, kOfMdns, kSource, service_of(name)}, pdu, out);
  }

  void tell_host_info(Bytes data, const Pdu& pdu, Emitter& out) {
    Reader in{data};
    const std::string_view cpu = in.text(in.u8());
    const std::string_view os = in.text(in.u8());
    if (in.ok()) {
      tell({Identity::Field::hardware, kOfMdns, "mDNS HINFO", cpu}, pdu, out);
      tell({Identity::Field::os, kOfMdns, "mDNS HINFO", os}, pdu, out);
    }
  }

  // What printers, cameras and gateways write there.
  void tell_text(Bytes data, const Pdu& pdu, Emitter& out) {
    struct Row {
      std::string_view key;
      Identity::Field field;
    };
    constexpr auto kRows = std::to_array<Row>({{"model=", Identity::Field::model},
                                               {"usb_MFG=", Identity::Field::vendor},
                                               {"usb_MDL=", Identity::Field::model},
                                               {"manufacturer=", Identity::Field::vendor},
                                               {"serialNumber=", Identity::Field::serial},
                                               {"note=", Identity::Field::location}});
    Reader in{data};
    while (in.remaining() > 0) {
      const std::string_view text = in.text(in.u8());
      const auto* const row = std::ranges::find_if(
          kRows, [text](const Row& one) { return starts_with_word(text, one.key); });
      if (in.ok() && row != kRows.end()) {
        tell({row->field, kOfMdns, "mDNS service text", text.substr(row->key.size())}, pdu, out);
      }
    }
  }

  FlowEnds ends_;
};

Probe probe(const ProbeInput& input) noexcept {
  const bool mine =
      input.bound && input.transport == Transport::udp && dns::looks_sound(input.head);
  return {mine ? Probe::Answer::yes : Probe::Answer::no, Direction::unknown, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 5353}};

}  // namespace

extern constinit const Dissector mdns_dissector;
constinit const Dissector mdns_dissector{
    .protocol = Protocol::mdns,
    .bindings = kBindings,
    .fields = dns::kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<MdnsSession>();
    },
    .opaque = true,
};

}  // namespace prahari
