// The sections of the site file, from plain values to Site. Each function says its mistakes and
// leaves out what it could not read.

#pragma once

#include "rules/document.hpp"
#include "rules/mistakes.hpp"
#include "rules/site.hpp"
#include "rules/timezone.hpp"

namespace prahari {

void read_site_info(const Node& root, Site& site, Mistakes& mistakes);
void read_zones(const Node& root, Site& site, Mistakes& mistakes);
void read_conduits(const Node& root, Site& site, Mistakes& mistakes);
void read_assets(const Node& root, Site& site, Mistakes& mistakes);
// These need zones and assets (for names) and the site's time zone.
void read_ignores(const Node& root, Site& site, Mistakes& mistakes);
void read_exceptions(const Node& root, Site& site, Mistakes& mistakes);
void read_permits(const Node& root, Site& site, Mistakes& mistakes);
void read_shifts(const Node& root, Site& site, Mistakes& mistakes);

// The tables of [[name]]; a mistake where it is written otherwise.
[[nodiscard]] std::vector<const Node*> tables_of(const Node& root, std::string_view name,
                                                 Mistakes& mistakes);

}  // namespace prahari
