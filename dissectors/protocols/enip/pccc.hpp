// PCCC: the older command set of Allen-Bradley, inside CIP class 0x67 and inside CSPv4. DF1
// Protocol and Command Set, 1770-6.5.16.

#pragma once

#include <cstdint>

#include "dissectors/dissector.hpp"
#include "dissectors/protocols/enip/text.hpp"

namespace prahari::enip {

// One PCCC message while it is decoded, and where to say what it is.
struct PcccCall {
  Bytes bytes;
  Bytes asked;                  // of an answer: the request, or empty
  bool with_requestor = false;  // both begin with who asks, as in CIP
  bool response = false;
  Message& message;          // gets name, operation, effect, target, values and outcome
  ShortText<200>& words;     // where the words of its target lie
  Fields* fields = nullptr;  // null when nobody asked
  std::size_t field = 0;     // which of them is the object of PCCC
  Emitter& out;              // hears who the answering device is
  std::uint32_t unit = Identity::kNoUnit;
};

// False where the bytes make no message of that direction; then nothing was said.
bool decode_pccc_message(const PcccCall& call);

}  // namespace prahari::enip
