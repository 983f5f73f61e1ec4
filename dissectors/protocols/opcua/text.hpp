// NodeIds as people write them: "ns=2;s=Line1.Speed", "i=2258" (OPC 10000-6, 5.3.1.10).

#pragma once

#include <string>

#include "dissectors/protocols/opcua/wire.hpp"

namespace prahari::opcua {

inline constexpr std::size_t kLongestNode = 200;  // bytes of a string or opaque identifier shown

// As bytes off the wire: a string identifier need not be printable.
void append_node_id(std::string& out, const NodeId& node);

}  // namespace prahari::opcua
