#include "sensor/blind_watch.hpp"

#include <cmath>
#include <cstdio>

namespace prahari {
namespace {

constexpr std::chrono::seconds kWindow{60};
constexpr std::uint64_t kLeastPackets = 1000;  // of a minute, to speak of a share
constexpr std::uint64_t kLeastFlows = 20;
constexpr std::array<std::string_view, 6> kNames = {"no-packets", "packets-dropped", "one-way",
                                                    "duplicates", "clock",           "disk"};

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

}  // namespace

BlindWatch::BlindWatch(const Policy& policy) {
  for (std::size_t i = 0; i < limits_.size(); ++i) {
    limits_[i] = policy.threshold(kBlindKind, kBlindThresholds[i], 0);
  }
}

std::vector<BlindNote> BlindWatch::look(const SelfReading& reading) {
  if (reading.packets != packets_) {
    packets_ = reading.packets;
    last_packet_ = reading.now;
  }
  while (!minute_.empty() && reading.now - minute_.front().now > kWindow) {
    minute_.pop_front();
  }
  if (minute_.empty() || reading.now - minute_.back().now >= std::chrono::seconds{1}) {
    minute_.push_back(reading);
  }
  std::vector<BlindNote> notes;
  for (std::uint8_t i = 0; i < kCauses; ++i) {
    Found found = judge(static_cast<Cause>(i), reading, minute_.front());
    if (found.enough && found.blind != blind_[i]) {
      blind_[i] = found.blind;
      notes.push_back({kNames[i], !found.blind, std::move(found.why)});
    }
  }
  return notes;
}

BlindWatch::Found BlindWatch::judge(Cause cause, const SelfReading& now,
                                    const SelfReading& before) const {
  const std::uint64_t packets = now.packets - before.packets;
  switch (cause) {
    case silence:
      return judge_silence(now);
    case drops: {
      const std::uint64_t lost = now.drops - before.drops;
      return judge_share(BlindLimit::drops, lost, packets + lost, kLeastPackets,
                         "packets of the last minute were dropped by the kernel: mirror fewer "
                         "ports, or give the sensor a faster machine");
    }
    case one_way:
      return judge_share(BlindLimit::one_way, now.tcp_one_way - before.tcp_one_way,
                         now.tcp - before.tcp, kLeastFlows,
                         "TCP connections that ended in the last minute showed one direction only: "
                         "set the mirror port to copy both");
    case duplicates:
      return judge_share(BlindLimit::duplicates, now.duplicates - before.duplicates, packets,
                         kLeastPackets,
                         "packets of the last minute arrived twice: the mirror copies a port on "
                         "its way in and on its way out");
    case clock:
      return judge_clock(now);
    case disk:
      break;
  }
  return judge_disk(now);
}

BlindWatch::Found BlindWatch::judge_silence(const SelfReading& now) const {
  if (packets_ == 0) {
    return {.blind = false, .enough = false, .why = {}};  // it never was active
  }
  const double seconds = std::chrono::duration<double>(now.now - last_packet_).count();
  if (seconds < limit(BlindLimit::silence)) {
    return {.blind = false, .enough = true, .why = "Packets arrive again."};
  }
  return {.blind = true,
          .enough = true,
          .why = "No packet for " + std::to_string(std::lround(seconds)) +
                 " s on an interface that was active: look at the cable, the mirror session and "
                 "the switch."};
}

BlindWatch::Found BlindWatch::judge_share(BlindLimit which, std::uint64_t part, std::uint64_t whole,
                                          std::uint64_t least, std::string_view words) const {
  if (whole < least) {
    return {.blind = false, .enough = false, .why = {}};
  }
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  const bool blind = percent > limit(which);
  return {.blind = blind,
          .enough = true,
          .why = number(percent) + " % of the " + std::string{words} +
                 (blind ? "." : "; it is within its limit again.")};
}

BlindWatch::Found BlindWatch::judge_clock(const SelfReading& now) const {
  if (!now.clock_offset) {
    return {.blind = false, .enough = false, .why = {}};
  }
  const bool blind = std::abs(*now.clock_offset) > limit(BlindLimit::clock);
  return {.blind = blind,
          .enough = true,
          .why = "The clock is off by " + number(std::abs(*now.clock_offset)) + " s" +
                 (blind ? ": look at the NTP servers of this machine." : ", within its limit.")};
}

BlindWatch::Found BlindWatch::judge_disk(const SelfReading& now) const {
  if (!now.disk_free) {
    return {.blind = false, .enough = false, .why = {}};
  }
  const double percent = 100.0 * *now.disk_free;
  const bool blind = percent < limit(BlindLimit::disk);
  return {.blind = blind,
          .enough = true,
          .why = number(percent) + " % of the disk is free" +
                 (blind ? ": make room, or evidence will be lost." : ".")};
}

}  // namespace prahari
