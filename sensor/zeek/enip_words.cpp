#include "sensor/zeek/enip_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace prahari::zeek {
namespace {

struct Word {
  std::uint16_t code;
  std::string_view text;
};

constexpr auto kCommands = std::to_array<Word>({
    {0x00, "NOP"},
    {0x04, "List Services"},
    {0x63, "List Identity"},
    {0x64, "List Interfaces"},
    {0x65, "Register Session"},
    {0x66, "Unregister Session"},
    {0x6F, "Send RR Data"},
    {0x70, "Send Unit Data"},
    {0x72, "Indicate Status"},
    {0x73, "Cancel"},
});

constexpr auto kEnipStatuses = std::to_array<Word>({
    {0x00, "Success"},
    {0x01, "Invalid/Unsupported Command"},
    {0x02, "Insufficient Memory Resources"},
    {0x03, "Malformed or Incorrect Data"},
    {0x64, "Invalid Session Handle"},
    {0x65, "Invalid Length"},
    {0x69, "Unsupported Protocol Version"},
    {0x6A, "CIP Service Not Allowed"},
});

constexpr auto kCipStatuses = std::to_array<Word>({
    {0x00, "Success"},
    {0x01, "Connection Failure"},
    {0x02, "Resource Unavailable"},
    {0x03, "Invalid Parameter Value"},
    {0x04, "Path Segment Error"},
    {0x05, "Path Destination Unknown"},
    {0x06, "Partial Transfer"},
    {0x07, "Connection Lost"},
    {0x08, "Service Not Supported"},
    {0x09, "Invalid Attribute Value"},
    {0x0A, "Attribute List Error"},
    {0x0B, "Already In Requested Mode/State"},
    {0x0C, "Object State Conflict"},
    {0x0D, "Object Already Exists"},
    {0x0E, "Attribute Not Settable"},
    {0x0F, "Privilege Violation"},
    {0x10, "Device State Conflict"},
    {0x11, "Reply Data Too Large"},
    {0x12, "Fragmentation Of A Primitive Value"},
    {0x13, "Not Enough Data"},
    {0x14, "Attribute Not Supported"},
    {0x15, "Too Much Data"},
    {0x16, "Object Does Not Exist"},
    {0x17, "Service Fragmentation Sequence Not In Progress"},
    {0x18, "No Stored Attribute Data"},
    {0x19, "Store Operation Failure"},
    {0x1A, "Routing Failure, Request Packet Too Large"},
    {0x1B, "Routing Failure, Response Packet Too Large"},
    {0x1C, "Missing Attribute List Entry Data"},
    {0x1D, "Invalid Attribute Value List"},
    {0x1E, "Embedded Service Error"},
    {0x1F, "Vendor Specific Error"},
    {0x20, "Invalid Parameter"},
    {0x21, "Write-Once Value Or Medium Already Written"},
    {0x22, "Invalid Reply Received"},
    {0x23, "Buffer Overflow"},
    {0x24, "Invalid Message Format"},
    {0x25, "Key Failure In Path"},
    {0x26, "Path Size Invalid"},
    {0x27, "Unexpected Attribute In List"},
    {0x28, "Invalid Member ID"},
    {0x29, "Member Not Settable"},
    {0x2A, "Group 2 Only Server General Failure"},
    {0x2B, "Unknown Modbus Error"},
    {0x2C, "Attribute Not Gettable"},
    {0xFF, "Still Processing"},  // sic; the specification calls it a general error
});

constexpr auto kServices = std::to_array<Word>({
    {0x01, "Get Attributes All"},
    {0x02, "Set Attributes All"},
    {0x03, "Get Attribute List"},
    {0x04, "Set Attribute List"},
    {0x05, "Reset"},
    {0x06, "Start"},
    {0x07, "Stop"},
    {0x08, "Create"},
    {0x09, "Delete"},
    {0x0A, "Multiple Service Packet"},
    {0x0D, "Apply Attributes"},
    {0x0E, "Get Attributes Single"},
    {0x10, "Set Attributes Single"},
    {0x11, "Find Next Object Instance"},
    {0x15, "Restore"},
    {0x16, "Save"},
    {0x17, "No Forward Open"},  // sic; it is NOP
    {0x18, "Get Member"},
    {0x19, "Set Member"},
    {0x1A, "Insert Member"},
    {0x1B, "Remove Member"},
    {0x1C, "Group Sync"},
    {0x1D, "Get Connection Point Member List"},
});

constexpr auto kClasses = std::to_array<Word>({
    {0x47, "Device Level Ring (DLR)"},
    {0x67, "PCCC Class"},
});

constexpr auto kDeviceTypes = std::to_array<Word>({
    {0, "Generic Device (deprecated)"},
    {1, "Control Station (deprecated)"},
    {2, "AC Drive Device"},
    {3, "Motor Overload"},
    {4, "Limit Switch"},
    {5, "Inductive Proximity Switch"},
    {6, "Photoelectric Sensor"},
    {7, "General Purpose Discrete I/O"},
    {8, "Encoder (deprecated)"},
    {9, "Resolver"},
    {10, "General Purpose Analog I/O (deprecated)"},
    {12, "Communications Adapter"},
    {13, "Barcode Scanner (deprecated)"},
    {14, "Programmable Logic Controller"},
    {16, "Position Controller"},
    {17, "Weigh Scale (deprecated)"},
    {18, "Message Display (deprecated)"},
    {19, "DC Drive"},
    {20, "Servo Drives (deprecated)"},
    {21, "Contactor"},
    {22, "Motor Starter"},
    {23, "Softstart Starter"},
    {24, "Human-Machine Interface"},
    {25, "Pneumatic Valve(s) (deprecated)"},
    {26, "Mass Flow Controller"},
    {27, "Pneumatic Valve(s)"},
    {28, "Vacuum Pressure Gauge"},
    {29, "Process Control Value"},  // sic
    {30, "Residual Gas Analyzer"},
    {31, "DC Power Generator"},
    {32, "RF Power Generator"},
    {33, "Turbomolecular Vacuum Pump"},
    {34, "Encoder"},
    {35, "Safety Discrete I/O Device"},
    {36, "Fluid Flow Controller"},
    {37, "CIP Motion Drive"},
    {38, "CompoNet Repeater"},
    {39, "Mass Flow Controller Enhanced"},
    {40, "CIP Modbus Device"},
    {41, "CIP Modbus Translator"},
    {42, "Safety Analog I/O Device"},
    {43, "Generic Device (keyable)"},
    {44, "Managed Ethernet Switch"},
    {45, "CIP Motion Safety Drive Device"},
    {46, "Safety Drive Device"},
    {47, "CIP Motion Encoder"},
    {48, "CIP Motion Converter"},
    {49, "CIP Motion I/O"},
    {50, "ControlNet Physical Layer Component"},
    {200, "Embedded Component"},
});

std::string_view find(std::span<const Word> words, std::uint64_t code) noexcept {
  const auto found = std::ranges::find_if(words, [&](const Word& w) { return w.code == code; });
  return found == words.end() ? std::string_view{} : found->text;
}

// At least two hexadecimal digits behind the words.
std::string unknown(std::string_view what, std::uint64_t code) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), code, 16).ptr;
  const std::string_view number{digits.data(), static_cast<std::size_t>(end - digits.data())};
  return std::string{what} + (number.size() < 2 ? "0" : "") + std::string{number};
}

std::string or_name(std::string_view word, const std::string& name) {
  if (!word.empty()) {
    return std::string{word};
  }
  return name.empty() ? "unknown" : name;
}

}  // namespace

std::string_view command_word(std::uint64_t command) noexcept {
  const std::string_view word = find(kCommands, command);
  return word.empty() ? "unknown" : word;
}

std::string enip_status_word(std::uint64_t status) {
  const std::string_view word = find(kEnipStatuses, status);
  return word.empty() ? unknown("Unknown ENIP Status-0x", status) : std::string{word};
}

std::string cip_status_word(std::uint64_t status) {
  const std::string_view word = find(kCipStatuses, status);
  return word.empty() ? unknown("Unknown CIP Status-0x", status) : std::string{word};
}

std::string service_word(std::uint64_t service, const std::string& name) {
  return or_name(find(kServices, service), name);
}

std::string class_word(std::uint64_t cls, const std::string& name) {
  return or_name(find(kClasses, cls), name);
}

std::string vendor_word(std::uint64_t vendor, const std::string& name) {
  return name.empty() ? unknown("Unknown Vendor-0x", vendor) : name;
}

std::string device_type_word(std::uint64_t type, const std::string& name) {
  const std::string_view word = find(kDeviceTypes, type);
  if (word.empty() && name.empty()) {
    return unknown("Unknown Device-0x", type);
  }
  return or_name(word, name);
}

}  // namespace prahari::zeek
