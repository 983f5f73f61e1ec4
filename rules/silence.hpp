// What the findings of device-silent have in common, whichever way the silence was noticed. One
// silent device is one cause, however many clients it leaves waiting.

#pragma once

#include <array>
#include <string>
#include <string_view>

#include "rules/baseline.hpp"
#include "rules/detector.hpp"

namespace prahari {

inline constexpr std::string_view kDeviceSilent = "device-silent";
inline constexpr std::array<std::string_view, 2> kSilenceAttack = {"T0814", "T0826"};

namespace silence_threshold {
inline constexpr std::size_t kIntervals = 0;
inline constexpr std::size_t kLeastSeconds = 1;
inline constexpr std::size_t kUnanswered = 2;
inline constexpr std::size_t kDeviceMinutes = 3;
inline constexpr std::size_t kServerMinutes = 4;
inline constexpr std::size_t kOtherMinutes = 5;
}  // namespace silence_threshold
inline constexpr auto kSilenceThresholds = std::to_array<Threshold>({
    {"intervals", 10, 2, 10'000, "learned intervals that a poll may be missing"},
    {"seconds", 60, 5, 86'400, "the least time that a poll may be missing"},
    {"unanswered", 5, 2, 10'000, "requests in a row without an answer"},
    {"device_minutes", 15, 1, 10'080, "minutes that a controller or field device may be unseen"},
    {"server_minutes", 60, 1, 10'080, "minutes that an HMI, a server or a switch may be unseen"},
    {"other_minutes", 1440, 1, 43'200, "minutes that any other host may be unseen"},
});

// Where the mirror shows nothing, or one direction only, for longer than this, that is no silence.
inline constexpr std::chrono::seconds kBlindAfter{35};
inline constexpr std::chrono::hours kSilenceQuiet{1};

// The device behind the address that falls silent by itself; 0 where the protocol has none.
[[nodiscard]] std::uint32_t silent_unit(Protocol protocol, std::uint32_t unit) noexcept;
// " unit 3", or nothing.
[[nodiscard]] std::string of_unit_words(std::uint32_t unit);

// As it is now: its asset may have been evicted since.
[[nodiscard]] Party party_of(const HostPlace& place, const RuleContext& context);

// Of a finding whose source is silent: severity, key and the rest. `what`: what of it is silent.
void complete_silence(Finding& finding, std::string_view what, const RuleContext& context);

}  // namespace prahari
