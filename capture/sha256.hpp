// SHA-256 over bytes as they come by. One thread uses an object.

#pragma once

#include <memory>
#include <string>

#include "capture/packet.hpp"

struct evp_md_ctx_st;

namespace prahari {

class Sha256 {
 public:
  Sha256();

  void update(Bytes bytes) noexcept;

  // Lower-case hex of all bytes so far. Ends the sum: call it once.
  [[nodiscard]] std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace prahari
