// The thresholds of detectors in a site file, [thresholds.KIND], and the ids of alert kinds there.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/document.hpp"
#include "rules/mistakes.hpp"
#include "rules/site.hpp"

namespace prahari {

// Tells `mistake` where no alert kind has this id.
void check_kind(std::string_view kind, const std::function<void(std::string_view)>& mistake);

// The table `thresholds` of `parent`, whose own path is `path` (empty: the file itself). A detector
// says which there are and what they may be.
void read_thresholds(const Node& parent, std::string_view path,
                     std::vector<ThresholdSetting>& settings, Mistakes& mistakes);

}  // namespace prahari
