// CIP messages by themselves: paths, services, lists of services, tags, attributes, PCCC, and each
// answer together with the request that it is taken for.
//
// Input: flags (bit 0 somebody asks for fields, 1 the device is another vendor's), the length of a
// request in two bytes, the request, then an answer.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "dissectors/protocols/enip/cip.hpp"
#include "dissectors/protocols/enip/connections.hpp"
#include "dissectors/registry.hpp"

namespace prahari {
namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

class Checker final : public Emitter {
 public:
  void message(const Message& message) override {
    require(message.protocol == Protocol::cip);
    require(!message.name.empty());
    require(message.value_count <= Message::kValues);
    require((message.problems >> dissector(Protocol::cip).problems.size()) == 0);
    require(message.target.text.size() <= 256);
    require(++messages <= 70000);  // services in services have an end
  }
  void identity(const Identity& identity) override {
    require(!identity.value.empty() && identity.value.size() <= 520);
  }
  void anomaly(const Anomaly& anomaly) override {
    require(anomaly.problem < dissector(anomaly.protocol).problems.size());
  }
  Fields* fields() override {
    fields_.clear();
    return wants_fields ? &fields_ : nullptr;
  }
  void client_is(Side /*side*/) override {}

  bool wants_fields = false;
  std::size_t messages = 0;

 private:
  Fields fields_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in{std::as_bytes(std::span{data, size})};
  const std::uint8_t flags = in.u8();
  const std::size_t length = in.be16();
  const Bytes taken = in.take(std::min<std::size_t>(length, in.remaining()));
  // Copies of their own, so that a read beyond them is seen.
  const std::vector<std::byte> request{taken.begin(), taken.end()};
  const std::vector<std::byte> answer{in.rest().begin(), in.rest().end()};

  Checker out;
  out.wants_fields = (flags & 1U) != 0;
  enip::Memory memory;
  memory.vendor = (flags & 2U) != 0 ? 47 : 0;
  enip::ConnectionTable connections;
  Pdu pdu;
  enip::Exchange ask{.pdu = pdu,
                     .out = out,
                     .memory = memory,
                     .connections = &connections,
                     .ends = {},
                     .connection_id = 1,
                     .sequence = 2};
  enip::decode_cip(ask, request);
  const enip::Waiting asked;
  enip::Exchange reply = ask;
  pdu.side = Side::second;
  reply.asked = &asked;
  reply.asked_message = request;
  enip::decode_cip(reply, answer);
  return 0;
}

}  // namespace prahari
