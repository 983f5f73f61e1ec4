// Certificates in DER, alone and in chains.

#include <cstdint>
#include <cstdlib>
#include <span>

#include "dissectors/certificate.hpp"

namespace prahari {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes chain = std::as_bytes(std::span{data, size});
  const Bytes first = first_of_chain(chain);
  if (first.size() > chain.size() || (first.empty() && !chain.empty()) ||
      chain_length(chain) > kMaxChain) {
    std::abort();
  }
  if (const auto certificate = read_certificate(chain)) {
    const Timestamp now{std::chrono::seconds{1'700'000'000}};
    static_cast<void>(certificate_flaws(*certificate, now, "urn:a"));
    if (certificate_words(*certificate).empty()) {
      std::abort();
    }
  }
  return 0;
}

}  // namespace prahari
