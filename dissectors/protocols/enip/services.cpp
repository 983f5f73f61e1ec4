// What services are called and what they do: first by code for every class, then the services that
// one class defines, then what setting an attribute of a class comes to.

#include <algorithm>

#include "dissectors/protocols/enip/objects.hpp"

namespace prahari::enip {
namespace {

using enum Operation;
using Effect::none;

// CIP volume 1, appendix A.
struct Generic {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
};
constexpr auto kGeneric = std::to_array<Generic>({
    {0x01, "Get Attributes All", read},
    {0x02, "Set Attributes All", write},
    {0x03, "Get Attribute List", read},
    {0x04, "Set Attribute List", write},
    {0x05, "Reset", control},
    {0x06, "Start", control},
    {0x07, "Stop", control},
    {0x08, "Create", program},
    {0x09, "Delete", program},
    {0x0A, "Multiple Service Packet", read},
    {0x0D, "Apply Attributes", write},
    {0x0E, "Get Attribute Single", read},
    {0x10, "Set Attribute Single", write},
    {0x11, "Find Next Object Instance", discover},
    {0x14, "Error Response", read},
    {0x15, "Restore", control},
    {0x16, "Save", control},
    {0x17, "No Operation", read},
    {0x18, "Get Member", read},
    {0x19, "Set Member", write},
    {0x1A, "Insert Member", write},
    {0x1B, "Remove Member", write},
    {0x1C, "Group Sync", read},
    {0x1D, "Get Connection Point Member List", read},
});

constexpr std::string_view kUnknown = "Unknown Service";
constexpr std::string_view kSpecific = "Object-Specific Service";

// A service that a class defines. `cls` 0: a tag, by name or by Symbol instance.
struct Specific {
  std::uint32_t cls;
  std::uint8_t code;
  std::string_view name;
  Operation operation;
  Effect effect = none;
};
constexpr auto kSpecificServices = std::to_array<Specific>({
    {0, 0x4C, "Read Tag", read},
    {0, 0x4D, "Write Tag", write},
    {0, 0x4E, "Read Modify Write Tag", write},
    {0, 0x52, "Read Tag Fragmented", read},
    {0, 0x53, "Write Tag Fragmented", write},
    {0x06, 0x4E, "Forward Close", read},
    {0x06, 0x52, "Unconnected Send", read},
    {0x06, 0x54, "Forward Open", read},
    {0x06, 0x56, "Get Connection Data", discover},
    {0x06, 0x57, "Search Connection Data", discover},
    {0x06, 0x5A, "Get Connection Owner", discover},
    {0x06, 0x5B, "Large Forward Open", read},
    {0x37, 0x4B, "Initiate Upload", program, Effect::program_from},
    {0x37, 0x4C, "Initiate Download", program, Effect::program_to},
    {0x37, 0x4D, "Initiate Partial Read", program, Effect::program_from},
    {0x37, 0x4E, "Initiate Partial Write", program, Effect::program_to},
    {0x37, 0x4F, "Upload Transfer", program, Effect::program_from},
    {0x37, 0x50, "Download Transfer", program, Effect::program_to},
    {0x37, 0x51, "Clear File", program, Effect::erase},
    {0x39, 0x4C, "Recover", control, Effect::set_safety},
    {0x39, 0x4E, "Perform Diagnostics", control},
    {0x39, 0x4F, "Configure Request", admin, Effect::set_safety},
    {0x39, 0x50, "Validate Configuration", admin, Effect::set_safety},
    {0x39, 0x51, "Set Password", admin, Effect::set_security},
    {0x39, 0x52, "Configuration Lock or Unlock", admin, Effect::set_safety},
    {0x39, 0x53, "Mode Change", control, Effect::set_safety},
    {0x39, 0x54, "Safety Reset", control, Effect::set_safety},
    {0x39, 0x55, "Reset Password", admin, Effect::set_security},
    {0x39, 0x56, "Propose TUNID", admin, Effect::set_safety},
    {0x39, 0x57, "Apply TUNID", admin, Effect::set_safety},
    {0x3A, 0x4B, "Reset Error", control, Effect::set_safety},
    {0x42, 0x4B, "Get Axis Attributes", read},
    {0x42, 0x4C, "Set Axis Attributes", write},
    {0x44, 0x4B, "Read Discrete Inputs", read},
    {0x44, 0x4C, "Read Coils", read},
    {0x44, 0x4D, "Read Input Registers", read},
    {0x44, 0x4E, "Read Holding Registers", read},
    {0x44, 0x4F, "Write Coils", write},
    {0x44, 0x50, "Write Holding Registers", write},
    {0x44, 0x51, "Modbus Passthrough", control},
    {0x5D, 0x4B, "Begin Configuration", admin, Effect::set_security},
    {0x5D, 0x4C, "Kick Timer", read},
    {0x5D, 0x4D, "End Configuration", admin, Effect::set_security},
    {0x5D, 0x4E, "Object Cleanup", admin, Effect::set_security},
    {0x5E, 0x4B, "Begin Configuration", admin, Effect::set_security},
    {0x5E, 0x4C, "Kick Timer", read},
    {0x5E, 0x4D, "End Configuration", admin, Effect::set_security},
    {0x5E, 0x4E, "Object Cleanup", admin, Effect::set_security},
    {0x5F, 0x4B, "Create Certificate Signing Request", admin, Effect::set_security},
    {0x5F, 0x4C, "Verify Certificate", admin, Effect::set_security},
    {0x67, 0x4B, "Execute PCCC", control},
});
// Of Rockwell's own classes, as observed. The innermost class of the path decides.
constexpr auto kRockwellServices = std::to_array<Specific>({
    {0x68, 0x4D, "Force Outputs", control, Effect::force},
    {0x68, 0x4E, "Force Outputs", control, Effect::force},
    {0x69, 0x4D, "Force Outputs", control, Effect::force},
    {0x69, 0x4E, "Force Outputs", control, Effect::force},
    {0x6A, 0x4B, "Read Data Layout", read},
    {0x6A, 0x4F, "Read Data", read},
    {0x6A, 0x50, "Write Data", program, Effect::program_to},
    {0x6B, 0x55, "Get Instance Attribute List", discover},
    {0x6C, 0x4C, "Read Template", discover},
    {0x6D, 0x4C, "Read Logic", program, Effect::program_from},
    {0x6D, 0x50, "Write Logic", program, Effect::program_to},
    {0x72, 0x4B, "Set Up Data Monitor", read},
    {0x72, 0x4C, "Read Data Monitor", read},
    {0x72, 0x4D, "Change Data Monitor", read},
    {0x72, 0x4E, "Set Up Data Monitor", read},
    {0x74, 0x4B, "Take Edit Lock", control, Effect::reserve},
    {0x74, 0x4C, "Give Back Edit Lock", control, Effect::release},
    {0xA1, 0x4B, "Start Firmware Update", program, Effect::firmware},
    {0xA1, 0x4D, "Firmware Block", program, Effect::firmware},
    {0xA1, 0x51, "Finish Firmware Update", program, Effect::firmware},
    {0xAC, 0x4B, "Take Edit Lock", control, Effect::reserve},
    {0xAC, 0x4C, "Give Back Edit Lock", control, Effect::release},
});

template <std::size_t N>
const Specific* find_in(const std::array<Specific, N>& table, std::uint32_t object,
                        std::uint8_t code) noexcept {
  const auto* const found = std::ranges::find_if(
      table, [&](const Specific& one) { return one.cls == object && one.code == code; });
  return found == table.end() ? nullptr : found;
}

Meaning from(const Specific& one) noexcept {
  return {one.name, one.name, one.operation, one.effect};
}

// Setting attributes, creating and deleting: by what the class is about.
void judge_change(Meaning& meaning, std::uint8_t code, Family family) noexcept {
  const bool lives = code == svc::kCreate || code == 0x09;
  switch (family) {
    case Family::network:
      meaning.operation = admin;
      meaning.effect = Effect::set_network;
      return;
    case Family::time:
      meaning.operation = admin;
      meaning.effect = Effect::set_time;
      return;
    case Family::safety:
      meaning.operation = admin;
      meaning.effect = Effect::set_safety;
      return;
    case Family::security:
      meaning.operation = admin;
      meaning.effect = Effect::set_security;
      return;
    case Family::identity:
    case Family::connections:
      meaning.operation = admin;
      return;
    case Family::program:
      meaning.operation = program;
      meaning.effect = Effect::program_to;
      return;
    case Family::firmware:
      meaning.operation = program;
      meaning.effect = Effect::firmware;
      return;
    case Family::mode:
      meaning.operation = control;
      return;
    case Family::other:
      meaning.operation = lives ? control : write;
      return;
  }
}

bool changes(std::uint8_t code) noexcept {
  constexpr auto kChanging = std::to_array<std::uint8_t>(
      {0x02, 0x04, 0x08, 0x09, 0x0D, 0x10, 0x15, 0x16, 0x19, 0x1A, 0x1B});
  return std::ranges::find(kChanging, code) != kChanging.end();
}

bool reads(std::uint8_t code) noexcept {
  return code == svc::kGetAll || code == svc::kGetList || code == svc::kGetSingle || code == 0x18;
}

void judge_reset(Meaning& meaning, std::uint32_t object, Bytes data) noexcept {
  if (object != cls::kIdentity) {
    return;
  }
  meaning.effect = Effect::reset;
  const std::uint8_t type = data.empty() ? 0 : std::to_integer<std::uint8_t>(data.front());
  if (type == 1 || type == 2) {
    meaning.effect = Effect::factory_reset;
    meaning.name =
        type == 1 ? "Reset to Factory Defaults" : "Reset to Factory Defaults, Keep Communication";
  }
}

void judge_run(Meaning& meaning, std::uint8_t code, std::uint32_t object) noexcept {
  meaning.effect = code == svc::kStart ? Effect::start : Effect::stop;
  if (object == cls::kMode || object == cls::kController) {
    meaning.name =
        code == svc::kStart ? "Start: Controller to Run Mode" : "Stop: Controller to Program Mode";
  }
}

Meaning of_generic(std::uint8_t code, std::uint32_t object, Bytes data,
                   std::uint16_t vendor) noexcept {
  Meaning meaning = meaning_of(code);
  const Object* known = find_object(object, vendor);
  const Family family = known == nullptr ? Family::other : known->family;
  if (changes(code)) {
    judge_change(meaning, code, family);
    if (object == cls::kChange && code != svc::kCreate) {
      meaning.effect = none;  // software that goes online marks the controller so
    }
    if (object == cls::kMonitor && known != nullptr) {
      meaning.operation = read;  // clients set up what they poll
      meaning.effect = none;
    }
  } else if (reads(code) && (family == Family::identity || object == cls::kController)) {
    meaning.operation = discover;
  } else if (code == svc::kReset) {
    judge_reset(meaning, object, data);
  } else if (code == svc::kStart || code == svc::kStop) {
    judge_run(meaning, code, object);
  }
  return meaning;
}

Meaning of_specific(std::uint8_t code, const Path& path, std::uint32_t object,
                    std::uint16_t vendor) noexcept {
  if (const Specific* one = find_in(kSpecificServices, object, code)) {
    return from(*one);
  }
  const bool rockwell = vendor == 0 || vendor == kRockwell;
  if (rockwell && list_place(code, path) != kNoList) {
    return {"List Objects", "List Objects", discover, none};
  }
  if (const Specific* one = rockwell ? find_in(kRockwellServices, object, code) : nullptr) {
    return from(*one);
  }
  Meaning meaning{kSpecific, kSpecific};
  const Object* known = find_object(object, vendor);
  if (known != nullptr && known->family == Family::security) {
    meaning.operation = admin;
    meaning.effect = Effect::set_security;
  } else if (known != nullptr && known->family == Family::firmware) {
    meaning.operation = program;
    meaning.effect = Effect::firmware;
  }
  return meaning;
}

}  // namespace

unsigned list_place(std::uint8_t service, const Path& path) noexcept {
  constexpr auto kListed =
      std::to_array<std::uint32_t>({0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x70, 0x8D, 0xB0,
                                    0xB1, 0x32B, 0x331, 0x332, 0x338});
  const auto instance = path.inner_cls ? path.inner_instance : path.instance;
  if (service != svc::kFirstSpecific || instance != 0U) {
    return kNoList;
  }
  const auto* const found = std::ranges::find(kListed, path.object().value_or(0));
  return found == kListed.end() ? kNoList : static_cast<unsigned>(found - kListed.begin());
}

bool is_tag_service(std::uint8_t service, const Path& path) noexcept {
  const bool by_symbol = path.cls == cls::kSymbol && path.instance.value_or(0) != 0 &&
                         !path.inner_cls && !path.attribute;
  const bool tag = path.cls ? by_symbol : !path.symbol.empty();
  return tag && find_in(kSpecificServices, 0, service) != nullptr;
}

Meaning meaning_of(std::uint8_t service) noexcept {
  const auto* const found = std::ranges::find(kGeneric, service, &Generic::code);
  if (found != kGeneric.end()) {
    return {found->name, found->name, found->operation, none};
  }
  const std::string_view name = service >= 0x32 ? kSpecific : kUnknown;
  return {name, name};
}

Meaning meaning_of(std::uint8_t service, const Path& path, Bytes data,
                   std::uint16_t vendor) noexcept {
  if (is_tag_service(service, path)) {
    return from(*find_in(kSpecificServices, 0, service));
  }
  const std::uint32_t object = path.object().value_or(0);
  return service < 0x32 ? of_generic(service, object, data, vendor)
                        : of_specific(service, path, object, vendor);
}

}  // namespace prahari::enip
