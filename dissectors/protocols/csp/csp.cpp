#include "dissectors/protocols/csp/csp.hpp"

#include "dissectors/protocols/csp/session.hpp"

namespace prahari {
namespace csp {
namespace {

constexpr std::size_t kLocalAddress = 4;    // destination, control, source, service access point
constexpr std::size_t kRemoteAddress = 15;  // over a bridge

// Whether so short a head may become CSPv4.
bool may_begin(Bytes head) noexcept {
  Reader in{head};
  const std::uint8_t mode = in.u8();
  const std::uint8_t kind = in.u8();
  const bool kind_known = !in.ok() || is_known(kind);
  return !head.empty() && is_mode(mode) && kind_known;
}

Probe probe(const ProbeInput& input) noexcept {
  Reader in{input.head};
  const Header header = read_header(in);
  if (!in.ok()) {
    return may_begin(input.head) ? Probe{Probe::Answer::need_more} : Probe{};
  }
  if (!is_known(header.submode) || !is_sound(header)) {
    return {};
  }
  const Direction direction = header.reply() ? Direction::to_client : Direction::to_server;
  return {Probe::Answer::yes, direction, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 2222}};

}  // namespace

Header read_header(Reader& in) noexcept {
  Header header;
  header.mode = in.u8();
  header.submode = in.u8();
  header.length = in.be16();
  header.connection = in.be32();
  header.status = in.be32();
  header.context = in.take(16);
  return header;
}

bool is_sound(const Header& header) noexcept {
  const bool carries = header.submode == submode::kPccc;
  const bool size = header.length <= kMostData &&
                    (carries || header.length == 0 || header.submode != submode::kConnect);
  return is_mode(header.mode) && header.submode != 0 && header.submode <= 0x10 && size;
}

Body read_body(Bytes bytes) noexcept {
  Reader in{bytes};
  Body body;
  in.skip(3);
  body.remote = in.u8() != 0;
  in.skip(body.remote ? kRemoteAddress - kLocalAddress : 0);
  body.cut = !in.ok();
  body.pccc = in.rest();
  return body;
}

}  // namespace csp

extern constinit const Dissector csp_dissector;
constinit const Dissector csp_dissector{
    .protocol = Protocol::csp,
    .bindings = csp::kBindings,
    .fields = csp::kFieldNames,
    .problems = csp::kProblems,
    .foreign_problem = static_cast<std::uint8_t>(csp::Wrong::non_csp_on_port),
    .on_any_port = false,
    .probe = csp::probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<csp::CspSession>();
    },
};

}  // namespace prahari
