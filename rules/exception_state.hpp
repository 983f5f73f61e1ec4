// What is to be said of an [[exception]]: people forget them, so they are told in time.

#pragma once

#include <string>

#include "rules/conduit_watch.hpp"
#include "rules/site.hpp"

namespace prahari {

inline constexpr std::chrono::days kExceptionNotice{30};

enum class ExceptionState : std::uint8_t { holds, ends_soon, over };

[[nodiscard]] ExceptionState state_of(const Exception& exception, Timestamp now) noexcept;

// "ends in 12 days", "ended on 2027-03-31", "until 2027-03-31".
[[nodiscard]] std::string state_words(const Exception& exception, Timestamp now);

// The same with what it did: "ended on 2027-03-31, and allowed nothing: remove it".
[[nodiscard]] std::string use_words(const Exception& exception, const ExceptionUse& use,
                                    Timestamp now);

}  // namespace prahari
