// Makes a large capture of one protocol out of a small one.
//
//   multiply CAPTURE OUT [PACKETS [FLOWS_ALIVE [SERVICE...]]]
//
// Defaults: 3000000 packets, 4096 flows, tcp/502. A service is tcp/PORT or udp/PORT.
//
// The long flows of these services in CAPTURE are cut to the same number of packets and repeated in
// copies of the whole plant. Every copy has addresses of its own (servers from 10.0.0.0/9, pure
// clients from 10.128.0.0/9; MAC addresses keep their vendor), right checksums, its flows' original
// pace, and a start a little after the copy before it, so that all FLOWS_ALIVE flows are under way
// at once. When more packets are asked for than the flows have, another generation of copies with
// new addresses follows. Classic pcap, microseconds, in order of time; the same input gives the
// same output.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "tests/bench/template.hpp"

namespace prahari::bench {
namespace {

constexpr std::size_t kLongestFlow = 1500;               // packets of a flow that are used
constexpr std::uint64_t kStart = 1'795'145'400'000'000;  // 2026-11-20 03:30:00, microseconds
constexpr std::uint64_t kSpread = 1'000'000;             // starts of one generation's copies
constexpr std::size_t kPerGeneration = 4'000'000;        // packets; bounds the memory used

struct Wanted {
  std::string input;
  std::string output;
  std::size_t packets = 3'000'000;
  std::size_t flows_alive = 4096;
  std::vector<Service> services;
};

struct Entry {
  std::uint64_t time = 0;
  std::uint32_t copy = 0;
  std::uint32_t frame = 0;
};

void put16(std::span<unsigned char> out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<unsigned char>(value >> 8);
  out[at + 1] = static_cast<unsigned char>(value & 0xff);
}

std::uint16_t get16(std::span<const unsigned char> data, std::size_t at) {
  return static_cast<std::uint16_t>(data[at] << 8 | data[at + 1]);
}

// RFC 1624: the checksum at `at` after `before` became `after`.
void mend(std::span<unsigned char> out, std::size_t at, std::span<const unsigned char> before,
          std::span<const unsigned char> after) {
  std::uint32_t sum = static_cast<std::uint16_t>(~get16(out, at));
  for (std::size_t i = 0; i + 1 < before.size(); i += 2) {
    sum += static_cast<std::uint16_t>(~get16(before, i));
    sum += get16(after, i);
  }
  while (sum >> 16 != 0) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  put16(out, at, static_cast<std::uint16_t>(~sum));
}

class Multiplier {
 public:
  Multiplier(const Template& plant, std::FILE* out) : plant_(plant), out_(out) {
    hosts_per_copy_ = static_cast<std::uint32_t>(plant.hosts.size());
    macs_per_copy_ = static_cast<std::uint32_t>(plant.macs.size());
  }

  bool header() {
    struct Header {
      std::uint32_t magic = 0xa1b2c3d4;
      std::uint16_t major = 2;
      std::uint16_t minor = 4;
      std::uint32_t zone = 0;
      std::uint32_t accuracy = 0;
      std::uint32_t snaplen = 262144;
      std::uint32_t link = 1;
    };
    const Header header;
    return std::fwrite(&header, sizeof header, 1, out_) == 1;
  }

  // Copies first_copy .. first_copy + copies - 1, at most `limit` packets; returns how many.
  std::size_t generation(std::uint32_t first_copy, std::uint32_t copies, std::size_t limit) {
    std::vector<Entry> entries;
    entries.reserve(copies * plant_.frames.size());
    for (std::uint32_t c = 0; c < copies; ++c) {
      const std::uint64_t shift = start_ + kSpread * c / copies;
      for (std::uint32_t f = 0; f < plant_.frames.size(); ++f) {
        entries.push_back({plant_.frames[f].time + shift, first_copy + c, f});
      }
    }
    std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
      return std::tie(a.time, a.copy, a.frame) < std::tie(b.time, b.copy, b.frame);
    });
    entries.resize(std::min(limit, entries.size()));
    for (const Entry& entry : entries) {
      if (!write(entry)) {
        return 0;
      }
    }
    start_ = entries.back().time + 1'000'000;
    return entries.size();
  }

 private:
  [[nodiscard]] std::array<unsigned char, 4> address(std::uint32_t copy, std::uint16_t host) const {
    const std::uint32_t id = copy * hosts_per_copy_ + host + 1;
    const std::uint32_t base = plant_.hosts[host].server ? 0 : 0x80;
    return {10, static_cast<unsigned char>((id >> 16 & 0x7f) | base),
            static_cast<unsigned char>(id >> 8 & 0xff), static_cast<unsigned char>(id & 0xff)};
  }

  void set_mac(std::span<unsigned char> out, std::uint32_t copy, std::uint16_t mac) const {
    const std::uint32_t id = copy * macs_per_copy_ + mac + 1;
    std::copy_n(plant_.macs[mac].begin(), 3, out.begin());
    out[3] = static_cast<unsigned char>(id >> 16 & 0xff);
    out[4] = static_cast<unsigned char>(id >> 8 & 0xff);
    out[5] = static_cast<unsigned char>(id & 0xff);
  }

  bool write(const Entry& entry) {
    const Frame& frame = plant_.frames[entry.frame];
    buffer_.assign(frame.bytes.begin(), frame.bytes.end());
    const std::span<unsigned char> bytes{buffer_};
    set_mac(bytes.subspan(0, 6), entry.copy, frame.to_mac);
    set_mac(bytes.subspan(6, 6), entry.copy, frame.from_mac);
    const auto ends = bytes.subspan(frame.ip + 12, 8);
    std::array<unsigned char, 8> old{};
    std::ranges::copy(ends, old.begin());
    std::ranges::copy(address(entry.copy, frame.source), ends.begin());
    std::ranges::copy(address(entry.copy, frame.target), ends.begin() + 4);
    mend(bytes, frame.ip + 10, old, ends);
    if (frame.sum != 0) {
      mend(bytes, frame.sum, old, ends);
    }
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const std::array<std::uint32_t, 4> record = {static_cast<std::uint32_t>(entry.time / 1'000'000),
                                                 static_cast<std::uint32_t>(entry.time % 1'000'000),
                                                 size, size};
    return std::fwrite(record.data(), sizeof record, 1, out_) == 1 &&
           std::fwrite(bytes.data(), bytes.size(), 1, out_) == 1;
  }

  const Template& plant_;
  std::FILE* out_;
  std::uint32_t hosts_per_copy_ = 0;
  std::uint32_t macs_per_copy_ = 0;
  std::uint64_t start_ = kStart;
  std::vector<unsigned char> buffer_;
};

int fail(const std::string& text) {
  std::fprintf(stderr, "multiply: %s\n", text.c_str());
  return 3;
}

// "tcp/502"; port 0 where it is none.
Service service_of(const std::string& text) {
  const bool udp = text.starts_with("udp/");
  if (!udp && !text.starts_with("tcp/")) {
    return {};
  }
  return {static_cast<unsigned char>(udp ? 17 : 6),
          static_cast<std::uint16_t>(std::strtoul(text.c_str() + 4, nullptr, 10))};
}

int run(const Wanted& wanted) {
  const std::size_t flows = std::max<std::size_t>(wanted.flows_alive, 1);
  const std::size_t per_flow =
      std::clamp<std::size_t>(std::min(wanted.packets, kPerGeneration) / flows, 4, kLongestFlow);
  std::string error;
  const Template plant = read_template(wanted.input, wanted.services, per_flow, error);
  if (!error.empty()) {
    return fail(error);
  }
  const auto copies = static_cast<std::uint32_t>((flows + plant.flows - 1) / plant.flows);
  const std::size_t generations = wanted.packets / (copies * plant.frames.size()) + 1;
  if (generations * copies * std::max(plant.hosts.size(), plant.macs.size()) >= 1U << 23) {
    return fail("so many packets need more addresses than 10.0.0.0/9 has; ask for fewer");
  }
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> out{
      std::fopen(wanted.output.c_str(), "wb"), &std::fclose};
  if (out == nullptr) {
    return fail(wanted.output + ": cannot be written");
  }
  Multiplier multiplier{plant, out.get()};
  bool good = multiplier.header();
  std::size_t written = 0;
  for (std::uint32_t first = 0; good && written < wanted.packets; first += copies) {
    const std::size_t now = multiplier.generation(first, copies, wanted.packets - written);
    good = now != 0;
    written += now;
  }
  if (!good || std::fflush(out.get()) != 0) {
    return fail(wanted.output + ": cannot be written; is the disk full?");
  }
  std::printf("%s: %zu packets, %zu flows at once, %zu packets a flow\n", wanted.output.c_str(),
              written, copies * plant.flows, per_flow);
  return 0;
}

}  // namespace
}  // namespace prahari::bench

int main(int argc, char** argv) {
  const std::span<char*> words{argv, static_cast<std::size_t>(argc)};
  if (words.size() < 3) {
    std::fputs("usage: multiply CAPTURE OUT [PACKETS [FLOWS_ALIVE [SERVICE...]]]\n", stderr);
    return 2;
  }
  prahari::bench::Wanted wanted;
  wanted.input = words[1];
  wanted.output = words[2];
  if (words.size() > 3) {
    wanted.packets = std::strtoull(words[3], nullptr, 10);
  }
  if (words.size() > 4) {
    wanted.flows_alive = std::strtoull(words[4], nullptr, 10);
  }
  for (const char* word : words.subspan(std::min<std::size_t>(words.size(), 5))) {
    wanted.services.push_back(prahari::bench::service_of(word));
    if (wanted.services.back().port == 0) {
      std::fprintf(stderr, "multiply: %s: a service is tcp/PORT or udp/PORT\n", word);
      return 2;
    }
  }
  if (wanted.services.empty()) {
    wanted.services.push_back({6, 502});
  }
  if (wanted.packets == 0 || wanted.flows_alive == 0) {
    std::fputs("multiply: PACKETS and FLOWS_ALIVE are numbers above 0\n", stderr);
    return 2;
  }
  return prahari::bench::run(wanted);
}
