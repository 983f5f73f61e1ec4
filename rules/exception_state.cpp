#include "rules/exception_state.hpp"

namespace prahari {

ExceptionState state_of(const Exception& exception, Timestamp now) noexcept {
  if (now >= exception.until) {
    return ExceptionState::over;
  }
  return exception.until - now <= kExceptionNotice ? ExceptionState::ends_soon
                                                   : ExceptionState::holds;
}

std::string state_words(const Exception& exception, Timestamp now) {
  switch (state_of(exception, now)) {
    case ExceptionState::over:
      return "ended on " + exception.until_text;
    case ExceptionState::ends_soon: {
      const auto days = std::chrono::floor<std::chrono::days>(exception.until - now).count();
      return days < 1    ? "ends within a day"
             : days == 1 ? "ends in 1 day"
                         : "ends in " + std::to_string(days) + " days";
    }
    default:
      return "until " + exception.until_text;
  }
}

std::string use_words(const Exception& exception, const ExceptionUse& use, Timestamp now) {
  const std::string words = state_words(exception, now);
  const bool over = state_of(exception, now) == ExceptionState::over;
  if (use.count == 0) {
    return words + (over ? ", and allowed nothing: remove it" : ", and allowed nothing so far");
  }
  return words + ", and allowed " + std::to_string(use.count) +
         (use.count == 1 ? " message" : " messages") + (over ? " before" : "");
}

}  // namespace prahari
