// Applications and endpoints as the logs of GetEndpoints and of CreateSession show them.

#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "sensor/zeek/opcua_message.hpp"

namespace prahari::zeek {

constexpr auto endpoint_columns(std::string_view link, std::string_view url) {
  return std::to_array<Heading>({
      {link, "string"},
      {url, "string"},
      {"application_uri", "string"},
      {"product_uri", "string"},
      {"encoding_mask", "count"},
      {"locale", "string"},
      {"text", "string"},
      {"application_type", "count"},
      {"gateway_server_uri", "string"},
      {"discovery_profile_uri", "string"},
      {"discovery_profile_link_id", "string"},
      {"cert_size", "count"},
      {"server_cert", "string"},
      {"message_security_mode", "count"},
      {"security_policy_uri", "string"},
      {"user_token_link_id", "string"},
      {"transport_profile_uri", "string"},
      {"security_level", "count"},
  });
}

inline constexpr auto kUserTokenColumns = std::to_array<Heading>({
    {"user_token_link_id", "string"},
    {"user_token_policy_id", "string"},
    {"user_token_type", "count"},
    {"user_token_issued_type", "string"},
    {"user_token_endpoint_url", "string"},
    {"user_token_sec_policy_uri", "string"},
});

struct EndpointLogs {
  const Log& endpoint;
  const Log& discovery;
  const Log& token;
};

// A row for each; the link of all of them, if there are any.
std::optional<Uid> endpoint_list(OpcuaMessage& message, const EndpointLogs& logs);

// An ApplicationDescription: nine cells, and a row in `discovery` for each of its URLs.
void put_application(OpcuaMessage& message, Row& row, std::string_view first_column,
                     const Log& discovery);

// An array of String: a row for each in a log of link and text.
std::optional<Uid> text_list(OpcuaMessage& message, const Log& log);

}  // namespace prahari::zeek
