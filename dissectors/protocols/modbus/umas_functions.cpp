// Community names; the protocol is unpublished.

#include <algorithm>
#include <array>

#include "dissectors/protocols/modbus/umas.hpp"

namespace prahari::modbus {
namespace {

using enum Operation;

constexpr Effect kNone = Effect::none;

constexpr auto kFunctions = std::to_array<UmasFunction>({
    {0x01, {"UMAS: Initialize Communication", discover}},
    {0x02, {"UMAS: Read ID", discover}},
    {0x03, {"UMAS: Read Project Info", discover}},
    {0x04, {"UMAS: Read PLC Info", discover}},
    {0x05, {"UMAS: Read Loader Info", discover}},
    {0x06, {"UMAS: Read Card Info", discover}},
    {0x07, {"UMAS: Read Block Info", discover}},
    {0x0A, {"UMAS: Repeat", discover}},
    {0x10, {"UMAS: Take PLC Reservation", control, Effect::reserve}},
    {0x11, {"UMAS: Release PLC Reservation", control, Effect::release}},
    {0x12, {"UMAS: Keep Alive", discover}},
    {0x20, {"UMAS: Read Memory Block", read}},
    {0x21, {"UMAS: Write Memory Block", write}},
    {0x22, {"UMAS: Read Variables", read}},
    {0x23, {"UMAS: Write Variables", write}},
    {0x24, {"UMAS: Read Coils and Registers", read}},
    {0x25, {"UMAS: Write Coils and Registers", write}},
    {0x26, {"UMAS: Read Data Dictionary", discover}},
    {0x27, {"UMAS: Preload Data Dictionary", discover}},
    {0x28, {"UMAS: Read Physical Address", read}},
    {0x29, {"UMAS: Write Physical Address", write}},
    {0x2A, {"UMAS: Browse Events", read}},
    {0x30, {"UMAS: Initialize Upload", program}},
    {0x31, {"UMAS: Upload Block", program}},
    {0x32, {"UMAS: End Strategy Upload", program}},
    {0x33, {"UMAS: Initialize Download", program}},
    {0x34, {"UMAS: Download Block", program}},
    {0x35, {"UMAS: End Strategy Download", program}},
    {0x36, {"UMAS: Backup", program, Effect::program_to}},
    {0x37, {"UMAS: Preload Blocks", program, Effect::program_to}},
    {0x38, {"UMAS: Signed Envelope", control, kNone}},
    {0x39, {"UMAS: Read Ethernet Master Data", read}},
    {0x40, {"UMAS: Start PLC", control, Effect::start}},
    {0x41, {"UMAS: Stop PLC", control, Effect::stop}},
    {0x42, {"UMAS: Initialize PLC", control, Effect::reset}},
    {0x43, {"UMAS: Swap Blocks", program, Effect::program_to}},
    {0x50, {"UMAS: Monitor PLC", read}},
    {0x51, {"UMAS: Read Automatic Modification", read}},
    {0x52, {"UMAS: Read Forced Bits", read}},
    {0x53, {"UMAS: Read Selected Blocks", read}},
    {0x58, {"UMAS: Check PLC", discover}},
    {0x60, {"UMAS: Set Breakpoint", control, Effect::debug}},
    {0x61, {"UMAS: Delete Breakpoint", control, Effect::debug}},
    {0x62, {"UMAS: Step Over", control, Effect::debug}},
    {0x63, {"UMAS: Step In", control, Effect::debug}},
    {0x64, {"UMAS: Step Out", control, Effect::debug}},
    {0x65, {"UMAS: Get Call Stack", control, Effect::debug}},
    {0x66, {"UMAS: Check Debug Allowed", control, Effect::debug}},
    {0x6C, {"UMAS: Process Message", discover}},
    {0x6D, {"UMAS: Private", control}},
    {0x6E, {"UMAS: Reservation Nonces", discover}},
    {0x70, {"UMAS: Read I/O Object", read}},
    {0x71, {"UMAS: Write I/O Object", write, Effect::force}},
    {0x72, {"UMAS: Read Rack", discover}},
    {0x73, {"UMAS: Get Module Status", read}},
    {0x74, {"UMAS: Read Device Data", discover}},
});

}  // namespace

const UmasFunction* find_umas(std::uint8_t code) noexcept {
  const auto* found = std::ranges::lower_bound(kFunctions, code, {}, &UmasFunction::code);
  return found == kFunctions.end() || found->code != code ? nullptr : found;
}

Meaning umas_meaning(std::uint8_t code) noexcept {
  const UmasFunction* function = find_umas(code);
  return function == nullptr ? Meaning{"UMAS: Unknown Function", control} : function->meaning;
}

}  // namespace prahari::modbus
