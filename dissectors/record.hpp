// One protocol message as `dissect` prints it: the common fields, then the protocol's own
// (contract: "One message: dissect").

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/event.hpp"
#include "dissectors/fields.hpp"

namespace prahari {

// Names of the fields that every record has, in order.
[[nodiscard]] std::span<const std::string_view> common_fields() noexcept;

// Writes records, all fields or a choice of them. Holds no state of the traffic.
class RecordFormatter {
 public:
  // Empty: every field of each record's protocol.
  explicit RecordFormatter(std::vector<std::string> chosen = {});

  // Appends one JSON object without a line end.
  void json(std::string& out, const Event& message, const Fields& fields) const;

  // Appends the chosen fields separated by tabs, without a line end. Strings stand without quotes,
  // with \t, \n and \\ escaped; lists and objects stand as JSON; null is empty.
  void tsv(std::string& out, const Event& message, const Fields& fields) const;

 private:
  std::vector<std::string> chosen_;
};

}  // namespace prahari
