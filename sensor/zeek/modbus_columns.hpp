// The columns of modbus.log and of the four logs of ICSNPP-Modbus. Included by modbus.cpp alone.

#pragma once

#include <optional>
#include <string>

#include "sensor/zeek/column.hpp"

namespace prahari::zeek::modbus {

using Number = std::optional<std::uint64_t>;

// One message of one of the logs that have a line for each.
struct Line {
  Where where;
  Number tid;
  Number unit;
  std::string func;
  bool request = true;
  std::string exception;
  std::string link;
  Number address;  // mask write: of the register; read/write: where reading begins
  Number and_mask;
  Number or_mask;
  Number quantity;
  Number write_address;
  std::string values;  // JSON; read/write: what is written or read
  Number code;         // device identification
  Number conformity;
  Number object;
  std::string_view object_name;
  std::string object_value;
};

using Col = Column<Line>;

inline constexpr auto kModbus = join(
    kConnection<Line>,
    std::array<Col, 5>{{
        {"tid", "count", [](Cell& c, const Line& l) { c.count(l.tid); }},
        {"unit", "count", [](Cell& c, const Line& l) { c.count(l.unit); }},
        {"func", "string", [](Cell& c, const Line& l) { c.text(l.func); }},
        {"pdu_type", "string", [](Cell& c, const Line& l) { c.text(l.request ? "REQ" : "RESP"); }},
        {"exception", "string", [](Cell& c, const Line& l) { c.text_or_unset(l.exception); }},
    }});

inline constexpr std::array<Col, 5> kLinked = {{
    {"modbus_detailed_link_id", "string", [](Cell& c, const Line& l) { c.text_or_unset(l.link); }},
    {"tid", "count", [](Cell& c, const Line& l) { c.count(l.tid); }},
    {"unit", "count", [](Cell& c, const Line& l) { c.count(l.unit); }},
    {"func", "string", [](Cell& c, const Line& l) { c.text(l.func); }},
    {"request_response", "string",
     [](Cell& c, const Line& l) { c.text(l.request ? "REQUEST" : "RESPONSE"); }},
}};

inline constexpr auto kMaskWriteLog =
    join(kConnection<Line>, kSides<Line>, kLinked,
         std::array<Col, 3>{{
             {"address", "count", [](Cell& c, const Line& l) { c.count(l.address); }},
             {"and_mask", "count", [](Cell& c, const Line& l) { c.count(l.and_mask); }},
             {"or_mask", "count", [](Cell& c, const Line& l) { c.count(l.or_mask); }},
         }});

inline void put_values(Cell& cell, const Line& line, bool request) {
  cell.vector(line.request == request ? std::string_view{line.values} : std::string_view{});
}

inline constexpr auto kReadWriteLog = join(
    kConnection<Line>, kSides<Line>, kLinked,
    std::array<Col, 5>{{
        {"write_start_address", "count", [](Cell& c, const Line& l) { c.count(l.write_address); }},
        {"write_registers", "vector[count]",
         [](Cell& c, const Line& l) { put_values(c, l, true); }},
        {"read_start_address", "count", [](Cell& c, const Line& l) { c.count(l.address); }},
        {"read_quantity", "count", [](Cell& c, const Line& l) { c.count(l.quantity); }},
        {"read_registers", "vector[count]",
         [](Cell& c, const Line& l) { put_values(c, l, false); }},
    }});

inline void put_code(Cell& cell, Number code) { code ? cell.hex(*code, 2) : cell.unset(); }

constexpr std::string_view conformity_name(std::uint64_t level) noexcept {
  switch (level) {
    case 0x01:
      return "Basic Identification (Stream)";
    case 0x02:
      return "Regular Identification (Stream)";
    case 0x04:  // sic; the specification has 3
      return "Extended Identification (Stream)";
    case 0x81:
      return "Basic Identification (Stream, Individual)";
    case 0x82:
      return "Regular Identification (Stream, Individual)";
    case 0x83:
      return "Extended Identification (Stream, Individual)";
    default:
      return "Unknown";
  }
}

constexpr std::string_view object_name(std::uint64_t object) noexcept {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"VendorName", "ProductCode", "MajorMinorVersion", "VendorURL", "ProductName", "ModelName",
       "UserApplicationName"});
  return object < kNames.size() ? kNames[object] : "Unknown";
}

// ICSNPP takes the first object asked for as if it were the kind of reading.
constexpr std::string_view asked_name(std::uint64_t object) noexcept {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"Basic Device Identification", "Regular Device Identification",
       "Extended Device Identification", "Specific Device Identification"});
  return object < kNames.size() ? kNames[object] : "Unknown";
}

inline constexpr auto kIdentificationLog = join(
    kConnection<Line>, kSides<Line>, kLinked,
    std::array<Col, 7>{{
        {"mei_type", "string", [](Cell& c, const Line&) { c.text("READ-DEVICE-IDENTIFICATION"); }},
        {"conformity_level_code", "string",
         [](Cell& c, const Line& l) { put_code(c, l.conformity); }},
        {"conformity_level", "string",
         [](Cell& c, const Line& l) {
           l.conformity ? c.text(conformity_name(*l.conformity)) : c.unset();
         }},
        {"device_id_code", "count", [](Cell& c, const Line& l) { c.count(l.code); }},
        {"object_id_code", "string", [](Cell& c, const Line& l) { put_code(c, l.object); }},
        {"object_id", "string", [](Cell& c, const Line& l) { c.text_or_unset(l.object_name); }},
        {"object_value", "string",
         [](Cell& c, const Line& l) { l.request ? c.unset() : c.text(l.object_value); }},
    }});

// A line of modbus_detailed.log: a request with its response.
struct Detailed {
  Where where;  // of the request
  Number tid;
  Number unit;
  std::string func;
  Number address;
  Number quantity;
  std::string request_values;
  std::string response_values;
  std::string link;
  std::optional<bool> matched;
  std::string request_sub;
  std::string response_sub;
  std::string request_data;
  std::string response_data;
  std::string exception;
  std::string mei;
};

using Wide = Column<Detailed>;

inline constexpr auto kDetailed = join(
    kConnection<Detailed>,
    std::array<Wide, 15>{{
        {"tid", "count", [](Cell& c, const Detailed& d) { c.count(d.tid); }},
        {"unit", "count", [](Cell& c, const Detailed& d) { c.count(d.unit); }},
        {"func", "string", [](Cell& c, const Detailed& d) { c.text(d.func); }},
        {"address", "count", [](Cell& c, const Detailed& d) { c.count(d.address); }},
        {"quantity", "count", [](Cell& c, const Detailed& d) { c.count(d.quantity); }},
        {"request_values", "vector[count]",
         [](Cell& c, const Detailed& d) { c.vector(d.request_values); }},
        {"response_values", "vector[count]",
         [](Cell& c, const Detailed& d) { c.vector(d.response_values); }},
        {"modbus_detailed_link_id", "string",
         [](Cell& c, const Detailed& d) { c.text_or_unset(d.link); }},
        {"matched", "bool",
         [](Cell& c, const Detailed& d) { d.matched ? c.boolean(*d.matched) : c.unset(); }},
        {"request_subfunction_code", "string",
         [](Cell& c, const Detailed& d) { c.text_or_unset(d.request_sub); }},
        {"response_subfunction_code", "string",
         [](Cell& c, const Detailed& d) { c.text_or_unset(d.response_sub); }},
        {"request_data", "string",
         [](Cell& c,
            const Detailed& d) { d.request_data.empty() ? c.unset() : c.bytes(d.request_data); }},
        {"response_data", "string",
         [](Cell& c,
            const Detailed& d) { d.response_data.empty() ? c.unset() : c.bytes(d.response_data); }},
        {"exception_code", "string",
         [](Cell& c, const Detailed& d) { c.text_or_unset(d.exception); }},
        {"mei_type", "string", [](Cell& c, const Detailed& d) { c.text_or_unset(d.mei); }},
    }});

}  // namespace prahari::zeek::modbus
