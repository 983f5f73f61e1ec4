// From one CIP message to Messages and their fields: the service itself, then those that lie in
// it (Multiple Service Packet, Unconnected Send). No heap.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/enip/epath.hpp"
#include "dissectors/protocols/enip/fields.hpp"
#include "dissectors/protocols/enip/memory.hpp"
#include "dissectors/protocols/enip/objects.hpp"
#include "dissectors/protocols/enip/pending.hpp"
#include "dissectors/protocols/enip/problems.hpp"
#include "dissectors/protocols/enip/tag_names.hpp"

namespace prahari::enip {

class ConnectionTable;

// What all CIP messages of one PDU have in common.
struct Exchange {
  const Pdu& pdu;
  Emitter& out;
  Memory& memory;
  ConnectionTable* connections;  // of the shard; null: none
  FlowEnds ends;
  std::optional<std::uint32_t> connection_id;
  std::optional<std::uint16_t> sequence;
  const Waiting* asked = nullptr;          // the request that this answers
  Bytes asked_message{};                   // its CIP message
  std::uint32_t unit = Identity::kNoUnit;  // whom the connection leads to
  IpAddress group{};                       // that a new connection produces to; empty: none named

  // The host that is asked; of an answer: that answers.
  [[nodiscard]] const IpAddress& target(bool response) const noexcept {
    const Side side = response ? pdu.side : other(pdu.side);
    return side == Side::first ? ends.first : ends.second;
  }
  [[nodiscard]] TagOwner owner_of_tags(bool response, std::uint32_t module) const noexcept {
    return {target(response), target(!response), ends.vlan, ends.tunnel, module};
  }
};

inline constexpr std::uint8_t kReplyBit = 0x80;
inline constexpr unsigned kMaxDepth = 4;
inline constexpr std::uint16_t kStructureType = 0x02A0;  // a handle follows, then the value

// A request: service, path, and what follows.
struct Request {
  std::uint8_t service = 0;
  Path path;
  Bytes data;
  bool overrun = false;  // the path claims more than there is
};
[[nodiscard]] Request read_request(Bytes message) noexcept;

// An answer: service, status, and what follows.
struct Reply {
  std::uint8_t service = 0;  // without the reply bit
  std::uint8_t status = 0;
  Bytes extended;  // words
  Bytes data;
  bool cut = false;
};
[[nodiscard]] Reply read_reply(Bytes message) noexcept;

// One service while it is decoded.
struct Call {
  Exchange& x;
  unsigned depth = 0;
  std::uint8_t service = 0;
  bool response = false;
  std::uint8_t status = 0;
  const Path* path = nullptr;  // of the request, in an answer too; null: not known
  Bytes request_data;          // of an answer: what followed the path of the request
  Reader in;                   // over the data
  Message& message;
  ShortText<200>& text_target;  // where the words of Message::target lie
  Fields* fields = nullptr;     // null when nobody asked
  std::uint32_t unit = Identity::kNoUnit;

  [[nodiscard]] std::uint32_t object() const noexcept {
    return path == nullptr ? 0 : path->object().value_or(0);
  }
  [[nodiscard]] bool is(std::uint32_t object_class, std::uint8_t code) const noexcept {
    return service == code && object() == object_class && path != nullptr;
  }
  [[nodiscard]] bool rockwell() const noexcept {
    return x.memory.vendor == 0 || x.memory.vendor == kRockwell;
  }
  void problem(CipWrong wrong) const noexcept { message.problems |= bit(wrong); }
  void number(CipField field, std::int64_t value) const;
  void text(CipField field, std::string_view value) const;
  void written(double value) const noexcept;  // one more of Message::values
  void meaning(std::string_view name, Operation operation, Effect effect) const noexcept;
  // Who the answering device is. Said by an answer only.
  void fact(Identity::Field field, std::string_view source, std::uint8_t confidence,
            std::string_view value) const;
  void show_data(Bytes data) const;
};

struct Way;

// "tag Line1.Speed", "class 0x8E (Controller Mode) instance 1"; `text` holds the words.
void set_target(Message& message, const Path& path, ShortText<200>& text,
                std::uint16_t vendor) noexcept;

// The fields that every record has; those of a status, of an answer; the way.
void show_call(const Call& call, const Way& way, const Meaning& meaning, std::size_t size);
void show_status(const Call& call, const Reply& reply);
void show_route(const Call& call, const Path& route);

// `message` is what the data item holds, without the sequence count.
void decode_cip(Exchange& exchange, Bytes message);

// --- bodies, each in a file of its own; false: not theirs ---------------------------------------
bool decode_tag(Call& call);                 // Logix tag services
bool decode_connection_manager(Call& call);  // Forward Open and Close
bool decode_attributes(Call& call);          // attributes, and what they tell of the device
bool decode_pccc(Call& call);                // class 0x67

}  // namespace prahari::enip
