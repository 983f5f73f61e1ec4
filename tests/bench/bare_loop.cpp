// The yardstick of the benchmark: libpcap reads a capture, and packets and bytes are counted.
//
//   bare_loop CAPTURE

#include <array>
#include <cstdint>
#include <cstdio>

#include <pcap/pcap.h>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: bare_loop CAPTURE\n", stderr);
    return 2;
  }
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  pcap_t* capture =
      pcap_open_offline_with_tstamp_precision(argv[1], PCAP_TSTAMP_PRECISION_NANO, error.data());
  if (capture == nullptr) {
    std::fprintf(stderr, "bare_loop: %s\n", error.data());
    return 3;
  }
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  while (pcap_next_ex(capture, &header, &data) == 1) {
    packets += 1;
    bytes += header->caplen;
  }
  pcap_close(capture);
  std::printf("%llu packets, %llu bytes\n", static_cast<unsigned long long>(packets),
              static_cast<unsigned long long>(bytes));
  return 0;
}
