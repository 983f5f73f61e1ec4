// LLMNR: who answers to a name on this link. RFC 4795.

#include "dissectors/dns_message.hpp"
#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

constexpr std::array kProblems = {
    Problem{"non_llmnr_on_port", "bytes on the LLMNR port are no LLMNR message", false}};

constexpr std::uint8_t kOfName = 70;

class LlmnrSession final : public PlainSession {
 public:
  LlmnrSession() noexcept : PlainSession(Protocol::llmnr) {}

  void join(Shared* /*shared*/, const FlowEnds& ends) override { ends_ = ends; }

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return dns::looks_sound(head) ? Frame::complete(head.size()) : Frame::not_mine();
  }

  void on_pdu(const Pdu& given, Emitter& out) override {
    Pdu pdu = given;
    dns::Walker walker{pdu.bytes};
    const bool response = walker.header().response();
    learn(pdu, response ? Direction::to_client : Direction::to_server, out);
    dns::Record record;
    std::string given_away;
    while (response && walker.next(record)) {
      if ((record.type == dns::type::kA || record.type == dns::type::kAaaa) &&
          walker.header().status() == 0 && gives_sender(record, pdu)) {
        given_away = record.name;
        tell({Identity::Field::name, kOfName, "LLMNR answer", record.name}, pdu, out);
        break;
      }
    }
    if (Fields* fields = out.fields()) {
      dns::show(pdu.bytes, *fields);
    }
    say(response ? "Response" : "Query", walker.header().opcode(), pdu, out,
        response ? Kind::response : Kind::request,
        {.table = given_away.empty() ? "" : "name", .text = given_away});
  }

 private:
  // Who answers with the address of another does not have the name.
  [[nodiscard]] bool gives_sender(const dns::Record& record, const Pdu& pdu) const noexcept {
    const IpAddress& sender = pdu.side == Side::first ? ends_.first : ends_.second;
    Reader in{record.data};
    const bool v4 = record.type == dns::type::kA;
    return (v4 ? IpAddress::read_v4(in) : IpAddress::read_v6(in)) == sender;
  }

  FlowEnds ends_;
};

Probe probe(const ProbeInput& input) noexcept {
  if (!input.bound || input.transport != Transport::udp || !dns::looks_sound(input.head)) {
    return {};
  }
  Reader in{input.head};
  const bool response = dns::read_header(in).response();
  return {Probe::Answer::yes, response ? Direction::to_client : Direction::to_server, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 5355}};

}  // namespace

extern constinit const Dissector llmnr_dissector;
constinit const Dissector llmnr_dissector{
    .protocol = Protocol::llmnr,
    .bindings = kBindings,
    .fields = dns::kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<LlmnrSession>();
    },
    .opaque = true,
};

}  // namespace prahari
