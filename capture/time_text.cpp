#include "capture/time_text.hpp"

#include <array>
#include <cstdint>

namespace prahari {
namespace {

using std::chrono::days;
using std::chrono::nanoseconds;
using std::chrono::seconds;

using Text = std::array<char, kTimeTextSize>;

void put(Text& text, std::size_t at, std::size_t digits, std::uint64_t value) noexcept {
  for (std::size_t i = digits; i > 0; --i) {
    text[at + i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

Text render(Timestamp time) noexcept {
  // In days first: the day on which the earliest Timestamp lies begins before it.
  constexpr std::int64_t kDay = 86'400'000'000'000;
  const std::int64_t count = time.time_since_epoch().count();
  const std::int64_t number = count / kDay - (count % kDay < 0 ? 1 : 0);
  const std::int64_t behind = count % kDay;
  const std::chrono::year_month_day date{std::chrono::sys_days{days{number}}};
  const auto rest = static_cast<std::uint64_t>(behind < 0 ? behind + kDay : behind);
  const std::uint64_t second = rest / 1'000'000'000;
  Text text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0', '0', ':', '0',
            '0', ':', '0', '0', '.', '0', '0', '0', '0', '0', '0', '0', '0', '0', 'Z'};
  // A Timestamp ends in 2262, so the year has four digits.
  put(text, 0, 4, static_cast<std::uint64_t>(static_cast<int>(date.year())));
  put(text, 5, 2, static_cast<unsigned>(date.month()));
  put(text, 8, 2, static_cast<unsigned>(date.day()));
  put(text, 11, 2, second / 3600);
  put(text, 14, 2, second / 60 % 60);
  put(text, 17, 2, second % 60);
  put(text, 20, 9, rest % 1'000'000'000);
  return text;
}

// Takes characters off the front of a text; fails for good, as Reader does.
class Cursor {
 public:
  explicit Cursor(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool done() const noexcept { return ok_ && rest_.empty(); }
  [[nodiscard]] char peek() const noexcept { return rest_.empty() ? '\0' : rest_.front(); }

  void expect(char wanted) noexcept { fail_unless(take() == wanted); }

  char take() noexcept {
    if (rest_.empty()) {
      ok_ = false;
      return '\0';
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  int number(int digits) noexcept {
    int value = 0;
    for (int i = 0; i < digits; ++i) {
      const char c = take();
      fail_unless(c >= '0' && c <= '9');
      value = value * 10 + (c - '0');
    }
    return ok_ ? value : 0;
  }

  // ".5" is half a second; digits beyond the ninth are read and ignored.
  int fraction() noexcept {
    if (peek() != '.') {
      return 0;
    }
    take();
    int value = 0;
    int scale = 100'000'000;
    do {
      value += number(1) * scale;
      scale /= 10;
    } while (peek() >= '0' && peek() <= '9');
    return value;
  }

  seconds offset() noexcept {
    const char sign = take();
    if (sign == 'Z' || sign == 'z') {
      return seconds{0};
    }
    fail_unless(sign == '+' || sign == '-');
    const int hours = number(2);
    expect(':');
    const int minutes = number(2);
    fail_unless(hours < 24 && minutes < 60);
    const seconds away{hours * 3600 + minutes * 60};
    return sign == '-' ? -away : away;
  }

  void fail_unless(bool good) noexcept { ok_ = ok_ && good; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

void append_time(std::string& out, Timestamp time) {
  const Text text = render(time);
  out.append(text.data(), text.size());
}

std::string format_time(Timestamp time) {
  std::string out;
  append_time(out, time);
  return out;
}

bool parse_time(std::string_view text, Timestamp& time) noexcept {
  Cursor in{text};
  const int year = in.number(4);
  in.expect('-');
  const int month = in.number(2);
  in.expect('-');
  const int day = in.number(2);
  const char separator = in.take();
  in.fail_unless(separator == 'T' || separator == 't' || separator == ' ');
  const int hour = in.number(2);
  in.expect(':');
  const int minute = in.number(2);
  in.expect(':');
  const int second = in.number(2);
  const int fraction = in.fraction();
  const seconds offset = in.offset();
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  // One year inside the range of a Timestamp on both sides, so that an offset cannot overflow it.
  const bool sane =
      date.ok() && hour < 24 && minute < 60 && second < 61 && year > 1678 && year < 2262;
  if (!in.done() || !sane) {
    return false;
  }
  const auto whole = std::chrono::sys_days{date} + seconds{hour * 3600 + minute * 60 + second};
  time = Timestamp{whole - offset} + nanoseconds{fraction};
  return true;
}

}  // namespace prahari
