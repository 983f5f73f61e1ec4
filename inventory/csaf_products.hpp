// The product tree of a CSAF advisory, made a flat list.

#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "inventory/advisory.hpp"
#include "inventory/json_fields.hpp"

namespace prahari {

struct CsafProducts {
  std::vector<AdvisoryProduct> list;
  std::unordered_map<std::string, std::uint32_t> by_id;  // "CSAFPID-0001" to its place
  std::unordered_map<std::string, std::vector<std::uint32_t>> groups;

  // False: there is one of this id already.
  bool add(AdvisoryProduct product);
};

// `tree` is /product_tree. Mistakes become the error of `fields`.
[[nodiscard]] CsafProducts read_product_tree(JsonFields& fields, const JsonNode& tree);

}  // namespace prahari
