#include "dissectors/protocols/enip/cip.hpp"

#include <bit>
#include <chrono>

#include "dissectors/protocols/enip/connections.hpp"
#include "dissectors/protocols/enip/nesting.hpp"
#include "dissectors/protocols/enip/poll.hpp"
#include "dissectors/protocols/enip/status.hpp"
#include "dissectors/unit.hpp"

namespace prahari::enip {
namespace {

constexpr std::chrono::seconds kUploadWithin{60};
constexpr int kUploadClasses = 4;

bool is_list(std::uint8_t service) noexcept { return service == svc::kMultiple; }

void decode_body(Call& call) {
  const bool theirs = decode_tag(call) || decode_connection_manager(call) || decode_pccc(call) ||
                      decode_attributes(call);
  if (!theirs) {
    call.show_data(call.in.rest());
  } else if (!call.in.ok()) {
    call.problem(CipWrong::truncated);
  }
}

// The general status in the low byte, the first extended one above it: 0x010601.
std::uint32_t full_status(const Reply& reply) noexcept {
  Reader words{reply.extended};
  const std::uint32_t extended = words.le16();
  return words.ok() ? extended << 8U | reply.status : reply.status;
}

class Decoder {
 public:
  explicit Decoder(Exchange& exchange) noexcept : x_(exchange) {}

  void request(Bytes bytes, const Way& way, unsigned depth) {
    const std::uint64_t key =
        x_.out.knows_groups() ? key_of_poll(bytes, way.unit, depth) : std::uint64_t{0};
    cycle(key, bytes, [&] { read(bytes, way, depth); });
  }

  // `asked` is the request as it was sent, or empty.
  void reply(Bytes bytes, Bytes asked, const Way& way, unsigned depth, unsigned errands = 0) {
    const std::uint64_t key = x_.out.knows_groups() && x_.asked != nullptr
                                  ? key_of_answers(asked, bytes, way.unit, depth)
                                  : 0;
    cycle(key, asked, [&] { read_answer(bytes, asked, way, depth, errands); });
  }

 private:
  // Decodes a message, unless it belongs to one of the polls that go round. `key` 0: to none.
  template <class Decode>
  void cycle(std::uint64_t key, Bytes request, Decode&& decode) {
    if (key != 0 && x_.out.again(key)) {
      return;
    }
    const bool poll = key != 0 && is_poll(request);
    if (poll) {
      x_.out.begin_group(key);
    }
    decode();
    if (poll) {
      x_.out.end_group();
    }
  }

  void read(Bytes bytes, const Way& way, unsigned depth) {
    Request request = read_request(bytes);
    Message message = prepare(way);
    message.kind = Kind::request;
    message.direction = Direction::to_server;
    message.function = request.service;
    const Meaning meaning = meaning_of(request.service, request.path, request.data, vendor_of(way));
    apply(message, meaning, request.path);
    note_upload(message, request);
    name_tag(request, way, false);
    ShortText<200> text;
    set_target(message, request.path, text, vendor_of(way));

    Call call{.x = x_,
              .depth = depth,
              .service = request.service,
              .path = &request.path,
              .request_data = request.data,
              .in = Reader{request.data},
              .message = message,
              .text_target = text,
              .fields = x_.out.fields(),
              .unit = way.unit};
    show_call(call, way, meaning, request.data.size());
    if (request.overrun) {
      call.problem(CipWrong::path_overrun);
    } else if (request.path.bad) {
      call.problem(CipWrong::bad_path);
    }
    if (is_errand(request)) {
      return errand(call, request, way);
    }
    if (is_list(request.service)) {
      return list(call, request, way);
    }
    decode_body(call);
    x_.out.message(message);
  }

  void read_answer(Bytes bytes, Bytes asked, const Way& way, unsigned depth, unsigned errands) {
    const Reply reply = read_reply(bytes);
    Request request = read_request(asked);
    if (!asked.empty() && is_errand(request) && depth + errands < kMaxDepth) {
      // The answer to what an Unconnected Send carried comes back by itself.
      const Errand inner = read_errand(request.data);
      if (answers_carried(reply, inner)) {
        return this->reply(bytes, inner.message, go_on(way, inner.route), depth, errands + 1);
      }
    }
    const bool known = !asked.empty() && request.service == reply.service;
    name_tag(request, way, true);
    answer(reply, known ? &request : nullptr, way, depth);
  }

  // Read Tag Fragmented has the number of Unconnected Send: what was not delivered tells how much
  // of the path was left, a tag that was refused tells nothing more.
  static bool answers_carried(const Reply& reply, const Errand& inner) noexcept {
    if (reply.service != svc::kUnconnectedSend) {
      return true;
    }
    constexpr std::uint8_t kPartial = 6;
    const bool served = reply.status == 0 || reply.status == kPartial;
    return read_request(inner.message).service == svc::kUnconnectedSend &&
           (served || reply.data.empty());
  }

  [[nodiscard]] std::uint16_t vendor_of(const Way& way) const noexcept {
    return way.route == nullptr ? x_.memory.vendor : std::uint16_t{0};
  }

  [[nodiscard]] Message prepare(const Way& way) const noexcept {
    Message message;
    message.protocol = Protocol::cip;
    message.target.unit = way.unit == Identity::kNoUnit ? 0 : way.unit;
    return message;
  }

  static void apply(Message& message, const Meaning& meaning, const Path& path) noexcept {
    message.name = meaning.name;
    message.operation = meaning.operation;
    message.effect = meaning.effect;
    message.sub_function = static_cast<std::uint16_t>(path.object().value_or(0));
  }

  // A tag that is meant by the number of its Symbol instance gets the name that the controller
  // listed it under.
  void name_tag(Request& request, const Way& way, bool response) const noexcept {
    Path& path = request.path;
    if (path.cls != cls::kSymbol || x_.connections == nullptr ||
        !is_tag_service(request.service, path)) {
      return;
    }
    const std::string_view symbol = path.symbol.view();
    const std::string_view scope = symbol.substr(0, path.scope);
    const std::string_view name = x_.connections->tags().find(x_.owner_of_tags(response, way.unit),
                                                              scope, path.instance.value_or(0));
    if (name.empty()) {
      return;
    }
    ShortText<256> whole;
    whole.add(scope).add(scope.empty() ? "" : ".").add(name).add(path.index.view());
    const std::string_view member = symbol.substr(path.scope);
    whole.add(member.empty() || member.front() == '.' ? "" : ".").add(member);
    path.symbol = whole;
  }

  // One class listed is a look; several of them within a minute are a program on its way out.
  void note_upload(Message& message, const Request& request) const noexcept {
    Memory& memory = x_.memory;
    const unsigned place = list_place(request.service, request.path);
    if (place == kNoList || message.operation != Operation::discover) {
      return;
    }
    const Timestamp now = x_.pdu.packet.time;
    if (now - memory.listed_since > kUploadWithin || now < memory.listed_since) {
      memory.listed = 0;
      memory.listed_since = now;
    }
    memory.listed |= static_cast<std::uint16_t>(1U << place);
    if (std::popcount(memory.listed) >= kUploadClasses) {
      message.name = "List Objects for Upload";
      message.operation = Operation::program;
      message.effect = Effect::program_from;
    }
  }

  void errand(Call& call, const Request& request, const Way& way) {
    const Errand inner = read_errand(request.data);
    const bool deep = call.depth >= kMaxDepth;
    if (inner.cut) {
      call.problem(CipWrong::truncated);
    } else if (inner.route.bad) {
      call.problem(CipWrong::bad_path);
    }
    if (deep) {
      call.problem(CipWrong::nested_too_deep);
    }
    if (call.fields != nullptr && inner.route.hop_count > 0) {
      show_route(call, inner.route);
    }
    const Way on = go_on(way, inner.route);
    call.message.target.unit = on.unit == Identity::kNoUnit ? 0 : on.unit;
    call.message.envelope = !deep && !inner.message.empty();
    x_.out.message(call.message);
    if (call.message.envelope) {
      this->request(inner.message, on, call.depth + 1);
    }
  }

  void list(Call& call, const Request& request, const Way& way) {
    const ServiceList services{request.data};
    if (services.bad()) {
      call.problem(CipWrong::bad_service_list);
    }
    const bool deep = call.depth >= kMaxDepth;
    if (deep) {
      call.problem(CipWrong::nested_too_deep);
    }
    call.message.envelope = !deep && services.size() > 0 && !services.item(0).empty();
    if (services.bad() && !call.message.envelope) {
      call.message.operation = Operation::control;  // nobody knows what it may do
    }
    x_.out.message(call.message);
    for (std::size_t i = 0; i < services.size() && call.message.envelope; ++i) {
      const Bytes one = services.item(i);
      if (one.empty()) {
        break;
      }
      this->request(one, way, call.depth + 1);
    }
  }

  void answer(const Reply& reply, const Request* request, const Way& way, unsigned depth) {
    Message message = prepare(way);
    const bool good =
        reply.status == general_status::kSuccess || reply.status == general_status::kPartial;
    message.kind = good ? Kind::response : Kind::exception;
    message.outcome = good ? Outcome::success : Outcome::failure;
    message.direction = Direction::to_client;
    message.function = reply.service;
    message.status = full_status(reply);
    message.matched = request != nullptr && x_.asked != nullptr;
    if (message.matched) {
      message.request = x_.asked->packet;
    }
    const Meaning meaning = request == nullptr ? meaning_of(reply.service)
                                               : meaning_of(reply.service, request->path,
                                                            request->data, vendor_of(way));
    ShortText<200> text;
    if (request != nullptr) {
      apply(message, meaning, request->path);
      set_target(message, request->path, text, vendor_of(way));
    } else {
      apply(message, meaning, Path{});
    }
    Call call{.x = x_,
              .depth = depth,
              .service = reply.service,
              .response = true,
              .status = reply.status,
              .path = request == nullptr ? nullptr : &request->path,
              .request_data = request == nullptr ? Bytes{} : request->data,
              .in = Reader{reply.data},
              .message = message,
              .text_target = text,
              .fields = x_.out.fields(),
              .unit = way.unit};
    show_call(call, way, meaning, reply.data.size());
    show_status(call, reply);
    if (request != nullptr && is_errand(*request)) {
      refused_errand(call, *request, way);
    }
    if (reply.cut) {
      call.problem(CipWrong::truncated);
    }
    if (is_list(reply.service) && (good || reply.status == general_status::kEmbeddedError)) {
      return list_of_answers(call, reply, request, way);
    }
    if (good && is_route(way.unit) && way.route != nullptr && call.object() == cls::kIdentity) {
      tell_route(call, *way.route);
    }
    decode_body(call);
    x_.out.message(message);
  }

  // A module that is in no slot here is known by the way to it.
  static void tell_route(const Call& call, const Path& route) {
    constexpr std::uint8_t kSure = 98;
    ShortText<64> words;
    for (const Hop& hop : route.route()) {
      words.add(words.empty() ? "" : ",");
      add_hop(words, hop);
    }
    call.fact(Identity::Field::route, "CIP Unconnected Send", kSure, words.view());
  }

  // An Unconnected Send that came back by itself did not get there: an empty slot, most often.
  static void refused_errand(const Call& call, const Request& request, const Way& way) {
    const Errand errand = read_errand(request.data);
    const Way on = go_on(way, errand.route);
    call.message.target.unit = on.unit == Identity::kNoUnit ? 0 : on.unit;
    if (call.fields != nullptr && errand.route.hop_count > 0) {
      show_route(call, errand.route);
    }
  }

  void list_of_answers(Call& call, const Reply& reply, const Request* request, const Way& way) {
    const ServiceList answers{reply.data};
    if (answers.bad()) {
      call.problem(CipWrong::bad_service_list);
    }
    call.message.envelope =
        call.depth < kMaxDepth && answers.size() > 0 && !answers.item(0).empty();
    x_.out.message(call.message);
    const ServiceList asked{request == nullptr ? Bytes{} : request->data};
    for (std::size_t i = 0; i < answers.size() && call.message.envelope; ++i) {
      const Bytes one = answers.item(i);
      if (one.empty()) {
        break;
      }
      this->reply(one, asked.item(i), way, call.depth + 1);
    }
  }

  Exchange& x_;
};

}  // namespace

void decode_cip(Exchange& exchange, Bytes message) {
  if (message.empty()) {
    return;
  }
  Decoder decoder{exchange};
  const bool reply = (std::to_integer<std::uint8_t>(message.front()) & kReplyBit) != 0;
  const Way way{nullptr, exchange.unit};
  if (reply) {
    decoder.reply(message, exchange.asked_message, way, 0);
  } else {
    decoder.request(message, way, 0);
  }
}

}  // namespace prahari::enip
