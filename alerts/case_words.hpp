// What a case says in words: the tactic of a step, what was done, the title.

#pragma once

#include "alerts/cases.hpp"

namespace prahari {

// The tactic that a step stands for, one of those of its technique; and its place in the matrix.
[[nodiscard]] std::string_view tactic_of(const Alert& alert, const AttackTable& attack);
[[nodiscard]] std::size_t tactic_rank(std::string_view tactic) noexcept;

// Of the alert's techniques the one that serves the tactic; else that of its operation.
[[nodiscard]] std::string_view technique_of(const Alert& alert, std::string_view tactic,
                                            const AttackTable& attack);

// "scanned", "read the identification of": ends where the target begins.
[[nodiscard]] std::string_view verb_of(const Alert& alert);

// Whether it learns something, or changes something. Neither, for some.
[[nodiscard]] bool is_recon(const Alert& alert) noexcept;
[[nodiscard]] bool is_impact(const Alert& alert) noexcept;

// What became of a device, rather than what its source did.
[[nodiscard]] bool is_suffered(const Alert& alert) noexcept;

// "10.0.0.7, an unknown host," or "EWS-1 (10.0.0.7)"; `stranger`: it was not there before.
[[nodiscard]] std::string actor_text(const Alert& alert, const NetworkView& network, bool stranger);

// "PLC-7 filler", "10.0.0.5"; empty where an alert is about no single host.
[[nodiscard]] std::string target_text(const Alert& alert, const NetworkView& network);

// One sentence out of the deeds, which come in time.
[[nodiscard]] std::string case_title(std::span<const Alert* const> deeds,
                                     const NetworkView& network);

}  // namespace prahari
