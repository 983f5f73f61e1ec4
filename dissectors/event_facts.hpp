// What a dissector said, as the flat values that an event carries.

#pragma once

#include <algorithm>

#include "dissectors/event.hpp"

namespace prahari {

// The values lie where the message has them. `pdu`: bytes of the PDU at hand.
[[nodiscard]] inline MessageFacts facts_of(const Message& message, std::size_t pdu) noexcept {
  constexpr std::uint64_t kMostSize = 0xffff;
  return {
      .kind = message.kind,
      .operation = message.operation,
      .effect = message.effect,
      .outcome = message.outcome,
      .direction = message.direction,
      .matched = message.matched,
      .further = message.further,
      .envelope = message.envelope,
      .sealed = message.sealed,
      .function = message.function,
      .sub_function = message.sub_function,
      .size = static_cast<std::uint16_t>(
          std::min(message.size == 0 ? std::uint64_t{pdu} : message.size, kMostSize)),
      .status = message.status,
      .problems = message.problems,
      .unit = message.target.unit,
      .address = message.target.address,
      .count = message.target.count,
      .name = message.name,
      .table = message.target.table,
      .values = !message.written.empty()
                    ? message.written
                    : NumberList::of(std::span{message.values}.first(message.value_count)),
      .request = message.request,
  };
}

[[nodiscard]] inline IdentityFacts facts_of(const Identity& identity, bool of_client) noexcept {
  return {
      .field = identity.field,
      .confidence = identity.confidence,
      .of_client = of_client,
      .unit = identity.unit,
      .source = identity.source,
  };
}

[[nodiscard]] inline AnomalyFacts facts_of(const Anomaly& anomaly) noexcept {
  return {
      .problem = anomaly.problem,
      .direction = anomaly.direction,
      .function = anomaly.function,
      .unit = anomaly.target.unit,
      .request = anomaly.request,
  };
}

[[nodiscard]] inline PostureFacts facts_of(const Posture& posture, bool of_client) noexcept {
  return {
      .aspect = posture.aspect,
      .of_client = of_client,
      .flaws = posture.flaws,
      .secret_size = posture.secret_size,
      .secret_hash = posture.secret_hash,
      .key = posture.key,
      .what = posture.what,
      .thumbprint = posture.thumbprint,
  };
}

}  // namespace prahari
