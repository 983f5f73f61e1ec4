// What a run knows before its first packet: the data files and the site file.

#pragma once

#include <memory>
#include <string>

#include "alerts/certin_data.hpp"
#include "inventory/oui.hpp"
#include "inventory/vendor_aliases.hpp"
#include "rules/attack.hpp"
#include "rules/site.hpp"

namespace prahari {

// Everything that is read from data files and the site file before the first packet.
struct Knowledge {
  OuiTable oui;
  VendorAliases aliases;
  AttackTable attack;
  CertInData certin;
  Site site;
};

// `site_file` empty: none. Mistakes in it are printed one a line; the Error then sums them up.
Result<std::unique_ptr<Knowledge>> load_knowledge(const std::string& site_file);

Result<VendorAliases> load_aliases();

// Names of codes (dissectors/code_names.hpp). load_knowledge does it too.
Status load_names();

}  // namespace prahari
