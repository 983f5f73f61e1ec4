// HEL, ACK, ERR and RHE: how a connection begins, within which limits, and why it ends.

#include "dissectors/printable.hpp"
#include "dissectors/protocols/opcua/say.hpp"
#include "dissectors/protocols/opcua/session.hpp"
#include "dissectors/protocols/opcua/status_codes.hpp"

namespace prahari::opcua {
namespace {

constexpr std::uint32_t kLeastBuffer = 1024;  // with elliptic curves; 8,192 without

void show_limits(Fields& fields, const Hello& hello) {
  fields.begin_object(index(FieldId::limits));
  fields.member("version", std::int64_t{hello.version});
  fields.member("receive_buffer", std::int64_t{hello.receive_buffer});
  fields.member("send_buffer", std::int64_t{hello.send_buffer});
  fields.member("max_message", std::int64_t{hello.max_message});
  fields.member("max_chunks", std::int64_t{hello.max_chunks});
  fields.end_object();
}

void show_head(Fields& fields, const Header& header) {
  fields.text(index(FieldId::type), to_string(header.type));
  fields.text(index(FieldId::chunk), std::string_view{&header.chunk, 1});
  fields.number(index(FieldId::chunks), 1);
  fields.number(index(FieldId::size), header.size);
  fields.boolean(index(FieldId::encrypted), false);
}

struct Said {
  Hello hello;
  std::string_view url;
  std::string_view server_uri;
  std::string_view reason;
  std::uint32_t status = 0;
};

Said read_said(const Header& header, Reader& in) noexcept {
  Said said;
  switch (header.type) {
    case MessageType::hello:
      said.hello = read_hello(in);
      said.url = said.hello.url;
      break;
    case MessageType::acknowledge:
      said.hello = read_acknowledge(in);
      break;
    case MessageType::reverse:
      said.server_uri = read_text(in);
      said.url = read_text(in);
      break;
    default:
      said.status = in.le32();
      said.reason = read_text(in);
      break;
  }
  return said;
}

constexpr std::string_view name_of(MessageType type) noexcept {
  switch (type) {
    case MessageType::hello:
      return "Hello";
    case MessageType::acknowledge:
      return "Acknowledge";
    case MessageType::reverse:
      return "Reverse Hello";
    default:
      return "Error";
  }
}

void tell_url(std::string_view url, Emitter& out, bool of_sender) {
  const std::string text = printable_text(url, 256);
  if (!text.empty()) {
    out.identity({.field = Identity::Field::url,
                  .confidence = 60,
                  .of_sender = of_sender,
                  .unit = Identity::kNoUnit,
                  .source = of_sender ? "OPC UA reverse hello" : "OPC UA hello",
                  .value = text});
  }
}

constexpr Kind kind_of(MessageType type) noexcept {
  switch (type) {
    case MessageType::hello:
      return Kind::request;
    case MessageType::reverse:
      return Kind::oneway;
    case MessageType::error:
      return Kind::exception;
    default:
      return Kind::response;
  }
}

void show_said(Fields& fields, const Header& header, const Said& said) {
  show_head(fields, header);
  if (header.type == MessageType::hello || header.type == MessageType::acknowledge) {
    show_limits(fields, said.hello);
  }
  if (!said.url.empty()) {
    fields.text(index(FieldId::endpoint_url), said.url);
  }
  if (!said.server_uri.empty()) {
    fields.text(index(FieldId::server_uri), said.server_uri);
  }
  if (header.type == MessageType::error) {
    fields.text(index(FieldId::result), status_name(said.status));
    fields.text(index(FieldId::reason), said.reason);
  }
}

}  // namespace

void OpcuaSession::on_connection(const Header& header, Reader in, const Pdu& pdu, Emitter& out) {
  const bool hello = header.type == MessageType::hello;
  const bool limits = hello || header.type == MessageType::acknowledge;
  const Said said = read_said(header, in);
  Message message;
  if (header.type == MessageType::reverse || limits || direction_of(pdu) == Direction::unknown) {
    message.problems |= settle_roles(!hello, pdu, out);
  }
  message.protocol = Protocol::opcua;
  message.direction = direction_of(pdu);
  message.operation = Operation::read;
  message.name = name_of(header.type);
  message.kind = kind_of(header.type);
  if (header.type == MessageType::error) {
    message.status = said.status;
    message.outcome = Outcome::failure;
  }
  if (!in.ok() || in.remaining() > 0) {
    message.problems |= bit(Wrong::malformed_message);
  }
  if (limits) {
    receive_buffer_[static_cast<std::size_t>(pdu.side)] = said.hello.receive_buffer;
    if (said.hello.receive_buffer < kLeastBuffer || said.hello.send_buffer < kLeastBuffer) {
      message.problems |= bit(Wrong::bad_limits);
    }
  }
  if (Fields* fields = out.fields()) {
    show_said(*fields, header, said);
  }
  out.message(message);
  if (hello || header.type == MessageType::reverse) {
    tell_url(said.url, out, !hello);
  }
}

}  // namespace prahari::opcua
