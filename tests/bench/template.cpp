#include "tests/bench/template.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <tuple>

#include <pcap/pcap.h>

namespace prahari::bench {
namespace {

using Data = std::span<const unsigned char>;
using FlowKey = std::tuple<std::array<unsigned char, 4>, std::array<unsigned char, 4>,
                           std::uint16_t, std::uint16_t, unsigned char>;

constexpr std::size_t kEthernet = 14;
constexpr std::size_t kIpv4 = 20;
constexpr std::size_t kTcp = 20;
constexpr std::size_t kUdp = 8;
constexpr unsigned char kProtocolTcp = 6;
constexpr unsigned char kProtocolUdp = 17;

std::uint16_t be16(Data data, std::size_t at) {
  return static_cast<std::uint16_t>(data[at] << 8 | data[at + 1]);
}

template <std::size_t N>
std::array<unsigned char, N> take(Data data, std::size_t at) {
  std::array<unsigned char, N> out{};
  std::ranges::copy(data.subspan(at, N), out.begin());
  return out;
}

// Offset of the IPv4 header of an unfragmented TCP or UDP packet, or 0.
std::size_t find_ip(Data data) {
  std::size_t at = kEthernet;
  while (data.size() >= at + 4 && be16(data, at - 2) == 0x8100) {
    at += 4;
  }
  if (data.size() < at + kIpv4 + kUdp || be16(data, at - 2) != 0x0800 || data[at] != 0x45 ||
      (be16(data, at + 6) & 0x3fff) != 0) {
    return 0;
  }
  const bool tcp = data[at + 9] == kProtocolTcp && data.size() >= at + kIpv4 + kTcp;
  return tcp || data[at + 9] == kProtocolUdp ? at : 0;
}

template <class Value, class List, class Project>
std::uint16_t index_of(List& list, const Value& value, Project project) {
  const auto found = std::ranges::find(list, value, project);
  const auto index = static_cast<std::uint16_t>(found - list.begin());
  if (found == list.end()) {
    list.push_back({value});
  }
  return index;
}

class Collector {
 public:
  Collector(std::span<const Service> services, std::size_t per_flow)
      : services_(services), per_flow_(per_flow) {}

  void add(Data data, std::uint64_t time) {
    const std::size_t ip = find_ip(data);
    if (ip == 0) {
      return;
    }
    const auto source = take<4>(data, ip + 12);
    const auto target = take<4>(data, ip + 16);
    const std::uint16_t sport = be16(data, ip + kIpv4);
    const std::uint16_t dport = be16(data, ip + kIpv4 + 2);
    const unsigned char protocol = data[ip + 9];
    if (!serves(protocol, sport) && !serves(protocol, dport)) {
      return;
    }
    // Where both ports are the service's the lower address stands for the client.
    const bool both = serves(protocol, sport) && serves(protocol, dport);
    const bool to_server = both ? source < target : serves(protocol, dport);
    auto& flow = flows_[to_server ? FlowKey{source, target, sport, dport, protocol}
                                  : FlowKey{target, source, dport, sport, protocol}];
    if (flow.frames.size() == per_flow_) {
      return;
    }
    if (flow.frames.empty()) {
      flow.start = time;
    }
    Frame frame;
    frame.time = time - flow.start;
    frame.ip = static_cast<std::uint32_t>(ip);
    frame.sum = static_cast<std::uint32_t>(ip + kIpv4 + (protocol == kProtocolTcp ? 16 : 6));
    if (protocol == kProtocolUdp && be16(data, frame.sum) == 0) {
      frame.sum = 0;  // the sender made none
    }
    frame.source = index_of(all_.hosts, source, &Host::address);
    frame.target = index_of(all_.hosts, target, &Host::address);
    all_.hosts[to_server ? frame.target : frame.source].server = true;
    if (both) {
      all_.hosts[frame.source].server = true;
    }
    const auto same = [](const auto& mac) { return mac; };
    frame.to_mac = index_of(all_.macs, take<6>(data, 0), same);
    frame.from_mac = index_of(all_.macs, take<6>(data, 6), same);
    frame.bytes.assign(data.begin(), data.end());
    flow.frames.push_back(std::move(frame));
  }

  Template finish() {
    for (auto& [key, flow] : flows_) {
      if (flow.frames.size() < per_flow_) {
        continue;
      }
      for (Frame& frame : flow.frames) {
        frame.flow = static_cast<std::uint16_t>(all_.flows);
        all_.frames.push_back(std::move(frame));
      }
      all_.flows += 1;
    }
    std::ranges::stable_sort(all_.frames, {}, &Frame::time);
    return std::move(all_);
  }

 private:
  struct Flow {
    std::uint64_t start = 0;
    std::vector<Frame> frames;
  };

  [[nodiscard]] bool serves(unsigned char protocol, std::uint16_t port) const {
    return std::ranges::any_of(services_, [&](const Service& service) {
      return service.protocol == protocol && service.port == port;
    });
  }

  std::span<const Service> services_;
  std::size_t per_flow_;
  Template all_;
  std::map<FlowKey, Flow> flows_;
};

}  // namespace

Template read_template(const std::string& path, std::span<const Service> services,
                       std::size_t per_flow, std::string& error) {
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> capture{
      pcap_open_offline(path.c_str(), reason.data()), &pcap_close};
  if (capture == nullptr) {
    error = reason.data();
    return {};
  }
  if (pcap_datalink(capture.get()) != DLT_EN10MB) {
    error = path + ": only Ethernet captures can be multiplied";
    return {};
  }
  Collector collector{services, per_flow};
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  while (pcap_next_ex(capture.get(), &header, &data) == 1) {
    if (header->caplen == header->len) {
      collector.add(Data{data, header->caplen},
                    static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000 +
                        static_cast<std::uint64_t>(header->ts.tv_usec));
    }
  }
  Template out = collector.finish();
  if (out.flows == 0) {
    error = path + ": no flow has " + std::to_string(per_flow) +
            " packets; ask for fewer packets or more flows";
  }
  return out;
}

}  // namespace prahari::bench
