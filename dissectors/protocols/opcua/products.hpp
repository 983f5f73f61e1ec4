// Who made an application, by words in its URIs and its name.

#pragma once

#include <string_view>

namespace prahari::opcua {

struct Product {
  std::string_view word;  // as it stands in a URI or a name
  std::string_view vendor;
  std::string_view product;  // empty: the word tells the vendor only
};

// Null where no word is known.
[[nodiscard]] const Product* find_product(std::string_view text) noexcept;

}  // namespace prahari::opcua
