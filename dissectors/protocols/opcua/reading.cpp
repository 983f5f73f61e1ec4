#include "dissectors/protocols/opcua/reading.hpp"

#include <algorithm>
#include <cmath>

#include "dissectors/protocols/opcua/methods.hpp"

namespace prahari::opcua {
namespace {

std::uint32_t small(const Value& value) noexcept { return static_cast<std::uint32_t>(value.bits); }

}  // namespace

std::string_view to_string(TokenType type) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"anonymous", "user name", "certificate",
                                                      "issued token"};
  return kNames[static_cast<std::size_t>(type)];
}

void Reading::start(const Service& service, bool response, const Items* asked,
                    const Learned& learned) {
  service_ = &service;
  asked_ = asked;
  learned_ = &learned;
  response_ = response;
  for (auto* number : {&handle, &result, &channel, &token, &lifetime, &request_type, &mode,
                       &subscription, &state}) {
    number->reset();
  }
  timeout_hint = 0;
  endpoint_url = server_uri = session_name = user = algorithm = {};
  client_certificate = server_certificate = user_certificate = secret = {};
  user_token.reset();
  items.clear();
  written.clear();
  methods.clear();
  found.clear();
  values.clear();
  results.clear();
  statuses.clear();
  first_bad = 0;
  applications.clear();
  endpoints.clear();
  told.clear();
  to_learn.clear();
  named.clear();
  diagnostics.clear();
  strings.clear();
  in_item_ = in_result_ = false;
  at_ = 0;
  application_ = nullptr;
  path_name_ = {};
}

void Reading::begin(Mark mark, std::size_t index) {
  switch (mark) {
    case Mark::item:
      in_item_ = true;
      node_ = parent_ = method_ = NodeId{};
      attribute_ = kValueAttribute;
      removes_ = false;
      value_count_ = 0;
      item_written_ = static_cast<std::uint32_t>(written.size());
      secretive_ = false;
      path_name_ = {};
      path_size_ = 0;
      return;
    case Mark::reference:
      found_name_ = {};
      found_node_ = reference_type_ = NodeId{};
      forward_ = false;
      return;
    case Mark::value:
      in_result_ = response_ && service_->request == service::kRead;
      at_ = index;
      status_ = 0;
      return;
    case Mark::outcome:
      at_ = index;
      return;
    case Mark::endpoint:
      endpoints.add();
      return;
    case Mark::application: {
      const bool inside = endpoints.last() != nullptr && service_->request != service::kFindServers;
      application_ = inside ? &endpoints.last()->application : applications.add();
      return;
    }
    case Mark::token:
      if (Endpoint* endpoint = endpoints.last()) {
        endpoint->tokens.add();
      }
      return;
    default:
      return;
  }
}

void Reading::end(Mark mark) {
  switch (mark) {
    case Mark::item:
      return end_item();
    case Mark::value:
      return end_result();
    case Mark::application:
      application_ = nullptr;
      return;
    case Mark::reference:
      end_reference();
      if (Few<Learned::Entry, 64>& list = to_learn; !path_name_.empty()) {
        if (Learned::Entry* entry = list.add()) {
          *entry = {fingerprint(found_node_), path_name_};
        }
        path_name_ = {};
      }
      return;
    default:
      return;
  }
}

void Reading::value(Mark mark, std::size_t index, const Value& value) {
  switch (mark) {
    case Mark::value:
      return on_value(index, value);
    case Mark::status:
      if (in_result_) {
        status_ = small(value);
        return;
      }
      return add_status(small(value));
    case Mark::application_uri:
    case Mark::application_name:
    case Mark::application_type:
    case Mark::discovery_url:
      return on_application(mark, value);
    case Mark::product_uri:
      return application_ != nullptr ? on_application(mark, value) : on_build_info(mark, value);
    case Mark::url:
    case Mark::mode:
    case Mark::policy:
    case Mark::level:
    case Mark::certificate:
    case Mark::token_type:
    case Mark::token_policy:
      return on_endpoint(mark, value);
    case Mark::policy_id:
    case Mark::user_name:
    case Mark::password:
    case Mark::algorithm:
    case Mark::user_certificate:
    case Mark::issued_token:
      return on_user(mark, value);
    case Mark::node:
    case Mark::method:
    case Mark::parent:
    case Mark::attribute:
    case Mark::perform:
    case Mark::delete_flag:
    case Mark::path_name:
      return on_item(mark, value);
    case Mark::found_node:
    case Mark::browse_name:
    case Mark::reference_type:
    case Mark::forward:
      return on_found(mark, value);
    case Mark::manufacturer:
    case Mark::product_name:
    case Mark::software_version:
    case Mark::build_number:
      return on_build_info(mark, value);
    default:
      return on_header(mark, value);
  }
}

void Reading::on_header(Mark mark, const Value& value) {
  switch (mark) {
    case Mark::handle:
      handle = small(value);
      return;
    case Mark::timeout_hint:
      timeout_hint = small(value);
      return;
    case Mark::service_result:
      result = small(value);
      return;
    case Mark::channel_id:
      channel = small(value);
      return;
    case Mark::token_id:
      token = small(value);
      return;
    case Mark::lifetime:
      lifetime = small(value);
      return;
    case Mark::request_type:
      request_type = small(value);
      return;
    case Mark::security_mode:
      mode = small(value);
      return;
    case Mark::subscription:
      subscription = subscription.value_or(small(value));
      return;
    case Mark::state:
      state = small(value);
      return;
    case Mark::endpoint_url:
      endpoint_url = value.text;
      return;
    case Mark::server_uri:
      server_uri = value.text;
      return;
    case Mark::session_name:
      session_name = value.text;
      return;
    case Mark::string_table:
      if (std::string_view* text = strings.add()) {
        *text = value.text;
      }
      return;
    case Mark::client_certificate:
      client_certificate = as_bytes(value.text);
      return;
    case Mark::server_certificate:
      server_certificate = as_bytes(value.text);
      return;
    default:
      return;
  }
}

void Reading::on_application(Mark mark, const Value& value) {
  if (application_ == nullptr) {
    return;
  }
  switch (mark) {
    case Mark::application_uri:
      application_->uri = value.text;
      return;
    case Mark::product_uri:
      application_->product_uri = value.text;
      return;
    case Mark::application_name:
      application_->name = value.text;
      return;
    case Mark::application_type:
      application_->type = small(value);
      return;
    default:
      if (std::string_view* url = application_->urls.add()) {
        *url = value.text;
      }
      return;
  }
}

void Reading::on_endpoint(Mark mark, const Value& value) {
  Endpoint* endpoint = endpoints.last();
  if (endpoint == nullptr) {
    return;
  }
  TokenOffer* token_offer = endpoint->tokens.last();
  switch (mark) {
    case Mark::url:
      endpoint->url = value.text;
      return;
    case Mark::mode:
      endpoint->mode = small(value);
      return;
    case Mark::policy:
      endpoint->policy = value.text;
      return;
    case Mark::level:
      endpoint->level = small(value);
      return;
    case Mark::certificate:
      endpoint->certificate = as_bytes(value.text);
      return;
    case Mark::token_type:
      if (token_offer != nullptr) {
        token_offer->type = static_cast<TokenType>(std::min<std::uint32_t>(small(value), 3));
      }
      return;
    default:
      if (token_offer != nullptr) {
        token_offer->policy = value.text;
      }
      return;
  }
}

void Reading::on_user(Mark mark, const Value& value) {
  switch (mark) {
    case Mark::policy_id:
      user_token = TokenType::anonymous;  // unless more follows
      return;
    case Mark::user_name:
      user_token = TokenType::user_name;
      user = value.text;
      return;
    case Mark::password:
      secret = as_bytes(value.text);
      return;
    case Mark::algorithm:
      algorithm = value.text;
      return;
    case Mark::user_certificate:
      user_token = TokenType::certificate;
      user_certificate = as_bytes(value.text);
      return;
    default:
      user_token = TokenType::issued;
      secret = as_bytes(value.text);
      return;
  }
}

void Reading::diagnostic(const Diagnostic& diagnostic) {
  if (Diagnostic* one = diagnostics.add()) {
    *one = diagnostic;
  }
}

void Reading::add_status(std::uint32_t code) {
  if (std::uint32_t* one = statuses.add()) {
    *one = code;
  }
  if (first_bad == 0 && code >> 31U != 0) {
    first_bad = code;
  }
  for (StatusCount& known : results.all()) {
    if (known.code == code) {
      ++known.count;
      return;
    }
  }
  if (StatusCount* fresh = results.add()) {
    *fresh = {code, 1};
  }
}

}  // namespace prahari::opcua
