// What a server calls its nodes, for whoever meets them later.

#include <string>

#include "dissectors/hash.hpp"
#include "dissectors/protocols/opcua/say.hpp"

namespace prahari::opcua {

// Without a seed of the process: what is told must not differ from run to run.
std::uint64_t place_print(const IpAddress& ip, const FlowEnds& ends) noexcept {
  Hasher hash{0};
  hash.add(ip).add(ends.tunnel);
  for (std::size_t i = 0; i < ends.vlan.count; ++i) {
    hash.add(ends.vlan.ids[i]);
  }
  return hash.value();
}

void emit_names(const Spoken& spoken, std::uint64_t server, ToldNames& told, Emitter& out) {
  std::string text;
  for (const NamedNode& one : spoken.reading.named.all()) {
    const std::string_view name = one.name.substr(0, NodeNames::kLongest);
    if (name.empty() ||
        !told.first_time(Hasher{server}.add(one.node).add(one.parent).add(name).value())) {
      continue;
    }
    text.clear();
    append_node_id(text, one.id);
    if (text.size() <= kLongestNode) {
      out.target_name({.protocol = Protocol::opcua,
                       .table = "node",
                       .text = text,
                       .below = one.below.size() <= kLongestNode ? one.below : std::string_view{},
                       .name = name});
    }
  }
}

}  // namespace prahari::opcua
