#include "dissectors/protocols/enip/pccc_commands.hpp"

#include <algorithm>
#include <array>

namespace prahari::enip {
namespace {

using enum Operation;

constexpr auto kCommands = std::to_array<PcccCommand>({
    {0x00, -1, "PCCC Protected Write", write},
    {0x01, -1, "PCCC Unprotected Read", read},
    {0x02, -1, "PCCC Protected Bit Write", write},
    {0x05, -1, "PCCC Unprotected Bit Write", write},
    {0x08, -1, "PCCC Unprotected Write", write},
    {0x06, 0x00, "PCCC Echo", discover},
    {0x06, 0x01, "PCCC Read Diagnostic Counters", read},
    {0x06, 0x02, "PCCC Set Variables", admin},
    {0x06, 0x03, "PCCC Diagnostic Status", discover},
    {0x06, 0x04, "PCCC Set Timeout", admin},
    {0x06, 0x05, "PCCC Set NAKs", admin},
    {0x06, 0x06, "PCCC Set ENQs", admin},
    {0x06, 0x07, "PCCC Reset Diagnostic Counters", control, Effect::clear_counters},
    {0x06, 0x08, "PCCC Set Data Table Size", admin},
    {0x06, 0x09, "PCCC Read Link Parameters", read},
    {0x06, 0x0A, "PCCC Set Link Parameters", admin},
    {0x07, 0x00, "PCCC Disable Outputs", control, Effect::force},
    {0x07, 0x01, "PCCC Enable Outputs", control, Effect::unforce},
    {0x07, 0x03, "PCCC Enable PLC Scanning", control, Effect::start},
    {0x07, 0x04, "PCCC Enter Download Mode", program, Effect::program_to},
    {0x07, 0x05, "PCCC Exit Download or Upload Mode", program},
    {0x07, 0x06, "PCCC Enter Upload Mode", program, Effect::program_from},
    {0x0F, 0x00, "PCCC Word Range Write", write},
    {0x0F, 0x01, "PCCC Word Range Read", read},
    {0x0F, 0x02, "PCCC Bit Write", write},
    {0x0F, 0x03, "PCCC File Write", program, Effect::program_to},
    {0x0F, 0x04, "PCCC File Read", read},
    {0x0F, 0x05, "PCCC Download Request", program, Effect::program_to},
    {0x0F, 0x06, "PCCC Upload", program, Effect::program_from},
    {0x0F, 0x07, "PCCC Shutdown", control, Effect::stop},
    {0x0F, 0x08, "PCCC Physical Write", program, Effect::program_to},
    {0x0F, 0x09, "PCCC Physical Read", program, Effect::program_from},
    {0x0F, 0x0A, "PCCC Restart", control, Effect::reset},
    {0x0F, 0x11, "PCCC Get Edit Resource", program, Effect::reserve},
    {0x0F, 0x12, "PCCC Return Edit Resource", program, Effect::release},
    {0x0F, 0x17, "PCCC Read Bytes Physical", program, Effect::program_from},
    {0x0F, 0x18, "PCCC Write Bytes Physical", program, Effect::program_to},
    {0x0F, 0x26, "PCCC Read-Modify-Write", write},
    {0x0F, 0x29, "PCCC Read Section Size", read},
    {0x0F, 0x3A, "PCCC Set CPU Mode", control, Effect::change_mode},
    {0x0F, 0x41, "PCCC Disable Forces", control, Effect::unforce},
    {0x0F, 0x50, "PCCC Download All Request", program, Effect::program_to},
    {0x0F, 0x52, "PCCC Download Completed", program, Effect::program_to},
    {0x0F, 0x53, "PCCC Upload All Request", program, Effect::program_from},
    {0x0F, 0x55, "PCCC Upload Completed", program, Effect::program_from},
    {0x0F, 0x57, "PCCC Initialize Memory", control, Effect::erase},
    {0x0F, 0x5E, "PCCC Modify PLC-2 Compatibility File", program, Effect::program_to},
    {0x0F, 0x67, "PCCC Typed Write", write},
    {0x0F, 0x68, "PCCC Typed Read", read},
    {0x0F, 0x79, "PCCC Read-Modify-Write N", write},
    {0x0F, 0x80, "PCCC Change Mode", control, Effect::change_mode},
    {0x0F, 0x81, "PCCC Open File", program},
    {0x0F, 0x82, "PCCC Close File", program},
    {0x0F, 0x88, "PCCC Execute Multiple Commands", program},
    {0x0F, 0x8F, "PCCC Apply Port Configuration", admin, Effect::set_network},
    {0x0F, 0xA1, "PCCC Protected Typed Logical Read with Two Fields", read},
    {0x0F, 0xA2, "PCCC Protected Typed Logical Read with Three Fields", read},
    {0x0F, 0xA3, "PCCC Read 0xA3", read},
    {0x0F, 0xA7, "PCCC Protected Typed File Read", read},
    {0x0F, 0xA9, "PCCC Protected Typed Logical Write with Two Fields", write},
    {0x0F, 0xAA, "PCCC Protected Typed Logical Write with Three Fields", write},
    {0x0F, 0xAB, "PCCC Masked Write", write},
    {0x0F, 0xAF, "PCCC Protected Typed File Write", program, Effect::program_to},
});

constexpr auto kFiles = std::to_array<PcccFile>({
    {0x22, "LAD", "ladder", program, Effect::program_to},
    {0x49, "CFG", "channel configuration", admin, Effect::set_network},
    {0x4A, "EIP", "EtherNet/IP function file", admin, Effect::set_network},
    {0x63, "SYS", "system", program, Effect::program_to},
    {0x65, "EDT", "online editing", program, Effect::program_to},
    {0x6A, "IOS", "I/O status", write},
    {0x82, "O", "output", write},
    {0x83, "I", "input", write},
    {0x84, "S", "status", write},
    {0x85, "B", "bit", write},
    {0x86, "T", "timer", write},
    {0x87, "C", "counter", write},
    {0x88, "R", "control", write},
    {0x89, "N", "integer", write},
    {0x8A, "F", "float", write},
    {0x8D, "ST", "string", write},
    {0x8E, "A", "ASCII", write},
    {0x91, "L", "long", write},
    {0x92, "MG", "message", write},
    {0x93, "PD", "PID", write},
    {0x94, "PLS", "programmable limit switch", write},
    {0xA1, "OF", "output force", control, Effect::force},
    {0xA2, "IF", "input force", control, Effect::force},
    {0xE4, "RTC", "real-time clock", admin, Effect::set_time},
});

}  // namespace

const PcccCommand* find_pccc_command(std::uint8_t cmd, int fnc) noexcept {
  const auto* const found = std::ranges::find_if(kCommands, [&](const PcccCommand& one) {
    return one.cmd == cmd && (one.fnc < 0 || one.fnc == fnc);
  });
  return found == kCommands.end() ? nullptr : found;
}

const PcccFile* find_pccc_file(std::uint8_t type) noexcept {
  const auto* const found = std::ranges::find(kFiles, type, &PcccFile::type);
  return found == kFiles.end() ? nullptr : found;
}

}  // namespace prahari::enip
