// What CERT-In's texts say, read from alerts/data: the twenty incident types, the labels of the
// form, addresses, and which detection suggests which type. Nothing of it is compiled in, since
// all of it may change by a notice.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "capture/data_files.hpp"
#include "rules/finding.hpp"

namespace prahari {

struct IncidentType {
  std::string id;          // "ix"
  std::string label;       // of the Directions; empty for "other"
  std::string form_label;  // as printed on the form
};

struct KindMapping {
  std::vector<std::string> types;          // of an incident, primary first
  std::vector<std::string> posture_types;  // as long as it is a posture finding
  std::vector<std::string> symptoms;       // of the older form: those that traffic shows
  std::string form_b;                      // box of the older form
  std::string note;                        // what makes it worse, or only a posture finding
};

struct FormBlock {
  std::string label;
  std::string note;
};

struct CertInData {
  std::vector<IncidentType> types;
  std::map<std::string, KindMapping, std::less<>> kinds;

  std::string form_title;
  std::map<std::string, std::string, std::less<>> form_labels;  // "A1" to its label
  std::map<std::string, std::vector<std::string>, std::less<>> form_choices;
  std::vector<FormBlock> form_blocks;
  std::vector<std::vector<std::string>> type_columns;
  std::string not_available;
  std::size_t brief_limit = 1200;

  std::string recipient;
  std::string email;
  std::string phone;
  std::string fax;
  std::string address;
  std::string in_force_from;

  std::map<std::string, std::string> versions;             // data file to its version
  std::map<std::string, std::string, std::less<>> to_v19;  // ATT&CK id of v18.1 to that of v19

  // Reads all files. An error names the file and what was expected.
  static Result<CertInData> load(const DataFiles& files);

  // The types to suggest: none for a kind or class that has no meaning for CERT-In.
  [[nodiscard]] std::vector<std::string> types_of(std::string_view kind, CertInClass certin) const;
  [[nodiscard]] std::string_view form_label(std::string_view type) const noexcept;
  [[nodiscard]] std::string_view label(std::string_view field) const noexcept;
};

}  // namespace prahari
