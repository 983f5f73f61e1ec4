#include "capture/live.hpp"

#include <algorithm>

#include <pcap/pcap.h>
#include <poll.h>

#include "capture/capture_file.hpp"
#include "capture/link_type.hpp"

namespace prahari {
namespace {

constexpr int kRingBytes = 64 * 1024 * 1024;
constexpr int kWaitMilliseconds = 100;

std::string interface_names() {
  pcap_if_t* first = nullptr;
  char why[PCAP_ERRBUF_SIZE] = "";
  if (pcap_findalldevs(&first, why) != 0) {
    return {};
  }
  std::string names;
  for (const pcap_if_t* it = first; it != nullptr; it = it->next) {
    // Besides network interfaces libpcap lists USB, Bluetooth and netfilter.
    const std::string_view name = it->name;
    if (!name.starts_with("nf") && !name.starts_with("usbmon") && !name.starts_with("bluetooth") &&
        !name.starts_with("dbus")) {
      names += (names.empty() ? "" : ", ") + std::string{name};
    }
  }
  pcap_freealldevs(first);
  return names;
}

}  // namespace

void LiveSource::Close::operator()(pcap* handle) const noexcept { pcap_close(handle); }

LiveSource::LiveSource(const std::string& interface) {
  Input input;
  input.name = interface;
  input.format = "live";
  inputs_.push_back(std::move(input));
}

Result<std::unique_ptr<Source>> LiveSource::open(const std::string& interface) {
  std::unique_ptr<LiveSource> live{new LiveSource{interface}};
  char why[PCAP_ERRBUF_SIZE] = "";
  live->handle_.reset(pcap_create(interface.c_str(), why));
  if (live->handle_ == nullptr) {
    return Error{interface + ": cannot listen: " + why, Error::Kind::environment};
  }
  if (const Status configured = live->configure(); !configured) {
    return configured.error();
  }
  return std::unique_ptr<Source>{std::move(live)};
}

Status LiveSource::configure() {
  pcap* const handle = handle_.get();
  pcap_set_snaplen(handle, static_cast<int>(kMaxFrame));
  pcap_set_promisc(handle, 1);
  pcap_set_buffer_size(handle, kRingBytes);
  pcap_set_timeout(handle, kWaitMilliseconds);
  pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);  // refused: stays at micro
  if (const int outcome = pcap_activate(handle); outcome < 0) {
    return error(outcome);
  }
  if (inputs_.front().name == "any") {
    pcap_set_datalink(handle, DLT_LINUX_SLL2);  // refused: stays at SLL, which decode knows too
  }
  char why[PCAP_ERRBUF_SIZE] = "";
  if (pcap_setnonblock(handle, 1, why) != 0) {
    return Error{inputs_.front().name + ": cannot listen: " + why, Error::Kind::environment};
  }
  fraction_ = pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
  descriptor_ = pcap_get_selectable_fd(handle);
  link_ = link_type(static_cast<std::uint32_t>(pcap_datalink(handle)));
  return ok_status();
}

Error LiveSource::error(int code) const {
  const std::string start = inputs_.front().name + ": cannot listen: ";
  switch (code) {
    case PCAP_ERROR_NO_SUCH_DEVICE: {
      const std::string names = interface_names();
      return {start + "no such interface" + (names.empty() ? "" : "; there are: " + names),
              Error::Kind::environment};
    }
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return {start + "Operation not permitted; run as root or give the program CAP_NET_RAW",
              Error::Kind::environment};
    case PCAP_ERROR_IFACE_NOT_UP:
      return {start + "the interface is down; bring it up with: ip link set " +
                  inputs_.front().name + " up",
              Error::Kind::environment};
    default: {
      const std::string detail = pcap_geterr(handle_.get());
      return {start + (detail.empty() ? pcap_statustostr(code) : detail), Error::Kind::environment};
    }
  }
}

Source::Poll LiveSource::next(Packet& packet) noexcept {
  if (ended_) {
    return Poll::end;
  }
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  int outcome = pcap_next_ex(handle_.get(), &header, &data);
  if (outcome == 0) {
    pollfd ready{.fd = descriptor_, .events = POLLIN, .revents = 0};
    poll(&ready, 1, kWaitMilliseconds);
    outcome = pcap_next_ex(handle_.get(), &header, &data);
  }
  if (outcome == 0) {
    return Poll::idle;
  }
  Input& input = inputs_.front();
  if (outcome != 1) {
    ended_ = true;
    input.note =
        "stopped after packet " + std::to_string(input.packets) + ": " + pcap_geterr(handle_.get());
    return Poll::end;
  }
  const std::uint32_t captured = std::min(header->caplen, kMaxFrame);
  packet.bytes = std::as_bytes(std::span{data, captured});
  ++input.packets;
  bytes_ += captured;
  packet.ref = {.time = clamp_time(std::int64_t{header->ts.tv_sec} * 1'000'000'000 +
                                   header->ts.tv_usec * fraction_),
                .offset = kNotKept,
                .frame = static_cast<std::uint32_t>(input.packets),
                .captured = captured,
                .wire_length = std::max(header->len, captured),
                .file = 0,
                .link = link_};
  return Poll::packet;
}

SourceStats LiveSource::stats() const {
  SourceStats stats;
  stats.packets = inputs_.front().packets;
  stats.bytes = bytes_;
  pcap_stat kernel{};
  if (pcap_stats(handle_.get(), &kernel) == 0) {
    stats.kernel_drops = kernel_drops_.update(kernel.ps_drop);
    stats.interface_drops = interface_drops_.update(kernel.ps_ifdrop);
  }
  return stats;
}

}  // namespace prahari
