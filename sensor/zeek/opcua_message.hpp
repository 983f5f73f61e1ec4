// One OPC UA message on its way into ICSNPP's detail logs: a cursor over its bytes, the rows that
// are made from them, and the ids that join these.
//
// Rows are made while the bytes are read; where these make no sense any more nothing further is
// written. Bounded: kMostRows rows a message, kDeepest nested values.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "dissectors/protocols/opcua/wire.hpp"
#include "dissectors/reader.hpp"
#include "sensor/zeek/row.hpp"

namespace prahari::zeek {

// Where a status or a diagnostic stands, as ICSNPP counts them; its inner one is the next number.
enum class OpcuaSource : std::uint8_t {
  header = 0,
  browse = 2,
  activate_session = 4,
  read = 6,
  create_items = 8,
  select_clause = 10,
  filter_element = 12,
  filter_operand = 14,
  variant = 16,
  write = 18
};

// A NodeId, or an ExpandedNodeId, with how it was encoded.
struct OpcuaNode {
  std::uint8_t form = 0;  // the first byte, flags included
  opcua::NodeId id;
  std::string_view uri;
  std::uint32_t server = 0;
};

struct OpcuaText {
  std::uint8_t mask = 0;
  std::string_view locale;
  std::string_view text;
};

struct OpcuaName {
  std::uint16_t ns = 0;
  std::string_view name;
};

// Both headers, with what only one of them has.
struct OpcuaHeader {
  std::uint8_t type_form = 0;  // how the type of the message was encoded
  OpcuaNode token;             // a secret
  std::int64_t time = 0;
  std::uint32_t handle = 0;
  std::uint32_t return_diagnostics = 0;
  std::string_view audit_entry;
  std::uint32_t timeout = 0;
  std::uint32_t result = 0;
  std::uint8_t diagnostics = 0;  // mask of the first
  std::optional<std::uint32_t> extra_type;
  std::uint8_t extra_encoding = 0;
};

class OpcuaMessage {
 public:
  static constexpr std::size_t kMostRows = 4096;
  static constexpr unsigned kDeepest = 16;

  // `number` tells it from other messages in the same packet.
  OpcuaMessage(Bytes body, const Where& where, std::uint64_t number, LogFolder& out)
      : in(body), where_(where), number_(number), out_(out) {}

  // Reads type and header; the rows of a response's status and diagnostics are written.
  OpcuaHeader header(bool response);
  // The row that says how the service went, if header() has read a response.
  [[nodiscard]] const std::optional<Uid>& result_link() const noexcept { return result_link_; }

  [[nodiscard]] Uid link() const noexcept { return where_.packet_id(number_); }
  [[nodiscard]] Uid new_link() noexcept;
  [[nodiscard]] Row row(const Log& log) const { return {log, where_}; }
  // Writes a row unless the bytes have ended. Of a message with too many the rest is not read; its
  // main row, of which there is one, is written all the same.
  void write(Row& row);
  void write_main(Row& row);
  // Whether it had more rows than are written.
  [[nodiscard]] bool cut() const noexcept { return cut_; }

  // Values off the wire.
  Reader in;
  [[nodiscard]] std::uint32_t count() noexcept;  // of an array; fails where the rest is too short
  // An array whose elements have rows of their own, which each(link) reads and writes one by one:
  // the link that they share, or null where there are none.
  template <class Each>
  std::optional<Uid> list(Each&& each) {
    const std::uint32_t size = count();
    if (size == 0) {
      return std::nullopt;
    }
    const Uid link = new_link();
    for (std::uint32_t i = 0; i < size && in.ok(); ++i) {
      each(link);
    }
    return link;
  }
  [[nodiscard]] std::string_view text() noexcept { return opcua::read_text(in); }
  [[nodiscard]] Bytes bytes() noexcept { return opcua::read_bytes(in); }
  [[nodiscard]] double real() noexcept;
  [[nodiscard]] std::int64_t time() noexcept { return static_cast<std::int64_t>(in.le64()); }
  [[nodiscard]] bool boolean() noexcept { return in.u8() != 0; }
  [[nodiscard]] OpcuaNode node() noexcept;
  [[nodiscard]] OpcuaText localized() noexcept;
  [[nodiscard]] OpcuaName name() noexcept;

  // What has rows of its own.
  void status(const Uid& link, OpcuaSource source, std::uint32_t code, unsigned level = 0,
              bool inner = false);
  void diagnostics(const Uid& link, OpcuaSource source);
  // A list of each, the second with a link of its own, which is the answer; null: there are none.
  void statuses(const Uid& link, OpcuaSource source, unsigned level = 0);
  std::optional<Uid> diagnostic_list(OpcuaSource source);

  // One level of nesting, as long as it lives.
  class Level {
   public:
    explicit Level(OpcuaMessage& message) noexcept : message_(message) {
      if (++message_.depth_ > kDeepest) {
        message_.in.fail();
      }
    }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --message_.depth_; }

   private:
    OpcuaMessage& message_;
  };

 private:
  void response_header(OpcuaHeader& out);

  const Where& where_;
  std::uint64_t number_;
  LogFolder& out_;
  std::vector<std::string_view> strings_;  // of the response's header
  std::optional<Uid> result_link_;
  std::uint64_t links_ = 0;
  std::size_t rows_ = 0;
  bool cut_ = false;
  unsigned depth_ = 0;
};

// Cells that more than one log has.
void put_node(Row& row, std::string_view first_column, const OpcuaNode& node);  // six cells
void put_expanded_node(Row& row, std::string_view first_column, const OpcuaNode& node);  // eight
void put_date(Cell cell, std::int64_t date);       // DateTime; none is 0.000000
void put_date_text(Cell cell, std::int64_t date);  // RFC 3339; unset outside 1970 to 2116
void put_guid(Cell cell, Bytes bytes);             // sixteen
void put_hex(Cell cell, Bytes bytes);              // "0x", the first 24 bytes
void put_hex_or_unset(Cell cell, Bytes bytes);
void put_link(Cell cell, const std::optional<Uid>& link);
void put_millis(Cell cell, double value);  // Duration as a count
// A nonce: that it is there is told by its being unset, that it is empty by "(empty)".
void put_secret(Cell cell, Bytes bytes);

// All that one message tells, by the number of its type; those of no such service have none.
void write_opcua_details(OpcuaMessage& message, std::uint64_t type_id);

}  // namespace prahari::zeek
