// What an entry of a baseline is about, apart from what was learned of it; also the order of the
// file's lists.

#pragma once

#include <tuple>

#include "rules/baseline.hpp"

namespace prahari {

inline auto key_of(const HostPlace& place) { return std::tie(place.ip, place.mac, place.vlan); }
inline auto key_of(const BaselineService& service) {
  return std::tie(service.protocol, service.transport, service.port);
}
inline auto key_of(const BaselineLink& link) {
  return std::tuple_cat(key_of(link.client), key_of(link.server), key_of(link.service));
}
inline auto key_of(const BaselineHost& one) { return key_of(one.place); }
inline auto key_of(const BaselineFact& one) {
  return std::tuple_cat(key_of(one.host), std::tie(one.unit, one.field, one.source));
}
inline auto key_of(const BaselineCertificate& one) {
  return std::tuple_cat(key_of(one.host), std::tie(one.protocol, one.use, one.thumbprint));
}
inline auto key_of(const BaselineTalker& one) { return key_of(one.link); }
inline auto key_of(const BaselineOperation& one) {
  return std::tuple_cat(key_of(one.link),
                        std::tie(one.operation, one.function, one.sub_function, one.object));
}
inline auto key_of(const BaselineTarget& one) {
  return std::tuple_cat(key_of(one.link),
                        std::tie(one.unit, one.table, one.first, one.last, one.text));
}
inline auto key_of(const BaselinePoll& one) {
  return std::tuple_cat(key_of(one.link), std::tie(one.unit, one.function, one.sub_function,
                                                   one.address, one.by_client, one.text));
}

}  // namespace prahari
