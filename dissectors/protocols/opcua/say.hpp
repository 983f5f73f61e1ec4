// What is said about one message: its record, its events, and what it tells about the two ends.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/opcua/channel.hpp"
#include "dissectors/protocols/opcua/pending.hpp"
#include "dissectors/protocols/opcua/raw_fields.hpp"
#include "dissectors/protocols/opcua/reading.hpp"
#include "dissectors/protocols/opcua/seen.hpp"

namespace prahari::opcua {

struct Whole;

enum class FieldId : std::uint8_t {
  type,
  chunk,
  chunks,
  size,
  channel,
  token,
  seq,
  request_id,
  handle,
  policy,
  mode,
  encrypted,
  type_id,
  service,
  result,
  results,
  reason,
  limits,
  endpoint_url,
  server_uri,
  session_name,
  user_token,
  user,
  secret_size,
  subscription,
  lifetime,
  renew,
  nodes,
  attributes,
  methods,
  values,
  endpoints,
  application_uri,
  product_uri,
  cert_sha1,
  request_frame,
  latency_us,
  names,
  diagnostics,
  // Without a name, so in no record: what other formats are made from (raw_fields.hpp).
  raw
};

inline constexpr auto kFieldNames = std::to_array<std::string_view>(
    {"type",         "chunk",      "chunks",          "size",        "channel",    "token",
     "seq",          "request_id", "handle",          "policy",      "mode",       "encrypted",
     "type_id",      "service",    "result",          "results",     "reason",     "limits",
     "endpoint_url", "server_uri", "session_name",    "user_token",  "user",       "secret_size",
     "subscription", "lifetime",   "renew",           "nodes",       "attributes", "methods",
     "values",       "endpoints",  "application_uri", "product_uri", "cert_sha1",  "request_frame",
     "latency_us",   "names",      "diagnostics"});
static_assert(kFieldNames.size() == static_cast<std::size_t>(FieldId::diagnostics) + 1);
static_assert(static_cast<std::size_t>(FieldId::raw) == kRawField);

constexpr std::size_t index(FieldId field) noexcept { return static_cast<std::size_t>(field); }

// A message with all that is known about it. `request`: that it answers, or null.
struct Spoken {
  const Whole& whole;
  const Channel& channel;
  const Service& service;
  std::uint32_t type_id = 0;
  bool response = false;
  Reading& reading;
  const Request* request = nullptr;
  const PacketRef& packet;
  NodeNames& names;
};

// record.cpp
void show_chunks(Fields& fields, const Whole& whole, const Channel* channel);
void show_message(Fields& fields, const Spoken& spoken);

// events.cpp: the message, and one more for each further target.
// `meant`: the service that was asked for, where the response is a fault.
void emit_messages(const Message& message, const Spoken& spoken, const Service& meant,
                   Emitter& out);
// Monitoring or publishing that is switched off is suppressed.
[[nodiscard]] Effect effect_by_state(const Service& service, const Reading& read) noexcept;

// facts.cpp
void emit_facts(const Spoken& spoken, Emitter& out);

// names.cpp: what a response calls nodes, each once in a while. `server`: its place_print().
void emit_names(const Spoken& spoken, std::uint64_t server, ToldNames& told, Emitter& out);

// posture.cpp: what the server offers, who logged in. `best` follows the strongest offer.
void emit_posture(const Spoken& spoken, SeenCertificates& seen, std::uint8_t& best, Emitter& out);
void emit_channel(const Channel& channel, bool from_server, std::uint8_t best, Emitter& out);
// The certificate of one end. `part` tells apart where it was shown; `uri`: whose it should be.
void emit_certificate(Bytes chain, std::string_view what, bool of_sender, std::string_view uri,
                      Timestamp now, std::uint8_t part, SeenCertificates& seen, Emitter& out);

// Salted, so that the same secret of the same user is known again, and nothing else.
[[nodiscard]] std::uint64_t secret_hash(std::string_view user, Bytes secret) noexcept;

}  // namespace prahari::opcua
