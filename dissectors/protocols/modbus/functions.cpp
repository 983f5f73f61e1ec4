// MODBUS Application Protocol Specification V1.1b3, section 6, and the vendor codes seen beside it.

#include "dissectors/protocols/modbus/functions.hpp"

#include <algorithm>
#include <array>

namespace prahari::modbus {
namespace {

using enum Operation;

constexpr Shape kAny{};
constexpr Shape kEmpty{Shape::Kind::fixed, 0};
constexpr Shape kCounted{Shape::Kind::counted, 0};
constexpr Shape kEvenMore{Shape::Kind::at_least, 4};

constexpr Shape fixed(std::uint8_t size) { return {Shape::Kind::fixed, size}; }
constexpr Shape counted_at(std::uint8_t offset) { return {Shape::Kind::counted, offset}; }

constexpr Meaning user_defined() { return {"User-Defined Function", control, Effect::none}; }
constexpr Meaning programming(std::string_view name, Effect effect = Effect::program_to) {
  return {name, program, effect};
}

constexpr auto kFunctions = std::to_array<Function>({
    {1, {"Read Coils", read}, "coil", fixed(4), kCounted},
    {2, {"Read Discrete Inputs", read}, "discrete", fixed(4), kCounted},
    {3, {"Read Holding Registers", read}, "holding", fixed(4), kCounted},
    {4, {"Read Input Registers", read}, "input", fixed(4), kCounted},
    {5, {"Write Single Coil", write}, "coil", fixed(4), fixed(4)},
    {6, {"Write Single Register", write}, "holding", fixed(4), fixed(4)},
    {7, {"Read Exception Status", discover}, {}, kEmpty, fixed(1)},
    {8, {"Diagnostics", discover}, {}, kEvenMore, kEvenMore},
    {9, programming("Program 484"), {}, kAny, kAny},
    {10, programming("Poll 484", Effect::none), {}, kAny, kAny},
    {11, {"Get Comm Event Counter", discover}, {}, kEmpty, fixed(4)},
    {12, {"Get Comm Event Log", discover}, {}, kEmpty, kCounted},
    {13, programming("Program 584-984"), {}, kAny, kAny},
    {14, programming("Poll 584-984", Effect::none), {}, kAny, kAny},
    {15, {"Write Multiple Coils", write}, "coil", counted_at(4), fixed(4)},
    {16, {"Write Multiple Registers", write}, "holding", counted_at(4), fixed(4)},
    {17, {"Report Server ID", discover}, {}, kEmpty, kCounted},
    {18, programming("Program 884/U84"), {}, kAny, kAny},
    {19, programming("Reset Comm Link 884/U84", Effect::none), {}, kAny, kAny},
    {20, {"Read File Record", read}, "file", kCounted, kCounted},
    {21, {"Write File Record", write}, "file", kCounted, kCounted},
    {22, {"Mask Write Register", write}, "holding", fixed(6), fixed(6)},
    {23, {"Read/Write Multiple Registers", write}, "holding", counted_at(8), kCounted},
    {24, {"Read FIFO Queue", read}, "fifo", fixed(2), {Shape::Kind::counted16, 0}},
    {40, programming("Program Concept"), {}, kAny, kAny},
    {41, {"Multiple Function Codes", control}, {}, kAny, kAny},
    {42, programming("Concept Symbol Table"), {}, kAny, kAny},
    {43,
     {"Encapsulated Interface Transport", control},
     {},
     {Shape::Kind::objects, 0},
     {Shape::Kind::objects, 0}},
    {90, {"UMAS", control}, {}, {Shape::Kind::at_least, 2}, {Shape::Kind::at_least, 2}},
    {91, {"Object Messaging", control}, {}, kAny, kAny},
    {100, {"Scattered Register Read", control}, {}, kAny, kAny},
    {125, {"Firmware Replacement", program, Effect::firmware}, {}, kAny, kAny},
    {126, programming("Program 584-984 (second)"), {}, kAny, kAny},
    {127, {"Report Local Address", discover}, {}, kAny, kAny},
});

constexpr Function kUserDefined{0, user_defined(), {}, kAny, kAny};

constexpr bool in_user_range(unsigned code) {
  return (code >= 65 && code <= 72) || (code >= 100 && code <= 110);
}

// Code to row, so that the hot path does not search.
constexpr auto kIndex = [] {
  std::array<const Function*, 128> index{};
  for (unsigned code = 0; code < index.size(); ++code) {
    if (in_user_range(code)) {
      index[code] = &kUserDefined;
    }
  }
  for (const Function& function : kFunctions) {
    index[function.code] = &function;
  }
  return index;
}();

struct Diagnostic {
  std::uint16_t sub;
  Meaning meaning;
};

constexpr auto kDiagnostics = std::to_array<Diagnostic>({
    {0, {"Diagnostics: Return Query Data", discover}},
    {1, {"Diagnostics: Restart Communications Option", control, Effect::reset}},
    {2, {"Diagnostics: Return Diagnostic Register", discover}},
    {3, {"Diagnostics: Change ASCII Input Delimiter", admin}},
    {4, {"Diagnostics: Force Listen Only Mode", control, Effect::silence}},
    {10, {"Diagnostics: Clear Counters and Diagnostic Register", control, Effect::clear_counters}},
    {11, {"Diagnostics: Return Bus Message Count", discover}},
    {12, {"Diagnostics: Return Bus Communication Error Count", discover}},
    {13, {"Diagnostics: Return Bus Exception Error Count", discover}},
    {14, {"Diagnostics: Return Server Message Count", discover}},
    {15, {"Diagnostics: Return Server No Response Count", discover}},
    {16, {"Diagnostics: Return Server NAK Count", discover}},
    {17, {"Diagnostics: Return Server Busy Count", discover}},
    {18, {"Diagnostics: Return Bus Character Overrun Count", discover}},
    {20, {"Diagnostics: Clear Overrun Counter and Flag", control, Effect::clear_counters}},
    {21, {"Diagnostics: Get Modbus Plus Statistics", discover}},
});
constexpr Meaning kClearPlus = {"Diagnostics: Clear Modbus Plus Statistics", control,
                                Effect::clear_counters};
constexpr std::uint16_t kPlusStatistics = 21;
constexpr std::uint16_t kPlusClear = 4;

}  // namespace

const Function* find_function(std::uint8_t code) noexcept {
  return kIndex[code & std::uint8_t{0x7F}];
}

Meaning meaning_of(std::uint8_t code) noexcept {
  const Function* function = find_function(code);
  return function == nullptr ? Meaning{code == 0 ? "Function Code 0" : "Unknown Function", control}
                             : function->meaning;
}

Meaning diagnostic_meaning(std::uint16_t sub, std::uint16_t data) noexcept {
  if (sub == kPlusStatistics && data == kPlusClear) {
    return kClearPlus;
  }
  const auto* found = std::ranges::find(kDiagnostics, sub, &Diagnostic::sub);
  return found == kDiagnostics.end() ? Meaning{"Diagnostics: Unknown Sub-Function", control}
                                     : found->meaning;
}

bool known_diagnostic(std::uint16_t sub) noexcept {
  return std::ranges::find(kDiagnostics, sub, &Diagnostic::sub) != kDiagnostics.end();
}

}  // namespace prahari::modbus
