#include "rules/firewall_ports.hpp"

#include <charconv>

#include "dissectors/registry.hpp"

namespace prahari {
namespace {

void add_bindings(FirewallPorts& ports, const Dissector& one) {
  for (const Binding& binding : one.bindings) {
    if (binding.layer == Binding::Layer::tcp_port) {
      ports.tcp.insert(binding.value);
    } else if (binding.layer == Binding::Layer::udp_port) {
      ports.udp.insert(binding.value);
    }
  }
}

}  // namespace

FirewallPorts ports_of(const Allow& allow) {
  FirewallPorts ports;
  if (allow.protocol == "any") {
    ports.everything = true;
    return ports;
  }
  if (allow.protocol == "icmp") {
    ports.icmp = true;
    return ports;
  }
  const bool tcp = allow.protocol.starts_with("tcp/");
  if (tcp || allow.protocol.starts_with("udp/")) {
    const std::string_view text = std::string_view{allow.protocol}.substr(4);
    std::uint16_t port = 0;
    std::from_chars(text.begin(), text.end(), port);
    (tcp ? ports.tcp : ports.udp).insert(port);
    return ports;
  }
  for (const Dissector* one : all_dissectors()) {
    // What is carried by another protocol comes over that one's ports.
    const bool carried =
        to_string(one->protocol) == allow.protocol && carrier_of(one->protocol) != one->protocol;
    if (to_string(one->protocol) == allow.protocol) {
      add_bindings(ports, *one);
    }
    if (carried) {
      add_bindings(ports, dissector(carrier_of(one->protocol)));
    }
  }
  return ports;
}

std::string beyond_ports(const Allow& allow) {
  if (!allow.targets.empty()) {
    return "only these targets; a firewall sees ports";
  }
  if (allow.operation || allow.calls) {
    return "only this class of operation; a firewall sees ports";
  }
  return {};
}

}  // namespace prahari
