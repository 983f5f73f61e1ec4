// What is known of one asset and why, in plain values for the report.

#pragma once

#include "alerts/network_view.hpp"

namespace prahari {

[[nodiscard]] HostDetail host_detail(const Asset& asset);

}  // namespace prahari
