#include "dissectors/protocols/opcua/session.hpp"

#include <algorithm>
#include <chrono>

#include "dissectors/protocols/opcua/say.hpp"
#include "dissectors/protocols/opcua/status_codes.hpp"

namespace prahari::opcua {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kDefaultTimeout = 60'000;  // milliseconds
constexpr auto kChunkPatience = 30s;
constexpr auto kCheckEvery = 1s;
constexpr std::size_t kSignatures[] = {16, 20, 32, 48};

constexpr auto kRequestHeader = std::to_array<Field>({{Type::request_header}});
constexpr auto kResponseHeader = std::to_array<Field>({{Type::response_header}});

constexpr Service kUnknownService{.request = 0,
                                  .response = 0,
                                  .id = "",
                                  .name = "Unknown Service",
                                  .operation = Operation::control,
                                  .effect = Effect::none,
                                  .request_fields = {},
                                  .response_fields = {}};

// One for each thread: a message is read and done with before the next.
Reading& reading() {
  static thread_local Reading one;
  return one;
}

// OPN has its own wait: its channel has no number yet when it is asked for.
std::uint32_t paired(const Whole& whole) noexcept {
  return whole.header.type == MessageType::open ? 0 : whole.channel;
}

// A response is shown as what its request was.
Message message_of(const Spoken& spoken, const Service& meant, Direction direction) {
  Message message;
  message.protocol = Protocol::opcua;
  message.direction = direction;
  message.kind = spoken.response ? Kind::response : Kind::request;
  message.function = meant.request;
  message.name = meant.name;
  message.operation = meant.operation;
  message.effect = effect_by_state(meant, spoken.reading);
  message.problems = spoken.whole.problems;
  message.size = spoken.whole.size;
  if (const Request* request = spoken.request) {
    message.matched = true;
    message.request = request->packet;
    message.name = request->name;
    message.operation = request->operation;
    message.effect = request->effect;
  }
  return message;
}

}  // namespace

Direction OpcuaSession::direction_of(const Pdu& pdu) const noexcept {
  return roles_.direction_of(pdu.side);
}

// Where messages before this one may be missing there is no complaint about what depends on them.
bool OpcuaSession::lenient(const Pdu& pdu) const noexcept {
  return lost_ || pdu.state != Completeness::complete;
}

Frame OpcuaSession::frame(Bytes head, Side /*side*/) const noexcept { return frame_chunk(head); }

bool OpcuaSession::starts_here(Bytes head, Side /*side*/, bool segment_start) const noexcept {
  Direction direction = Direction::unknown;
  if (!looks_genuine(head, direction)) {
    return false;
  }
  const std::optional<Header> header = read_header(head);
  if (header && (header->type == MessageType::message || header->type == MessageType::close)) {
    Reader in{head.subspan(kHeaderSize)};
    if (channels_.knows(in.le32())) {
      return true;
    }
    // A channel that was never seen: only where the next chunk follows, or the segment ends.
    const bool ends = head.size() == header->size;
    const bool followed = head.size() > header->size && read_header(head.subspan(header->size));
    return ends || followed || (segment_start && channels_.empty());
  }
  return true;
}

void OpcuaSession::on_pdu(const Pdu& pdu, Emitter& out) {
  report_given_up(out);
  if (pdu.direction != Direction::unknown) {
    roles_.believe(pdu.direction == Direction::to_server ? pdu.side : other(pdu.side),
                   pdu.state == Completeness::complete);
  }
  const std::optional<Header> header = read_header(pdu.bytes);
  if (!header) {
    return;  // frame() has looked at it
  }
  Reader in{pdu.bytes.subspan(kHeaderSize)};
  switch (header->type) {
    case MessageType::open:
      return on_open(*header, in, pdu, out);
    case MessageType::close:
    case MessageType::message:
      return on_symmetric(*header, in, pdu, out);
    default:
      return on_connection(*header, in, pdu, out);
  }
}

// What the bytes tell about who is the client stands above the ports, and above the handshake:
// a server may open the connection itself (reverse connect).
std::uint32_t OpcuaSession::settle_roles(bool response, const Pdu& pdu, Emitter& out) {
  switch (roles_.hear(pdu.side, !response)) {
    case Roles::Verdict::changed:
      out.client_is_surely(response ? other(pdu.side) : pdu.side);
      return 0;
    case Roles::Verdict::contradicts:
      return lenient(pdu) ? 0U : bit(Wrong::role_conflict);
    case Roles::Verdict::as_known:
      break;
  }
  return 0;
}

// A channel whose opening was not seen: what is left behind a message that could be read is its
// signature.
void OpcuaSession::settle_mode(Channel& channel, std::size_t remaining) {
  if (channel.mode != Mode::unknown) {
    return;
  }
  if (remaining == 0) {
    channel.mode = Mode::none;
    channel.policy = &no_policy();
  } else if (std::ranges::find(kSignatures, remaining) != std::end(kSignatures)) {
    channel.mode = Mode::sign;
    channel.policy = &signing_policy(remaining);
  }
}

// Reads what the walker stands at: type, header and fields. False where it makes no sense.
void OpcuaSession::read(Walker& walker, const Named& named, Whole& whole) {
  if (named.service == nullptr) {
    whole.problems |= named.readable ? bit(Wrong::unknown_service) : bit(Wrong::malformed_message);
    return;
  }
  static_cast<void>(walker.node_id());
  walker.walk(named.response ? FieldList{kResponseHeader} : FieldList{kRequestHeader});
  // A service that failed may answer with its header alone.
  const bool header_only = named.response && walker.remaining() == 0;
  if (named.service->request != service::kFault && !header_only) {
    walker.walk(named.response ? named.service->response_fields : named.service->request_fields);
  }
  if (walker.stopped() || (whole.cut && !walker.ok())) {
    whole.problems |= bit(Wrong::truncated_decode);
  } else if (!walker.ok()) {
    whole.problems |= bit(Wrong::malformed_message);
  }
}

void OpcuaSession::deliver(Whole& whole, Channel& channel, const Pdu& pdu, Emitter& out) {
  Named named = name_message(whole.body);
  const bool known = named.service != nullptr;
  if (known) {
    whole.problems |= settle_roles(named.response, pdu, out);
  } else {
    named.response = direction_of(pdu) == Direction::to_client;
  }
  const Service& service = known ? *named.service : kUnknownService;
  Request* request =
      named.response ? pending_.find(paired(whole), whole.request_id, pdu.side) : nullptr;
  const bool fault = service.request == service::kFault;
  const Service& meant = fault && request != nullptr ? service_of(request->service) : service;

  Reading& said = reading();
  said.start(meant, named.response, request == nullptr ? nullptr : &request->items, learned_);
  Walker walker{whole.body, said};
  read(walker, named, whole);
  if (known && walker.ok() && whole.chunks == 1) {
    settle_mode(channel, walker.remaining());
  }
  const Spoken spoken{.whole = whole,
                      .channel = channel,
                      .service = service,
                      .type_id = named.type_id,
                      .response = named.response,
                      .reading = said,
                      .request = request,
                      .packet = pdu.packet,
                      .names = names_};
  const Message message = message_of(spoken, meant, direction_of(pdu));
  if (service.request == service::kOpenSecureChannel && named.response && said.token) {
    channel.renew(*said.token);
  }
  emit_messages(message, spoken, meant, out);
  emit_facts(spoken, out);
  emit_posture(spoken, seen_, best_offered_, out);
  // Nobody but the server that was asked names its nodes.
  if (budget_ != nullptr && request != nullptr && direction_of(pdu) == Direction::to_client) {
    emit_names(spoken, ends_[static_cast<std::size_t>(pdu.side)], budget_->names, out);
  }
  for (const Learned::Entry& entry : said.to_learn.all()) {
    learned_.add(entry);
  }
  if (known && named.response) {
    tell_channel(channel, whole, service, out);
  }
  conclude(spoken, message, pdu, out);
}

// That the channel is used, once; and again where its session turns out to be under less than the
// server offers.
void OpcuaSession::tell_channel(Channel& channel, const Whole& whole, const Service& service,
                                Emitter& out) const {
  if (!channel.told && whole.channel != 0 && channel.mode != Mode::unknown) {
    channel.told = true;
    emit_channel(channel, true, 0, out);
  } else if (service.request == service::kCreateSession &&
             best_offered_ > channel.policy->strength) {
    emit_channel(channel, true, best_offered_, out);
  }
}

// What the message leaves behind: a request waits, a response ends the wait.
void OpcuaSession::conclude(const Spoken& spoken, const Message& message, const Pdu& pdu,
                            Emitter& out) {
  if (!spoken.response) {
    if (spoken.service.request != 0) {
      remember(spoken.whole, pdu, message, out);
    }
    return;
  }
  if (spoken.request != nullptr) {
    overflow_told_ = false;
    pending_.release(*spoken.request);
  } else if (spoken.service.request != service::kFault && !lenient(pdu)) {
    note(Wrong::unmatched_response, Direction::to_client, {}, out);
  }
}

void OpcuaSession::deliver_encrypted(const Whole& whole, Channel& channel, const Pdu& pdu,
                                     Emitter& out) {
  Message message;
  message.protocol = Protocol::opcua;
  message.direction = direction_of(pdu);
  const bool answer = message.direction == Direction::to_client;
  message.kind = answer ? Kind::response : Kind::request;
  message.problems = whole.problems;
  message.size = whole.size;
  message.sealed = true;
  // What is done inside cannot be known, so no permission to read covers it.
  const bool set_up = whole.header.type != MessageType::message;
  message.operation = set_up ? Operation::read : Operation::control;
  message.name = whole.header.type == MessageType::open    ? "Open Secure Channel"
                 : whole.header.type == MessageType::close ? "Close Secure Channel"
                 : whole.header.chunk == 'A'               ? "Encrypted Abort"
                                                           : "Encrypted Message";
  if (Fields* fields = out.fields()) {
    show_chunks(*fields, whole, &channel);
    fields->boolean(index(FieldId::encrypted), true);
    if (whole.header.type == MessageType::open && !whole.certificate.empty()) {
      fields->text(index(FieldId::cert_sha1),
                   thumbprint_text(thumbprint_of(first_of_chain(whole.certificate))));
    }
  }
  out.message(message);
  if (whole.header.type == MessageType::open && message.direction != Direction::unknown) {
    emit_certificate(whole.certificate, answer ? "server application" : "client application", true,
                     {}, pdu.packet.time, 0, seen_, out);
  }
  if (!set_up && !channel.told && channel.mode != Mode::unknown &&
      message.direction != Direction::unknown) {
    channel.told = true;
    emit_channel(channel, answer, 0, out);
  }
}

void OpcuaSession::remember(const Whole& whole, const Pdu& pdu, const Message& message,
                            Emitter& out) {
  if (pdu.state == Completeness::one_way || message.function == service::kCloseSecureChannel) {
    return;  // no response is to be seen
  }
  const Reading& read = reading();
  bool overflow = false;
  Request& request = pending_.push(paired(whole), whole.request_id, overflow);
  request.packet = pdu.packet;
  request.timeout_ms = read.timeout_hint;
  request.service = message.function;
  request.side = pdu.side;
  request.silent = message.function == service::kPublish;
  request.operation = message.operation;
  request.effect = message.effect;
  request.name = message.name;
  const bool kept = pending_.assign(request, read.items);
  request.token = read.user_token ? to_string(*read.user_token) : std::string_view{};
  request.user.assign(read.user.substr(0, kLongestNode));
  if ((overflow && !overflow_told_) || (!kept && !without_items_told_)) {
    overflow_told_ = overflow_told_ || overflow;
    without_items_told_ = without_items_told_ || !kept;
    note(Wrong::pending_overflow, Direction::to_server, {}, out);
  }
}

void OpcuaSession::note(Wrong wrong, Direction direction, const PacketRef& request,
                        Emitter& out) const {
  Anomaly anomaly;
  anomaly.protocol = Protocol::opcua;
  anomaly.problem = static_cast<std::uint8_t>(wrong);
  anomaly.direction = direction;
  anomaly.request = request;
  out.anomaly(anomaly);
}

void OpcuaSession::on_foreign(Side /*side*/, Direction direction, Bytes /*head*/,
                              const PacketRef& /*packet*/, Emitter& out) {
  note(Wrong::malformed, direction, {}, out);
}

void OpcuaSession::on_gap(Side side) {
  lost_ = true;
  channels_.forget_sequences(side);
  assemblies_.end_all(side, [&](Assembly& open) {
    broken_[static_cast<std::size_t>(side)] |= open.request_id == 0;
    give_up(open);
  });
}

void OpcuaSession::on_time(Timestamp now, Emitter& out) {
  if (now < next_check_ && next_check_ - now < 2 * kCheckEvery) {
    return;
  }
  next_check_ = now + kCheckEvery;
  report_given_up(out);
  for (const Side side : {Side::first, Side::second}) {
    while (Assembly* stale = assemblies_.stale(side, now - kChunkPatience)) {
      report_unfinished(assemblies_.take(*stale), out);
    }
  }
  while (const Request* late = pending_.overdue(now, kDefaultTimeout)) {
    if (!lost_) {
      note(Wrong::request_timeout, Direction::to_client, late->packet, out);
    }
    pending_.release(*late);
  }
}

void OpcuaSession::on_end(Emitter& out) {
  report_given_up(out);
  for (const Side side : {Side::first, Side::second}) {
    assemblies_.end_all(side, [&](const Assembly& open) { report_unfinished(open, out); });
  }
}

}  // namespace prahari::opcua
