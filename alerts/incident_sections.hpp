// The parts of a CERT-In draft page; each appends itself. Only incident_html.cpp calls them.

#pragma once

#include "alerts/html.hpp"
#include "alerts/incident.hpp"

namespace prahari {

extern const std::string_view kIncidentStyle;

void add_form_a(Html& page, const Incident& incident, const AlertContext& context);
void add_clock_part(Html& page, const Incident& incident, const AlertContext& context);
void add_story_parts(Html& page, const Incident& incident, const AlertContext& context);
void add_annexes(Html& page, const Incident& incident, const AlertContext& context);

// "23/11/2026 00:15 IST (2026-11-22T18:45:30Z)"
[[nodiscard]] std::string both_times(Timestamp time);

}  // namespace prahari
