// The fields of enip, cip and cipio records, in the order of the contract.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace prahari::enip {

enum class Field : std::uint8_t {
  command,
  session,
  status,
  length,
  items,
  identity,
  sender_context,  // hex
  options,
  request_frame,
  latency_us
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Field::latency_us) + 1>
    kFieldNames = {"command",  "session",        "status",  "length",        "items",
                   "identity", "sender_context", "options", "request_frame", "latency_us"};

enum class CipField : std::uint8_t {
  enip_frame,
  depth,
  service,
  service_name,
  cls,
  instance,
  attribute,
  member,
  symbol,
  path,
  route,
  status,
  ext_status,
  connection_id,
  seq,
  pccc,
  data_len,
  request_frame,
  latency_us,
  class_name,
  status_name,
  ext_status_name,
  data_type,   // of a tag: "DINT"
  elements,    // of a tag
  offset,      // of a fragment: first byte
  values,      // of a tag or an attribute, as far as the type tells
  attributes,  // ids in an attribute list
  identity,    // what an Identity object said
  connection,  // what a Forward Open or Close says
  data,        // raw bytes, up to 128
  parts,       // a value that came in fragments: how many,
  whole_len    // and how many bytes it has
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(CipField::whole_len) + 1>
    kCipFieldNames = {
        "enip_frame",  "depth",           "service",       "service_name",  "class",
        "instance",    "attribute",       "member",        "symbol",        "path",
        "route",       "status",          "ext_status",    "connection_id", "seq",
        "pccc",        "data_len",        "request_frame", "latency_us",    "class_name",
        "status_name", "ext_status_name", "type",          "elements",      "offset",
        "values",      "attributes",      "identity",      "connection",    "data",
        "parts",       "whole_len"};

enum class IoField : std::uint8_t {
  connection_id,
  encap_seq,
  cip_seq,
  run_idle,
  data_len,     // without the sequence count
  data,         // hex, likewise
  rpi_us,       // the interval that was agreed, where the opening was seen
  interval_us,  // since the datagram before
  lost,         // how many are missing before this one
  connection,   // as its Forward Open names it
  originator,   // address of who opened it
  target        // and of whom it was opened to
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(IoField::target) + 1>
    kIoFieldNames = {"connection_id", "encap_seq",  "cip_seq",    "run_idle",
                     "data_len",      "data",       "rpi_us",     "interval_us",
                     "lost",          "connection", "originator", "target"};

}  // namespace prahari::enip
