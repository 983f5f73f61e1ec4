#include "dissectors/protocols/enip/poll.hpp"

#include "dissectors/protocols/enip/status.hpp"
#include "dissectors/secret_print.hpp"

namespace prahari::enip {
namespace {

bool reads_by_name(const Request& request) noexcept {
  const Path& path = request.path;
  return request.service == svc::kReadTag && !request.overrun && !path.bad && !path.cls &&
         !path.symbol.empty() && request.data.size() >= 2;
}

bool to_message_router(const Request& request) noexcept {
  const Path& path = request.path;
  return !request.overrun && !path.bad && path.cls == cls::kMessageRouter && !path.inner_cls &&
         !path.attribute && path.symbol.empty();
}

// A success that holds a value: what type it has and what it is make no other message.
bool is_value(Bytes answer) noexcept {
  Reader in{answer};
  const std::uint8_t service = in.u8();
  in.skip(1);
  const std::uint8_t status = in.u8();
  const std::uint8_t extended = in.u8();
  if (in.le16() == kStructureType) {
    in.skip(2);
  }
  return in.ok() && service == (svc::kReadTag | kReplyBit) && status == general_status::kSuccess &&
         extended == 0;
}

std::uint8_t service_of(Bytes message) noexcept { return Reader{message}.u8(); }

// What follows the path.
Bytes data_of(Bytes request) noexcept {
  Reader in{request};
  in.skip(1);
  in.skip(std::size_t{2} * in.u8());
  return in.rest();
}

// Of what is read and what is answered two different ones; never 0.
std::uint64_t key_of(Bytes request, bool answer, std::uint32_t unit, unsigned depth) noexcept {
  return SecretPrint{}.add(answer ? 1U : 0U).add(depth).add(unit).add(request).value() + 1;
}

}  // namespace

bool is_poll(Bytes request) noexcept {
  const Request list = read_request(request);
  const ServiceList services{list.data};
  if (list.service != svc::kMultiple || !to_message_router(list) || services.bad()) {
    return false;
  }
  for (std::size_t i = 0; i < services.size(); ++i) {
    if (!reads_by_name(read_request(services.item(i)))) {
      return false;
    }
  }
  return true;
}

std::uint64_t key_of_poll(Bytes request, std::uint32_t unit, unsigned depth) noexcept {
  return service_of(request) == svc::kMultiple ? key_of(request, false, unit, depth) : 0;
}

std::uint64_t key_of_answers(Bytes request, Bytes reply, std::uint32_t unit,
                             unsigned depth) noexcept {
  if (service_of(request) != svc::kMultiple || service_of(reply) != (svc::kMultiple | kReplyBit)) {
    return 0;
  }
  const Reply whole = read_reply(reply);
  const ServiceList asked{data_of(request)};
  const ServiceList answers{whole.data};
  if (whole.status != general_status::kSuccess || !whole.extended.empty() || whole.cut ||
      asked.bad() || answers.bad() || answers.size() != asked.size()) {
    return 0;
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!is_value(answers.item(i))) {
      return 0;
    }
  }
  return key_of(request, true, unit, depth);
}

}  // namespace prahari::enip
