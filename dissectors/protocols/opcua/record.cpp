// The record of one message, as `dissect` prints it (contract: "One message: dissect").

#include <algorithm>
#include <array>
#include <chrono>
#include <span>

#include "dissectors/certificate.hpp"
#include "dissectors/protocols/opcua/say.hpp"
#include "dissectors/protocols/opcua/session.hpp"
#include "dissectors/protocols/opcua/status_codes.hpp"

namespace prahari::opcua {
namespace {

constexpr std::size_t kLongestValue = 64;
constexpr std::size_t kLongestText = 256;  // of a diagnostic

// The record's own buffer for NodeIds of a response.
std::string& scratch() {
  static thread_local std::string one;
  return one;
}

std::string_view node_text(const NodeId& node) {
  std::string& text = scratch();
  text.clear();
  append_node_id(text, node);
  return text;
}

void show_text(Fields& fields, FieldId field, std::string_view text) {
  if (!text.empty()) {
    fields.text(index(field), text);
  }
}

void show_number(Fields& fields, FieldId field, std::optional<std::uint32_t> number) {
  if (number) {
    fields.number(index(field), *number);
  }
}

// Of a write more are kept than a record shows.
std::span<const Item> shown_items(const Reading& read) {
  return std::span{read.items.list()}.first(std::min(read.items.list().size(), Items::kKept));
}

void show_nodes(Fields& fields, const Reading& read) {
  const std::span<const Item> shown = shown_items(read);
  if (!shown.empty() || !read.found.all().empty()) {
    fields.begin_list(index(FieldId::nodes));
    for (const Item& item : shown) {
      fields.item(read.items.text(item));
    }
    if (read.items.list().empty()) {
      for (const NodeId& node : read.found.all()) {
        fields.item(node_text(node));
      }
    }
    fields.end_list();
  }
  const auto other_than_value = [](const Item& item) { return item.attribute != kValueAttribute; };
  if (std::ranges::any_of(shown, other_than_value)) {
    fields.begin_list(index(FieldId::attributes));
    for (const Item& item : shown) {
      fields.item(std::int64_t{item.attribute});
    }
    fields.end_list();
  }
  if (!read.methods.all().empty()) {
    fields.begin_list(index(FieldId::methods));
    for (const NodeId& method : read.methods.all()) {
      fields.item(node_text(method));
    }
    fields.end_list();
  }
}

void show_value(Fields& fields, const Shown& value) {
  switch (value.type) {
    case Type::real:
    case Type::double_real:
      fields.item_real(value.number);
      return;
    case Type::uint64:
      // Beyond what a signed number holds: as a real, which JSON readers make of it anyhow.
      value.bits >> 63U == 0 ? fields.item(static_cast<std::int64_t>(value.bits))
                             : fields.item_real(value.number);
      return;
    case Type::byte_string:
    case Type::guid:
      fields.item_hex(as_bytes(value.text.substr(0, kLongestValue)));
      return;
    default:
      if (value.type == Type::string || value.type == Type::localized_text ||
          value.type == Type::qualified_name || value.type == Type::xml) {
        fields.item(value.text.substr(0, kLongestValue));
      } else {
        fields.item(static_cast<std::int64_t>(value.bits));
      }
      return;
  }
}

void show_values(Fields& fields, const Reading& read) {
  if (read.values.all().empty()) {
    return;
  }
  fields.begin_list(index(FieldId::values));
  for (const Shown& value : read.values.all()) {
    show_value(fields, value);
  }
  fields.end_list();
}

std::string_view policy_text(std::string_view uri) noexcept {
  return uri.substr(uri.rfind('#') + 1);
}

void show_endpoints(Fields& fields, const Reading& read) {
  if (read.endpoints.all().empty()) {
    return;
  }
  fields.begin_list(index(FieldId::endpoints));
  for (const Endpoint& endpoint : read.endpoints.all()) {
    fields.begin_item();
    fields.member("url", endpoint.url);
    fields.member("policy", policy_text(endpoint.policy));
    fields.member("mode", to_string(mode_of(endpoint.mode)));
    std::string& tokens = scratch();
    tokens.clear();
    for (const TokenOffer& token : endpoint.tokens.all()) {
      tokens += tokens.empty() ? "" : ", ";
      tokens += to_string(token.type);
    }
    fields.member("tokens", tokens);
    fields.member("level", std::int64_t{endpoint.level});
    fields.end_item();
  }
  fields.end_list();
}

void show_results(Fields& fields, const Reading& read) {
  if (read.result) {
    fields.text(index(FieldId::result), status_name(*read.result));
  }
  if (read.results.all().empty()) {
    return;
  }
  fields.begin_object(index(FieldId::results));
  for (const StatusCount& status : read.results.all()) {
    fields.member(status_name(status.code), std::int64_t{status.count});
  }
  fields.end_object();
}

// Who the message describes: the first application of it.
void show_applications(Fields& fields, const Reading& read) {
  const Application* application = !read.applications.all().empty() ? read.applications.all().data()
                                   : !read.endpoints.all().empty()
                                       ? &read.endpoints.all().front().application
                                       : nullptr;
  if (application != nullptr) {
    show_text(fields, FieldId::application_uri, application->uri);
    show_text(fields, FieldId::product_uri, application->product_uri);
  }
  Bytes certificate =
      !read.client_certificate.empty() ? read.client_certificate : read.server_certificate;
  for (const Endpoint& endpoint : read.endpoints.all()) {
    certificate = certificate.empty() ? endpoint.certificate : certificate;
  }
  if (!certificate.empty()) {
    fields.text(index(FieldId::cert_sha1),
                thumbprint_text(thumbprint_of(first_of_chain(certificate))));
  }
}

void show_user(Fields& fields, const Reading& read) {
  if (!read.user_token) {
    return;
  }
  fields.text(index(FieldId::user_token), to_string(*read.user_token));
  show_text(fields, FieldId::user, read.user);
  if (*read.user_token == TokenType::user_name || *read.user_token == TokenType::issued) {
    fields.number(index(FieldId::secret_size), static_cast<std::int64_t>(read.secret.size()));
  }
}

// What was browsed before: for each node of a request its path, empty where it has none; of a Call
// the methods.
void show_names(Fields& fields, const Spoken& spoken) {
  const Reading& read = spoken.reading;
  NodeNames& names = spoken.names;
  for (const NamedNode& one : read.named.all()) {
    names.add(one.node, one.parent, one.name);
  }
  const bool call = spoken.service.request == service::kCall;
  std::array<std::string_view, Items::kKept> paths;
  std::size_t size = 0;
  bool any = false;
  const auto take = [&](std::uint64_t print) {
    if (size < paths.size()) {
      any = !(paths[size++] = names.path_of(print)).empty() || any;
    }
  };
  if (call) {
    for (const NodeId& method : read.methods.all()) {
      take(fingerprint(method));
    }
  } else if (!spoken.response) {
    for (const Item& item : shown_items(read)) {
      take(item.print);
    }
  }
  if (!any) {
    return;
  }
  fields.begin_list(index(FieldId::names));
  for (const std::string_view path : std::span{paths}.first(size)) {
    fields.item(path);
  }
  fields.end_list();
}

// The text that a diagnostic points to; its number where there is none.
void show_string(Fields& fields, std::string_view name, std::int32_t at, const Reading& read) {
  const auto strings = read.strings.all();
  if (at >= 0 && static_cast<std::size_t>(at) < strings.size()) {
    fields.member(name, strings[static_cast<std::size_t>(at)].substr(0, kLongestText));
  } else if (at >= 0) {
    fields.member(name, std::int64_t{at});
  }
}

void show_diagnostics(Fields& fields, const Reading& read) {
  if (read.diagnostics.all().empty()) {
    return;
  }
  fields.begin_list(index(FieldId::diagnostics));
  for (const Diagnostic& one : read.diagnostics.all()) {
    fields.begin_item();
    fields.member("level", std::int64_t{one.level});
    show_string(fields, "symbol", one.symbol, read);
    show_string(fields, "namespace", one.ns, read);
    show_string(fields, "locale", one.locale, read);
    show_string(fields, "text", one.text, read);
    if (!one.more.empty()) {
      fields.member("more", one.more.substr(0, kLongestText));
    }
    if (one.status != 0) {
      fields.member("status", status_name(one.status));
    }
    fields.end_item();
  }
  fields.end_list();
}

void show_request(Fields& fields, const Spoken& spoken) {
  if (spoken.request == nullptr) {
    return;
  }
  const PacketRef& asked = spoken.request->packet;
  fields.number(index(FieldId::request_frame), asked.frame);
  if (spoken.packet.time >= asked.time) {
    fields.number(index(FieldId::latency_us), std::chrono::duration_cast<std::chrono::microseconds>(
                                                  spoken.packet.time - asked.time)
                                                  .count());
  }
}

}  // namespace

void show_chunks(Fields& fields, const Whole& whole, const Channel* channel) {
  const bool symmetric =
      whole.header.type == MessageType::message || whole.header.type == MessageType::close;
  fields.text(index(FieldId::type), to_string(whole.header.type));
  fields.text(index(FieldId::chunk), std::string_view{&whole.header.chunk, 1});
  fields.number(index(FieldId::chunks), whole.chunks);
  fields.number(index(FieldId::size), static_cast<std::int64_t>(whole.size));
  fields.number(index(FieldId::channel), whole.channel);
  if (symmetric) {
    fields.number(index(FieldId::token), whole.token);
  }
  if (!whole.encrypted) {
    fields.number(index(FieldId::seq), whole.sequence);
    fields.number(index(FieldId::request_id), whole.request_id);
  }
  if (!whole.security.empty() || !whole.body.empty()) {
    fields.begin_list(index(FieldId::raw));
    fields.item_hex(whole.body.first(std::min(whole.body.size(), kMostBody)));
    fields.item_hex(whole.security);
    fields.end_list();
  }
  if (channel != nullptr && channel->policy != &unknown_policy()) {
    fields.text(index(FieldId::policy), channel->policy->name);
  }
  if (channel != nullptr && channel->mode != Mode::unknown) {
    fields.text(index(FieldId::mode), to_string(channel->mode));
  }
}

void show_message(Fields& fields, const Spoken& spoken) {
  const Reading& read = spoken.reading;
  show_chunks(fields, spoken.whole, &spoken.channel);
  fields.boolean(index(FieldId::encrypted), false);
  if (spoken.type_id != 0) {
    fields.number(index(FieldId::type_id), spoken.type_id);
  }
  show_text(fields, FieldId::service, spoken.service.id);
  show_number(fields, FieldId::handle, read.handle);
  show_results(fields, read);
  show_text(fields, FieldId::endpoint_url, read.endpoint_url);
  show_text(fields, FieldId::server_uri, read.server_uri);
  show_text(fields, FieldId::session_name, read.session_name);
  show_user(fields, read);
  show_number(fields, FieldId::subscription, read.subscription);
  show_number(fields, FieldId::lifetime, read.lifetime);
  if (read.request_type) {
    fields.boolean(index(FieldId::renew), *read.request_type == 1);
  }
  if (read.mode) {
    fields.text(index(FieldId::mode), to_string(mode_of(*read.mode)));
  }
  show_nodes(fields, read);
  show_values(fields, read);
  show_endpoints(fields, read);
  show_applications(fields, read);
  show_request(fields, spoken);
  show_names(fields, spoken);
  show_diagnostics(fields, read);
}

}  // namespace prahari::opcua
