// From chunks to whole messages: what can be read at all, what belongs together.

#include <algorithm>
#include <optional>

#include "dissectors/protocols/opcua/say.hpp"
#include "dissectors/protocols/opcua/session.hpp"

namespace prahari::opcua {
namespace {

constexpr std::uint32_t kSmall = 1U << 24U;  // a sequence number or request id that was counted up
constexpr std::uint8_t kSureEncrypted = 3;   // messages in a row without a readable one
constexpr std::size_t kMostGivenUp = 32;

// Whether a message begins here that a service has.
bool begins_message(Bytes body) noexcept { return name_message(body).service != nullptr; }

bool reads_abort(Reader in) noexcept {
  const std::uint32_t code = in.le32();
  static_cast<void>(read_text(in));
  return in.ok() && code >> 31U == 1;
}

Bytes without_signature(Bytes body, const Channel& channel) noexcept {
  const std::size_t size = channel.mode == Mode::sign ? channel.policy->signature : 0;
  return body.first(body.size() - std::min(body.size(), size));
}

}  // namespace

std::uint32_t OpcuaSession::limit_of(Side side) const noexcept {
  return receive_buffer_[static_cast<std::size_t>(other(side))];
}

void OpcuaSession::on_open(const Header& header, Reader in, const Pdu& pdu, Emitter& out) {
  Whole whole;
  whole.header = header;
  whole.size = header.size;
  whole.channel = in.le32();
  const Bytes security = in.rest();
  whole.policy_uri = read_text(in);
  whole.certificate = read_bytes(in);
  static_cast<void>(read_bytes(in));  // thumbprint of the receiver's certificate
  whole.security = in.ok() ? security.first(security.size() - in.remaining()) : Bytes{};
  const Policy& policy = policy_of(whole.policy_uri);
  whole.encrypted = &policy != &no_policy();
  if (!in.ok()) {
    whole.problems |= bit(Wrong::malformed_message);
    whole.encrypted = true;
  }
  Direction direction = direction_of(pdu);
  if (direction == Direction::unknown && whole.channel == 0) {
    whole.problems |= settle_roles(false, pdu, out);
    direction = direction_of(pdu);
  }
  if (whole.encrypted) {
    roles_.saw_encrypted();
  } else {
    whole.sequence = in.le32();
    whole.request_id = in.le32();
    whole.body = in.rest();
    if (const Named named = name_message(whole.body); named.service != nullptr) {
      whole.problems |= settle_roles(named.response, pdu, out);
      direction = direction_of(pdu);
    }
  }
  if (whole.channel == 0) {
    opening_ = &policy;
    opening_sequence_ = whole.sequence;
    opening_sequence_known_ = !whole.encrypted;
    Channel channel;
    channel.policy = &policy;
    channel.mode = whole.encrypted ? Mode::unknown : Mode::none;
    whole.encrypted ? deliver_encrypted(whole, channel, pdu, out)
                    : deliver(whole, channel, pdu, out);
    return;
  }
  Channel& channel = channels_.find_or_add(whole.channel);
  channel.policy = &policy;
  if (whole.encrypted) {
    channel.token = channel.former_token = 0;  // the new one cannot be read
    channel.forget_sequence(pdu.side);
    channel.forget_sequence(other(pdu.side));
    deliver_encrypted(whole, channel, pdu, out);
    return;
  }
  channel.mode = Mode::none;
  channel.opened = true;
  if (direction == Direction::to_client && opening_sequence_known_) {
    channel.follows(other(pdu.side), opening_sequence_);
    opening_sequence_known_ = false;
  }
  if (!channel.follows(pdu.side, whole.sequence) && !lenient(pdu)) {
    whole.problems |= bit(Wrong::sequence_anomaly);
  }
  deliver(whole, channel, pdu, out);
}

// In a channel whose policy or mode is not known yet, a message tells by itself. None without an
// OPN, sign and encrypt are guesses that later messages may overturn: a forged chunk must not hide
// all that follow.
bool OpcuaSession::reads_plain(Channel& channel, const Header& header, Reader in, Side side) {
  if (channel.mode == Mode::none && channel.opened) {
    return true;
  }
  const std::uint32_t sequence = in.le32();
  const std::uint32_t request = in.le32();
  const bool known_policy = channel.policy != &unknown_policy();
  const bool abort = header.chunk == 'A';
  const bool counted = sequence < kSmall && request < kSmall;
  if (channel.mode == Mode::sign_and_encrypt) {
    if (abort || !counted || !begins_message(in.rest())) {
      return false;  // ciphertext looks otherwise once in 10^13 messages
    }
    channel.mode = Mode::unknown;
    channel.told = false;
  }
  const bool plain = (abort ? reads_abort(in) : begins_message(in.rest())) ||
                     assemblies_.find(side, channel.id, request) != nullptr;
  if (plain) {
    channel.encrypted_hits = 0;
    channel.mode = known_policy && channel.mode != Mode::none ? Mode::sign : channel.mode;
    return true;
  }
  if (channel.mode == Mode::none) {
    return counted || abort || !proves_none_wrong(channel);
  }
  if (abort) {
    return channel.mode == Mode::sign;  // too little to tell by
  }
  if (!known_policy && counted) {
    return true;  // perhaps the middle of a long message that can be read
  }
  return !looks_encrypted(channel, known_policy);
}

// One more chunk that could not be read where one message before could; whether that one was no
// message of this channel.
bool OpcuaSession::proves_none_wrong(Channel& channel) {
  if (++channel.encrypted_hits < kSureEncrypted) {
    return false;
  }
  channel.mode = Mode::sign_and_encrypt;
  channel.policy = &unknown_policy();
  channel.told = false;
  return true;
}

// One more chunk that could not be read; whether the channel is taken for encrypted from here on.
bool OpcuaSession::looks_encrypted(Channel& channel, bool known_policy) {
  ++channel.encrypted_hits;
  const bool first_guess = known_policy && channel.mode == Mode::unknown;
  if (first_guess || channel.encrypted_hits >= kSureEncrypted) {
    channel.mode = Mode::sign_and_encrypt;
    channel.told = false;
  }
  return channel.mode != Mode::sign;
}

void OpcuaSession::on_symmetric(const Header& header, Reader in, const Pdu& pdu, Emitter& out) {
  Whole whole;
  whole.header = header;
  whole.size = header.size;
  whole.channel = in.le32();
  whole.token = in.le32();
  if (!in.ok()) {
    Channel channel;
    whole.problems |= bit(Wrong::malformed_message);
    whole.encrypted = true;
    deliver_encrypted(whole, channel, pdu, out);
    return;
  }
  const std::uint32_t limit = limit_of(pdu.side);
  if (limit != 0 && header.size > limit) {
    whole.problems |= bit(Wrong::chunk_over_limit);
  }
  Channel& channel = channels_.find_or_add(whole.channel);
  if (!channel.knows_token(whole.token) && !lenient(pdu)) {
    whole.problems |= bit(Wrong::token_unknown);
  }
  if (reads_plain(channel, header, in, pdu.side)) {
    on_plain_chunk(whole, channel, in, pdu, out);
  } else {
    on_encrypted_chunk(whole, channel, pdu, out);
  }
}

void OpcuaSession::on_plain_chunk(Whole& whole, Channel& channel, Reader in, const Pdu& pdu,
                                  Emitter& out) {
  whole.sequence = in.le32();
  whole.request_id = in.le32();
  if (!in.ok()) {
    whole.problems |= bit(Wrong::malformed_message);
  } else if (!channel.follows(pdu.side, whole.sequence) && !lenient(pdu)) {
    whole.problems |= bit(Wrong::sequence_anomaly);
  }
  if (whole.header.chunk == 'A') {
    on_abort(whole, in, pdu, out);
    return;
  }
  const Bytes body = without_signature(in.rest(), channel);
  Assembly* open = assemblies_.find(pdu.side, channel.id, whole.request_id);
  const bool begins = begins_message(body);
  if (open == nullptr && !begins && (pdu.state != Completeness::complete || lost_)) {
    return;  // the rest of a message whose beginning was not seen
  }
  if (whole.header.chunk == 'C') {
    if (open == nullptr) {
      open = &assemblies_.open(pdu.side, channel.id, whole.request_id,
                               [this](Assembly& oldest) { give_up(oldest); });
    }
    open->token = whole.token;
    open->sequence = whole.sequence;
    open->packet = pdu.packet;
    assemblies_.append(*open, body);
    return;
  }
  if (open == nullptr) {
    whole.body = body;
    deliver(whole, channel, pdu, out);
    return;
  }
  assemblies_.append(*open, body);
  const Assembly ended = assemblies_.take(*open);
  whole.body = ended.body;
  whole.chunks = ended.chunks;
  whole.size = ended.size;
  whole.cut = ended.cut;
  whole.problems |= ended.cut ? bit(Wrong::message_over_limit) : 0U;
  deliver(whole, channel, pdu, out);
}

// Which message a chunk belongs to cannot be seen: one after the other, as stacks send them.
void OpcuaSession::on_encrypted_chunk(Whole& whole, Channel& channel, const Pdu& pdu,
                                      Emitter& out) {
  whole.encrypted = true;
  roles_.saw_encrypted();
  bool& broken = broken_[static_cast<std::size_t>(pdu.side)];
  if (broken) {
    broken = whole.header.chunk == 'C';
    return;
  }
  Assembly* open = assemblies_.find(pdu.side, channel.id, 0);
  if (whole.header.chunk == 'C') {
    if (open == nullptr) {
      open =
          &assemblies_.open(pdu.side, channel.id, 0, [this](Assembly& oldest) { give_up(oldest); });
    }
    ++open->chunks;
    open->size += whole.header.size;
    open->token = whole.token;
    open->packet = pdu.packet;
    return;
  }
  if (open != nullptr) {
    const Assembly ended = assemblies_.take(*open);
    whole.chunks = ended.chunks + 1;
    whole.size += ended.size;
  }
  deliver_encrypted(whole, channel, pdu, out);
}

void OpcuaSession::on_abort(Whole& whole, Reader in, const Pdu& pdu, Emitter& out) {
  if (Assembly* open = assemblies_.find(pdu.side, whole.channel, whole.request_id)) {
    whole.chunks = assemblies_.take(*open).chunks + 1;
  }
  Message message;
  message.protocol = Protocol::opcua;
  message.direction = direction_of(pdu);
  message.kind = message.direction == Direction::to_client ? Kind::exception : Kind::request;
  message.name = "Abort";
  message.status = in.le32();
  message.outcome = Outcome::failure;
  const std::string_view reason = read_text(in);
  message.problems = whole.problems | (in.ok() ? 0U : bit(Wrong::malformed_message));
  if (Fields* fields = out.fields()) {
    show_chunks(*fields, whole, channels_.find(whole.channel));
    fields->boolean(index(FieldId::encrypted), false);
    fields->text(index(FieldId::reason), reason);
  }
  out.message(message);
}

// Kept until there is somebody to tell.
void OpcuaSession::give_up(Assembly& assembly) {
  if (given_up_.size() < kMostGivenUp) {
    assembly.body.resize(std::min<std::size_t>(assembly.body.size(), 8));
    assembly.body.shrink_to_fit();
    given_up_.push_back(std::move(assembly));
  }
}

void OpcuaSession::report_given_up(Emitter& out) {
  while (!given_up_.empty()) {
    const Assembly assembly = std::move(given_up_.front());
    given_up_.erase(given_up_.begin());
    report_unfinished(assembly, out);
  }
}

void OpcuaSession::report_unfinished(const Assembly& assembly, Emitter& out) {
  Whole whole;
  whole.header = {MessageType::message, 'C', 0};
  whole.chunks = assembly.chunks;
  whole.size = assembly.size;
  whole.channel = assembly.channel;
  whole.token = assembly.token;
  whole.sequence = assembly.sequence;
  whole.request_id = assembly.request_id;
  whole.encrypted = assembly.request_id == 0;
  const Named named = name_message(assembly.body);
  const Service* service = named.service;
  Message message;
  message.protocol = Protocol::opcua;
  message.direction = roles_.direction_of(assembly.side);
  message.kind = message.direction == Direction::to_client ? Kind::response : Kind::request;
  message.operation = service == nullptr ? Operation::control : service->operation;
  message.name = service == nullptr ? std::string_view{"Unfinished Message"} : service->name;
  message.function = service == nullptr ? std::uint16_t{0} : service->request;
  message.problems = bit(Wrong::chunks_unfinished);
  message.size = whole.size;
  message.sealed = whole.encrypted;
  message.packet = &assembly.packet;
  if (Fields* fields = out.fields()) {
    show_chunks(*fields, whole, channels_.find(whole.channel));
    fields->boolean(index(FieldId::encrypted), whole.encrypted);
    if (service != nullptr) {
      fields->number(index(FieldId::type_id), named.type_id);
      fields->text(index(FieldId::service), service->id);
    }
  }
  out.message(message);
}

}  // namespace prahari::opcua
