// Learning that goes on after a restart: a plant may be learned for weeks, and its power is cut.

#pragma once

#include <functional>
#include <string_view>

#include "rules/baseline.hpp"
#include "rules/learner.hpp"

namespace prahari {

// What was learned `before` a restart and what is learned `now`, as one proposal. Entries of both
// are one: the last value of a fact, the wider range of a value, the poll that was seen more often,
// the rates of the longer period. Never more of a list than the learner's limits allow; what is
// beyond counts as not kept. A section of `before` for which `keeps` says no is dropped: its zone
// is gone.
[[nodiscard]] BaselineData continued(BaselineData before, BaselineData now,
                                     const LearnerLimits& limits,
                                     const std::function<bool(std::string_view zone)>& keeps);

}  // namespace prahari
