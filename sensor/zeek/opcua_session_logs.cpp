// Channels and sessions: opcua_binary_opensecure_channel, _create_session, _activate_session and
// _close_session with what belongs to them. Nonces, passwords and tokens stay unset.

#include <array>

#include "sensor/zeek/opcua_endpoints.hpp"
#include "sensor/zeek/opcua_logs.hpp"

namespace prahari::zeek {
namespace {

constexpr auto kChannelColumns = std::to_array<Heading>({
    {"opcua_link_id", "string"},
    {"client_proto_ver", "count"},
    {"sec_token_request_type", "count"},
    {"message_security_mode", "count"},
    {"client_nonce", "string"},
    {"req_lifetime", "count"},
    {"server_proto_ver", "count"},
    {"sec_token_sec_channel_id", "count"},
    {"sec_token_id", "count"},
    {"sec_token_created_at", "time"},
    {"sec_token_revised_time", "count"},
    {"server_nonce", "string"},
});
constexpr Log kChannel{"opcua_binary_opensecure_channel", kChannelColumns};

constexpr auto kSessionColumns = std::to_array<Heading>({
    {"opcua_link_id", "string"},
    {"application_uri", "string"},
    {"product_uri", "string"},
    {"encoding_mask", "count"},
    {"locale", "string"},
    {"text", "string"},
    {"application_type", "count"},
    {"gateway_server_uri", "string"},
    {"discovery_profile_uri", "string"},
    {"discovery_profile_link_id", "string"},
    {"server_uri", "string"},
    {"endpoint_url", "string"},
    {"session_name", "string"},
    {"client_nonce", "string"},
    {"client_cert_size", "count"},
    {"client_cert", "string"},
    {"req_session_timeout", "count"},
    {"max_res_msg_size", "count"},
    {"session_id_encoding_mask", "string"},
    {"session_id_namespace_idx", "count"},
    {"session_id_numeric", "count"},
    {"session_id_string", "string"},
    {"session_id_guid", "string"},
    {"session_id_opaque", "string"},
    {"auth_token_encoding_mask", "string"},
    {"auth_token_namespace_idx", "count"},
    {"auth_token_numeric", "count"},
    {"auth_token_string", "string"},
    {"auth_token_guid", "string"},
    {"auth_token_opaque", "string"},
    {"revised_session_timeout", "count"},
    {"server_nonce", "string"},
    {"server_cert_size", "count"},
    {"server_cert", "string"},
    {"endpoint_link_id", "string"},
    {"algorithm", "string"},
    {"signature", "string"},
    {"max_req_msg_size", "count"},
});
constexpr Log kSession{"opcua_binary_create_session", kSessionColumns};

constexpr auto kActivateColumns = std::to_array<Heading>({
    {"opcua_link_id", "string"},
    {"client_algorithm", "string"},
    {"client_signature", "string"},
    {"client_software_cert_link_id", "string"},
    {"opcua_locale_link_id", "string"},
    {"ext_obj_type_id_encoding_mask", "string"},
    {"ext_obj_type_id_namespace_idx", "count"},
    {"ext_obj_type_id_numeric", "count"},
    {"ext_obj_type_id_string", "string"},
    {"ext_obj_type_id_guid", "string"},
    {"ext_obj_type_id_opaque", "string"},
    {"ext_obj_type_id_str", "string"},
    {"ext_obj_encoding", "string"},
    {"ext_obj_policy_id", "string"},
    {"ext_obj_user_name", "string"},
    {"ext_obj_password", "string"},
    {"ext_obj_encryption_algorithom", "string"},
    {"ext_obj_certificate_data", "string"},
    {"ext_obj_token_data", "string"},
    {"user_token_algorithm", "string"},
    {"user_token_signature", "string"},
    {"server_nonce", "string"},
    {"status_code_link_id", "string"},
    {"activate_session_diag_info_link_id", "string"},
});
constexpr Log kActivate{"opcua_binary_activate_session", kActivateColumns};

constexpr auto kSoftwareColumns = std::to_array<Heading>({
    {"client_software_cert_link_id", "string"},
    {"cert_data", "string"},
    {"cert_signature", "string"},
});
constexpr Log kSoftware{"opcua_binary_activate_session_client_software_cert", kSoftwareColumns};

constexpr auto kLocaleColumns = std::to_array<Heading>({
    {"opcua_locale_link_id", "string"},
    {"local_id", "string"},
});
constexpr Log kLocale{"opcua_binary_activate_session_locale_id", kLocaleColumns};

constexpr auto kCloseColumns = std::to_array<Heading>({
    {"opcua_link_id", "string"},
    {"del_subscriptions", "bool"},
});
constexpr Log kClose{"opcua_binary_close_session", kCloseColumns};

constexpr auto kDiscoveryColumns = std::to_array<Heading>({
    {"discovery_profile_link_id", "string"},
    {"discovery_profile_uri", "string"},
    {"discovery_profile_url", "string"},
});
constexpr Log kDiscovery{"opcua_binary_create_session_discovery", kDiscoveryColumns};

constexpr auto kEndpointColumns = endpoint_columns("endpoint_link_id", "endpoint_url");
constexpr Log kEndpoint{"opcua_binary_create_session_endpoints", kEndpointColumns};

constexpr Log kToken{"opcua_binary_create_session_user_token", kUserTokenColumns};

constexpr EndpointLogs kEndpointLogs{kEndpoint, kDiscovery, kToken};

// Of a session's token only how it was encoded: with the rest one could take the session over.
void put_token(Row& row, std::string_view first_column, const OpcuaNode& token) {
  row.cell(first_column).hex(token.form, 2);
  (token.form & 0x3fU) != 0 ? row.next().count(std::uint64_t{token.id.ns}) : row.next().unset();
}

void put_certificate(Row& row, std::string_view first_column, Bytes certificate) {
  if (!certificate.empty()) {
    row.cell(first_column).count(std::uint64_t{certificate.size()});
    put_hex(row.next(), certificate);
  }
}

std::optional<Uid> software_certificates(OpcuaMessage& message) {
  return message.list([&](const Uid& link) {
    Row row = message.row(kSoftware);
    row.cell("client_software_cert_link_id").text(link.view());
    put_hex(row.cell("cert_data"), message.bytes());
    put_hex(row.cell("cert_signature"), message.bytes());
    message.write(row);
  });
}

constexpr std::uint32_t kAnonymous = 321;
constexpr std::uint32_t kUserName = 324;
constexpr std::uint32_t kCertificate = 327;
constexpr std::uint32_t kIssued = 940;

// What an identity token holds, but for the secret.
void put_identity(Row& row, const OpcuaExtension& identity) {
  put_extension(row, "ext_obj_type_id_encoding_mask", identity);
  const std::uint32_t type = identity.known();
  Reader in{identity.body};
  if (type != kAnonymous && type != kUserName && type != kCertificate && type != kIssued) {
    return;
  }
  row.cell("ext_obj_policy_id").text_or_unset(opcua::read_text(in));
  if (type == kUserName) {
    row.cell("ext_obj_user_name").text_or_unset(opcua::read_text(in));
  }
  if (type == kUserName || type == kIssued) {
    static_cast<void>(opcua::read_bytes(in));  // the password or the token
    row.cell("ext_obj_encryption_algorithom").text_or_unset(opcua::read_text(in));
  } else if (type == kCertificate) {
    put_hex_or_unset(row.cell("ext_obj_certificate_data"), opcua::read_bytes(in));
  }
}

}  // namespace

void open_channel_asked(OpcuaMessage& message) {
  Row row = message.row(kChannel);
  row.cell("opcua_link_id").text(message.link().view());
  row.cell("client_proto_ver").count(std::uint64_t{message.in.le32()});
  row.cell("sec_token_request_type").count(std::uint64_t{message.in.le32()});
  row.cell("message_security_mode").count(std::uint64_t{message.in.le32()});
  put_secret(row.cell("client_nonce"), message.bytes());
  row.cell("req_lifetime").count(std::uint64_t{message.in.le32()});
  message.write_main(row);
}

void open_channel_answered(OpcuaMessage& message) {
  Row row = message.row(kChannel);
  row.cell("opcua_link_id").text(message.link().view());
  row.cell("server_proto_ver").count(std::uint64_t{message.in.le32()});
  row.cell("sec_token_sec_channel_id").count(std::uint64_t{message.in.le32()});
  row.cell("sec_token_id").count(std::uint64_t{message.in.le32()});
  put_date(row.cell("sec_token_created_at"), message.time());
  row.cell("sec_token_revised_time").count(std::uint64_t{message.in.le32()});
  put_secret(row.cell("server_nonce"), message.bytes());
  message.write_main(row);
}

void create_session_asked(OpcuaMessage& message) {
  Row row = message.row(kSession);
  row.cell("opcua_link_id").text(message.link().view());
  put_application(message, row, "application_uri", kDiscovery);
  row.cell("server_uri").text_or_unset(message.text());
  row.cell("endpoint_url").text_or_unset(message.text());
  row.cell("session_name").text_or_unset(message.text());
  static_cast<void>(message.bytes());  // nonce
  put_certificate(row, "client_cert_size", message.bytes());
  put_millis(row.cell("req_session_timeout"), message.real());
  row.cell("max_res_msg_size").count(std::uint64_t{message.in.le32()});
  message.write_main(row);
}

void create_session_answered(OpcuaMessage& message) {
  Row row = message.row(kSession);
  row.cell("opcua_link_id").text(message.link().view());
  put_node(row, "session_id_encoding_mask", message.node());
  put_token(row, "auth_token_encoding_mask", message.node());
  put_millis(row.cell("revised_session_timeout"), message.real());
  static_cast<void>(message.bytes());  // nonce
  put_certificate(row, "server_cert_size", message.bytes());
  put_link(row.cell("endpoint_link_id"), endpoint_list(message, kEndpointLogs));
  const std::uint32_t software = message.count();
  for (std::uint32_t i = 0; i < software && message.in.ok(); ++i) {
    static_cast<void>(message.bytes());
    static_cast<void>(message.bytes());
  }
  row.cell("algorithm").text_or_unset(message.text());
  put_hex_or_unset(row.cell("signature"), message.bytes());
  row.cell("max_req_msg_size").count(std::uint64_t{message.in.le32()});
  message.write_main(row);
}

void activate_session_asked(OpcuaMessage& message) {
  Row row = message.row(kActivate);
  row.cell("opcua_link_id").text(message.link().view());
  row.cell("client_algorithm").text_or_unset(message.text());
  put_hex_or_unset(row.cell("client_signature"), message.bytes());
  put_link(row.cell("client_software_cert_link_id"), software_certificates(message));
  put_link(row.cell("opcua_locale_link_id"), text_list(message, kLocale));
  put_identity(row, read_extension(message));
  row.cell("user_token_algorithm").text_or_unset(message.text());
  put_hex_or_unset(row.cell("user_token_signature"), message.bytes());
  message.write_main(row);
}

void activate_session_answered(OpcuaMessage& message) {
  Row row = message.row(kActivate);
  row.cell("opcua_link_id").text(message.link().view());
  put_secret(row.cell("server_nonce"), message.bytes());
  const std::uint32_t results = message.count();
  const Uid link = message.new_link();
  for (std::uint32_t i = 0; i < results && message.in.ok(); ++i) {
    message.status(link, OpcuaSource::activate_session, message.in.le32());
  }
  put_link(row.cell("status_code_link_id"), results == 0 ? std::nullopt : std::optional{link});
  put_link(row.cell("activate_session_diag_info_link_id"),
           message.diagnostic_list(OpcuaSource::activate_session));
  message.write_main(row);
}

void close_session_asked(OpcuaMessage& message) {
  Row row = message.row(kClose);
  row.cell("opcua_link_id").text(message.link().view());
  row.cell("del_subscriptions").boolean(message.boolean());
  message.write_main(row);
}

}  // namespace prahari::zeek
