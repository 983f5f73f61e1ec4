// The walker over the fields of every service, type and extension, without a connection around it.
//
// Input: two bytes choose the service and its direction by the number of the type, the rest is the
// body behind the header. What is read has to stay within its bounds, and what begins has to end.

#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "dissectors/protocols/opcua/reading.hpp"
#include "dissectors/protocols/opcua/services.hpp"
#include "dissectors/protocols/opcua/walker.hpp"

namespace prahari {
namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

class Balance final : public opcua::Visitor {
 public:
  void begin(opcua::Mark /*mark*/, std::size_t /*index*/) override { ++open; }
  void end(opcua::Mark /*mark*/) override { require(open-- > 0); }
  void value(opcua::Mark mark, std::size_t /*index*/, const opcua::Value& value) override {
    require(mark != opcua::Mark::none);
    for (const char c : value.text) {  // touch it, so that a view beyond the bytes is seen
      sum += static_cast<unsigned char>(c);
    }
  }

  int open = 0;
  std::uint64_t sum = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in{std::as_bytes(std::span{data, size})};
  const std::uint32_t type = in.le16() % 1000U;
  if (!in.ok()) {
    return 0;
  }
  bool response = false;
  const opcua::Service* service = nullptr;
  for (std::uint32_t i = 0; i < 22'000 && service == nullptr; ++i) {
    service = opcua::find_service(type + i, response);
  }
  if (service == nullptr) {
    return 0;
  }
  const std::vector<std::byte> body{in.rest().begin(), in.rest().end()};
  const auto fields = response ? service->response_fields : service->request_fields;

  Balance balance;
  opcua::Walker walker{body, balance};
  walker.walk(fields);
  require(balance.open == 0);

  static opcua::Reading reading;
  static opcua::Items asked;
  const opcua::Learned learned;
  reading.start(*service, response, response ? &asked : nullptr, learned);
  opcua::Walker again{body, reading};
  again.walk(fields);
  require(again.ok() == walker.ok() && again.remaining() == walker.remaining());
  if (!response) {
    asked.assign(reading.items);  // what a request asked for meets the next response
  }
  return 0;
}

}  // namespace prahari
