#include "alerts/certin_data.hpp"

#include <array>
#include <fstream>

namespace prahari {
namespace {

using Json = nlohmann::json;

// nlohmann's exceptions end here: whatever is wrong with a file becomes one line.
template <class Take>
Status read_file(const DataFiles& files, std::string_view name, std::string_view schema,
                 CertInData& out, Take take) {
  const Result<std::filesystem::path> path = files.find("alerts", name);
  if (!path) {
    return path.error();
  }
  try {
    std::ifstream in(*path);
    const Json json = Json::parse(in);
    if (json.at("schema") != schema) {
      return Error{path->string() + R"(: expected "schema": ")" + std::string(schema) +
                       "\"; reinstall the file or remove it from /etc/prahari",
                   Error::Kind::environment};
    }
    for (const char* key : {"valid_from", "source", "checked_on", "checked_by"}) {
      static_cast<void>(json.at(key).get<std::string>());
    }
    out.versions[std::string(name.substr(0, name.rfind('.')))] =
        json.at("version").get<std::string>();
    take(json);
  } catch (const Json::exception& error) {
    return Error{path->string() + ": not the data file that was expected: " + error.what(),
                 Error::Kind::environment};
  }
  return ok_status();
}

std::string text_or_empty(const Json& json, const char* key) {
  const Json& value = json.at(key);
  return value.is_null() ? std::string() : value.get<std::string>();
}

void take_annexure(const Json& json, CertInData& out) {
  for (const Json& type : json.at("types")) {
    out.types.push_back({type.at("id").get<std::string>(), text_or_empty(type, "label"),
                         type.at("form_label").get<std::string>()});
  }
}

void take_form(const Json& json, CertInData& out) {
  out.form_title = json.at("title").get<std::string>();
  out.not_available = json.at("not_available").get<std::string>();
  out.brief_limit = json.at("limits").at("description_page_1").get<std::size_t>();
  for (const Json& block : json.at("blocks")) {
    out.form_blocks.push_back({block.at("label").get<std::string>(), text_or_empty(block, "note")});
  }
  if (out.form_blocks.size() < 4) {
    out.form_blocks.resize(4);
  }
  for (const Json& field : json.at("fields")) {
    const auto id = field.at("id").get<std::string>();
    out.form_labels[id] = field.at("label").get<std::string>();
    out.form_choices[id] = field.at("allowed").get<std::vector<std::string>>();
  }
  out.type_columns = json.at("type_columns").get<std::vector<std::vector<std::string>>>();
}

void take_channels(const Json& json, CertInData& out) {
  out.recipient = json.at("recipient").get<std::string>();
  out.email = json.at("email").get<std::string>();
  out.phone = json.at("phone").get<std::string>();
  out.fax = json.at("fax").get<std::string>();
  out.address = json.at("address").get<std::string>();
  out.in_force_from = json.at("clock").at("in_force_from").get<std::string>();
}

void take_mapping(const Json& json, CertInData& out) {
  for (const Json& row : json.at("kinds")) {
    out.kinds[row.at("kind").get<std::string>()] = {
        row.at("types").get<std::vector<std::string>>(),
        row.at("posture_types").get<std::vector<std::string>>(),
        row.at("symptoms").get<std::vector<std::string>>(), text_or_empty(row, "form_b"),
        text_or_empty(row, "note")};
  }
}

void take_crosswalk(const Json& json, CertInData& out) {
  for (const Json& row : json.at("techniques")) {
    out.to_v19[row.at("from").get<std::string>()] = row.at("to").get<std::string>();
  }
}

}  // namespace

Result<CertInData> CertInData::load(const DataFiles& files) {
  struct File {
    std::string_view name;
    std::string_view schema;
    void (*take)(const Json&, CertInData&);
  };
  constexpr std::array<File, 5> kFiles = {{
      {"certin_annexure.json", "prahari.certin-annexure/1", take_annexure},
      {"certin_form_a.json", "prahari.certin-form-a/1", take_form},
      {"certin_channels.json", "prahari.certin-channels/1", take_channels},
      {"certin_mapping.json", "prahari.certin-mapping/1", take_mapping},
      {"attack_crosswalk.json", "prahari.attack-crosswalk/1", take_crosswalk},
  }};
  CertInData out;
  for (const File& file : kFiles) {
    const Status status = read_file(files, file.name, file.schema, out,
                                    [&](const Json& json) { file.take(json, out); });
    if (!status) {
      return status.error();
    }
  }
  return out;
}

std::vector<std::string> CertInData::types_of(std::string_view kind, CertInClass certin) const {
  const auto found = kinds.find(kind);
  if (found == kinds.end() || certin == CertInClass::none) {
    return {};
  }
  return certin == CertInClass::incident ? found->second.types : found->second.posture_types;
}

std::string_view CertInData::form_label(std::string_view type) const noexcept {
  for (const IncidentType& known : types) {
    if (known.id == type) {
      return known.form_label;
    }
  }
  return {};
}

std::string_view CertInData::label(std::string_view field) const noexcept {
  const auto found = form_labels.find(field);
  return found == form_labels.end() ? std::string_view{} : std::string_view{found->second};
}

}  // namespace prahari
