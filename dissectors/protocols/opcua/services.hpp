// The services of OPC 10000-4: their numbers, what they mean, and what their messages hold.

#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/message.hpp"
#include "dissectors/protocols/opcua/types.hpp"
#include "dissectors/reader.hpp"

namespace prahari::opcua {

namespace service {  // by the number of the request
inline constexpr std::uint16_t kFault = 397;
inline constexpr std::uint16_t kFindServers = 422;
inline constexpr std::uint16_t kGetEndpoints = 428;
inline constexpr std::uint16_t kRegisterServer = 437;
inline constexpr std::uint16_t kOpenSecureChannel = 446;
inline constexpr std::uint16_t kCloseSecureChannel = 452;
inline constexpr std::uint16_t kCreateSession = 461;
inline constexpr std::uint16_t kActivateSession = 467;
inline constexpr std::uint16_t kAddNodes = 488;
inline constexpr std::uint16_t kBrowse = 527;
inline constexpr std::uint16_t kBrowseNext = 533;
inline constexpr std::uint16_t kTranslate = 554;
inline constexpr std::uint16_t kRead = 631;
inline constexpr std::uint16_t kWrite = 673;
inline constexpr std::uint16_t kHistoryUpdate = 700;
inline constexpr std::uint16_t kCall = 712;
inline constexpr std::uint16_t kPublish = 826;
inline constexpr std::uint16_t kFindServersOnNetwork = 12208;
inline constexpr std::uint16_t kRegisterServer2 = 12211;
inline constexpr std::uint16_t kSessionlessInvoke = 15903;
}  // namespace service

struct Service {
  std::uint16_t request = 0;   // number of the binary encoding
  std::uint16_t response = 0;  // 0: there is none
  std::string_view id;         // "CreateSession"
  std::string_view name;       // in plain words
  Operation operation = Operation::control;
  Effect effect = Effect::none;
  FieldList request_fields;  // behind the header
  FieldList response_fields;
};

// Null for a number that no service has. `response`: which of the two it is.
[[nodiscard]] const Service* find_service(std::uint32_t type_id, bool& response) noexcept;
// By the number of its request, which must be one.
[[nodiscard]] const Service& service_of(std::uint16_t request) noexcept;

// What the type at the head of a message says it is.
struct Named {
  const Service* service = nullptr;  // null: none of the specification
  std::uint32_t type_id = 0;         // 0: not a number of namespace 0
  bool response = false;
  bool readable = false;  // there is a type
};
[[nodiscard]] Named name_message(Bytes body) noexcept;

}  // namespace prahari::opcua
