// What the policy commands share: a site file that is good, and captures read by an analyst.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capture/source.hpp"
#include "rules/site.hpp"
#include "sensor/command.hpp"
#include "sensor/pipeline.hpp"

namespace prahari {

// The site file, or what is wrong with it: each mistake is told on standard error.
Result<Site> load_good_site(const std::string& file);

// What was read.
struct ReadCaptures {
  std::vector<std::string> names;  // by PacketRef::file
  Timestamp first;
  Timestamp last;
  std::uint64_t packets = 0;
};

// One pass over all captures in time order, told to the terminal as analyze does. Ctrl-C ends it.
Result<ReadCaptures> read_captures(const std::vector<std::string>& captures, Analyst& analyst);

// "30d", "12h", "90m": how long that is.
Result<std::chrono::seconds> parse_age(const std::string& text, const std::string& option);

}  // namespace prahari
