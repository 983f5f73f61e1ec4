// opcua_binary_get_endpoints with its further logs, and what it shares with CreateSession.

#include "sensor/zeek/opcua_endpoints.hpp"

#include "sensor/zeek/opcua_logs.hpp"

namespace prahari::zeek {
namespace {

constexpr auto kEndpointsColumns = std::to_array<Heading>({
    {"opcua_link_id", "string"},
    {"endpoint_url", "string"},
    {"locale_link_id", "string"},
    {"profile_uri_link_id", "string"},
    {"endpoint_description_link_id", "string"},
});
constexpr Log kEndpoints{"opcua_binary_get_endpoints", kEndpointsColumns};

constexpr auto kDescriptionColumns =
    endpoint_columns("endpoint_description_link_id", "endpoint_uri");
constexpr Log kDescription{"opcua_binary_get_endpoints_description", kDescriptionColumns};

constexpr auto kDiscoveryColumns = std::to_array<Heading>({
    {"discovery_profile_link_id", "string"},
    {"discovery_profile_url", "string"},
});
constexpr Log kDiscovery{"opcua_binary_get_endpoints_discovery", kDiscoveryColumns};

constexpr Log kToken{"opcua_binary_get_endpoints_user_token", kUserTokenColumns};

constexpr auto kLocaleColumns = std::to_array<Heading>({
    {"locale_link_id", "string"},
    {"locale_id", "string"},
});
constexpr Log kLocale{"opcua_binary_get_endpoints_locale_id", kLocaleColumns};

constexpr auto kProfileColumns = std::to_array<Heading>({
    {"profile_uri_link_id", "string"},
    {"profile_uri", "string"},
});
constexpr Log kProfile{"opcua_binary_get_endpoints_profile_uri", kProfileColumns};

constexpr EndpointLogs kEndpointLogs{kDescription, kDiscovery, kToken};

std::optional<Uid> tokens(OpcuaMessage& message, const Log& log) {
  return message.list([&](const Uid& link) {
    Row row = message.row(log);
    row.cell("user_token_link_id").text(link.view());
    row.cell("user_token_policy_id").text(message.text());
    row.cell("user_token_type").count(std::uint64_t{message.in.le32()});
    row.cell("user_token_issued_type").text_or_unset(message.text());
    row.cell("user_token_endpoint_url").text_or_unset(message.text());
    row.cell("user_token_sec_policy_uri").text_or_unset(message.text());
    message.write(row);
  });
}

void endpoint(OpcuaMessage& message, const EndpointLogs& logs, const Uid& link) {
  Row row = message.row(logs.endpoint);
  row.next().text(link.view());
  row.next().text_or_unset(message.text());
  put_application(message, row, "application_uri", logs.discovery);
  if (const Bytes certificate = message.bytes(); !certificate.empty()) {
    row.cell("cert_size").count(std::uint64_t{certificate.size()});
    put_hex(row.cell("server_cert"), certificate);
  }
  row.cell("message_security_mode").count(std::uint64_t{message.in.le32()});
  row.cell("security_policy_uri").text_or_unset(message.text());
  put_link(row.cell("user_token_link_id"), tokens(message, logs.token));
  row.cell("transport_profile_uri").text_or_unset(message.text());
  row.cell("security_level").count(std::uint64_t{message.in.u8()});
  message.write(row);
}

}  // namespace

std::optional<Uid> endpoint_list(OpcuaMessage& message, const EndpointLogs& logs) {
  return message.list([&](const Uid& link) { endpoint(message, logs, link); });
}

void put_application(OpcuaMessage& message, Row& row, std::string_view first_column,
                     const Log& discovery) {
  row.cell(first_column).text_or_unset(message.text());
  row.next().text_or_unset(message.text());
  const OpcuaText name = message.localized();
  row.next().count(std::uint64_t{name.mask});
  row.next().text_or_unset(name.locale);
  row.next().text_or_unset(name.text);
  row.next().count(std::uint64_t{message.in.le32()});
  row.next().text_or_unset(message.text());
  const std::string_view profile = message.text();
  row.next().text_or_unset(profile);
  const std::optional<Uid> all = message.list([&](const Uid& link) {
    Row url = message.row(discovery);
    url.next().text(link.view());
    if (discovery.columns.size() > 2) {
      url.next().text(profile);
    }
    url.next().text(message.text());
    message.write(url);
  });
  put_link(row.next(), all);
}

std::optional<Uid> text_list(OpcuaMessage& message, const Log& log) {
  return message.list([&](const Uid& link) {
    Row row = message.row(log);
    row.next().text(link.view());
    row.next().text(message.text());
    message.write(row);
  });
}

void get_endpoints_asked(OpcuaMessage& message) {
  Row row = message.row(kEndpoints);
  row.cell("opcua_link_id").text(message.link().view());
  row.cell("endpoint_url").text(message.text());
  put_link(row.cell("locale_link_id"), text_list(message, kLocale));
  put_link(row.cell("profile_uri_link_id"), text_list(message, kProfile));
  message.write_main(row);
}

void get_endpoints_answered(OpcuaMessage& message) {
  Row row = message.row(kEndpoints);
  row.cell("opcua_link_id").text(message.link().view());
  put_link(row.cell("endpoint_description_link_id"), endpoint_list(message, kEndpointLogs));
  message.write_main(row);
}

}  // namespace prahari::zeek
