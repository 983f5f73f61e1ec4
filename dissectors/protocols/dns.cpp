// DNS over UDP and TCP. What an answer names is somebody else; only that a server answers counts.
//
// RFC 1035; RFC 7766 (TCP).

#include "dissectors/dns_message.hpp"
#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

constexpr std::array kProblems = {
    Problem{"non_dns_on_port", "bytes on the DNS port are no DNS message", false}};

constexpr std::uint8_t kOfPort = 40;
constexpr std::uint8_t kStream = 1;  // variant
constexpr std::size_t kPrefix = 2;   // length, in streams
constexpr std::size_t kLeast = 12;

class DnsSession final : public PlainSession {
 public:
  explicit DnsSession(std::uint8_t variant) noexcept
      : PlainSession(Protocol::dns), stream_(variant == kStream) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    if (!stream_) {
      return dns::looks_sound(head) ? Frame::complete(head.size()) : Frame::not_mine();
    }
    Reader in{head};
    const std::size_t size = in.be16();
    if (!in.ok()) {
      return Frame::need_more();
    }
    if (size < kLeast) {
      return Frame::not_mine();
    }
    return head.size() < kPrefix + size ? Frame::need_more() : Frame::complete(kPrefix + size);
  }

  [[nodiscard]] bool starts_here(Bytes head, Side side,
                                 bool segment_start) const noexcept override {
    return PlainSession::starts_here(head, side, segment_start) &&
           (!stream_ || head.size() > kPrefix) &&
           dns::looks_sound(stream_ ? head.subspan(kPrefix) : head);
  }

  void on_pdu(const Pdu& given, Emitter& out) override {
    Pdu pdu = given;
    const Bytes message = stream_ ? pdu.bytes.subspan(kPrefix) : pdu.bytes;
    Reader in{message};
    const dns::Header header = dns::read_header(in);
    learn(pdu, header.response() ? Direction::to_client : Direction::to_server, out);
    if (header.response() && pdu.direction == Direction::to_client) {
      tell({Identity::Field::service, kOfPort, "DNS answer", "dns"}, pdu, out);
    }
    if (Fields* fields = out.fields()) {
      dns::show(message, *fields);
    }
    dns::Question question;
    if (header.response() || !dns::Walker{message}.next(question)) {
      question.name.clear();
    }
    say(header.response() ? "Response" : "Query", header.opcode(), pdu, out,
        header.response() ? Kind::response : Kind::request,
        {.table = question.name.empty() ? "" : "name", .text = question.name});
  }

 private:
  bool stream_;
};

Probe probe(const ProbeInput& input) noexcept {
  if (!input.bound) {
    return {};
  }
  Bytes message = input.head;
  const bool stream = input.transport == Transport::tcp;
  if (stream) {
    Reader in{message};
    const std::size_t size = in.be16();
    if (!in.ok() || size < kLeast || size > in.remaining()) {
      return {};
    }
    message = in.take(size);
  }
  if (!dns::looks_sound(message)) {
    return {};
  }
  Reader in{message};
  const bool response = dns::read_header(in).response();
  return {Probe::Answer::yes, response ? Direction::to_client : Direction::to_server,
          stream ? kStream : std::uint8_t{0}};
}

constexpr std::array kBindings = {Binding{Binding::Layer::udp_port, 53},
                                  Binding{Binding::Layer::tcp_port, 53}};

}  // namespace

extern constinit const Dissector dns_dissector;
constinit const Dissector dns_dissector{
    .protocol = Protocol::dns,
    .bindings = kBindings,
    .fields = dns::kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = false,
    .probe = probe,
    .open = [](std::uint8_t variant) -> std::unique_ptr<Session> {
      return std::make_unique<DnsSession>(variant);
    },
    .opaque = true,
};

}  // namespace prahari
