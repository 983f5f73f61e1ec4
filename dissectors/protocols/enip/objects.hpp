// Classes of objects and the services that they know: what each is called and what it does to a
// plant. CIP Networks Library volume 1, chapter 5 and appendix A; vendor classes as observed.

#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/protocols/enip/epath.hpp"

namespace prahari::enip {

// What setting an attribute of the class means.
enum class Family : std::uint8_t {
  other,  // process data and parameters
  identity,
  connections,
  network,
  time,
  safety,
  security,
  program,
  mode,
  firmware
};

struct Object {
  std::uint16_t id;
  std::string_view name;    // "Controller Mode"
  std::string_view number;  // "0x8E (Controller Mode)"
  Family family;
};

inline constexpr std::uint16_t kRockwell = 1;  // vendor id

namespace cls {
inline constexpr std::uint32_t kIdentity = 0x01;
inline constexpr std::uint32_t kMessageRouter = 0x02;
inline constexpr std::uint32_t kAssembly = 0x04;
inline constexpr std::uint32_t kConnectionManager = 0x06;
inline constexpr std::uint32_t kFile = 0x37;
inline constexpr std::uint32_t kTimeSync = 0x43;
inline constexpr std::uint32_t kController = 0x64;
inline constexpr std::uint32_t kChassis = 0x66;
inline constexpr std::uint32_t kPccc = 0x67;
inline constexpr std::uint32_t kProgram = 0x68;
inline constexpr std::uint32_t kMap = 0x69;
inline constexpr std::uint32_t kData = 0x6A;
inline constexpr std::uint32_t kSymbol = 0x6B;
inline constexpr std::uint32_t kTemplate = 0x6C;
inline constexpr std::uint32_t kRoutine = 0x6D;
inline constexpr std::uint32_t kMonitor = 0x72;
inline constexpr std::uint32_t kEditLock = 0x74;
inline constexpr std::uint32_t kWallClock = 0x8B;
inline constexpr std::uint32_t kMode = 0x8E;
inline constexpr std::uint32_t kFirmware = 0xA1;
inline constexpr std::uint32_t kChange = 0xAC;
inline constexpr std::uint32_t kTcpIp = 0xF5;
inline constexpr std::uint32_t kEthernetLink = 0xF6;
}  // namespace cls

namespace svc {
inline constexpr std::uint8_t kGetAll = 0x01;
inline constexpr std::uint8_t kSetAll = 0x02;
inline constexpr std::uint8_t kGetList = 0x03;
inline constexpr std::uint8_t kSetList = 0x04;
inline constexpr std::uint8_t kReset = 0x05;
inline constexpr std::uint8_t kStart = 0x06;
inline constexpr std::uint8_t kStop = 0x07;
inline constexpr std::uint8_t kCreate = 0x08;
inline constexpr std::uint8_t kMultiple = 0x0A;
inline constexpr std::uint8_t kGetSingle = 0x0E;
inline constexpr std::uint8_t kSetSingle = 0x10;
inline constexpr std::uint8_t kFirstSpecific = 0x4B;
inline constexpr std::uint8_t kReadTag = 0x4C;
inline constexpr std::uint8_t kWriteTag = 0x4D;
inline constexpr std::uint8_t kForwardClose = 0x4E;
inline constexpr std::uint8_t kModifyTag = 0x4E;
inline constexpr std::uint8_t kExecutePccc = 0x4B;
inline constexpr std::uint8_t kUnconnectedSend = 0x52;
inline constexpr std::uint8_t kReadTagPart = 0x52;
inline constexpr std::uint8_t kWriteTagPart = 0x53;
inline constexpr std::uint8_t kForwardOpen = 0x54;
inline constexpr std::uint8_t kInstanceList = 0x55;
inline constexpr std::uint8_t kLargeForwardOpen = 0x5B;
}  // namespace svc

// Null where nothing is known. `vendor`: of the device, 0 if it is not known; the classes of
// Rockwell are taken for granted unless the device is known to be another's.
[[nodiscard]] const Object* find_object(std::uint32_t id, std::uint16_t vendor) noexcept;

struct Meaning {
  std::string_view service;  // "Set Attribute Single"; what the code means for this class
  std::string_view name;     // the same, or what it comes to: "Stop: Controller to Program Mode"
  Operation operation = Operation::control;  // so that no conduit for reading covers the unknown
  Effect effect = Effect::none;
};

// What a request means. `data` is what follows the path.
[[nodiscard]] Meaning meaning_of(std::uint8_t service, const Path& path, Bytes data,
                                 std::uint16_t vendor) noexcept;

// Whether the request is one of the Logix tag services: they go to a name, or to a Symbol.
[[nodiscard]] bool is_tag_service(std::uint8_t service, const Path& path) noexcept;

// 0x4B on instance 0 asks a class of a Logix controller what it has. Below 16: which of the classes
// that an upload goes through.
inline constexpr unsigned kNoList = 16;
[[nodiscard]] unsigned list_place(std::uint8_t service, const Path& path) noexcept;

// By the code alone, for a reply whose request was not seen.
[[nodiscard]] Meaning meaning_of(std::uint8_t service) noexcept;

}  // namespace prahari::enip
