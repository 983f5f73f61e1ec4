#include "alerts/evidence.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <system_error>
#include <vector>

#include "capture/packet_fetcher.hpp"
#include "capture/pcap_writer.hpp"
#include "capture/sha256.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

using Place = std::pair<std::uint16_t, std::uint64_t>;  // file and offset

Place place_of(const PacketRef& packet) noexcept { return {packet.file, packet.offset}; }

// The bytes of one batch, each packet once.
class Store {
 public:
  void want(const PacketRef& packet) {
    if (packet.offset != kNotKept) {
      wanted_.push_back(packet);
    }
  }

  void fetch(std::span<const Input> inputs) {
    std::sort(wanted_.begin(), wanted_.end(),
              [](const PacketRef& a, const PacketRef& b) { return place_of(a) < place_of(b); });
    wanted_.erase(std::unique(wanted_.begin(), wanted_.end(),
                              [](const PacketRef& a, const PacketRef& b) {
                                return place_of(a) == place_of(b);
                              }),
                  wanted_.end());
    for (auto begin = wanted_.begin(); begin != wanted_.end();) {
      const std::uint16_t file = begin->file;
      const auto end = std::find_if(begin, wanted_.end(),
                                    [file](const PacketRef& ref) { return ref.file != file; });
      fetch_file(inputs, file, std::span<const PacketRef>(begin, end));
      begin = end;
    }
  }

  // Empty where the packet could not be fetched.
  [[nodiscard]] std::optional<Bytes> bytes(const PacketRef& packet) const {
    const auto found = found_.find(place_of(packet));
    if (found == found_.end()) {
      return std::nullopt;
    }
    return Bytes(arena_).subspan(found->second.first, found->second.second);
  }

  [[nodiscard]] std::string error(std::uint16_t file) const {
    const auto found = errors_.find(file);
    return found == errors_.end() ? std::string() : found->second;
  }

 private:
  void fetch_file(std::span<const Input> inputs, std::uint16_t file,
                  std::span<const PacketRef> refs) {
    if (file >= inputs.size()) {
      errors_[file] = "the capture of these packets is not known";
      return;
    }
    const Status status = fetch_packets(inputs[file], refs, [&](const Packet& packet) -> Status {
      found_[{file, packet.ref.offset}] = {arena_.size(), packet.bytes.size()};
      arena_.insert(arena_.end(), packet.bytes.begin(), packet.bytes.end());
      return ok_status();
    });
    if (!status) {
      errors_[file] = status.error().message;
    }
  }

  std::vector<PacketRef> wanted_;
  std::vector<std::byte> arena_;
  std::map<Place, std::pair<std::size_t, std::size_t>> found_;
  std::map<std::uint16_t, std::string> errors_;
};

Result<std::string> sha256_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  Sha256 sum;
  std::array<char, 65'536> buffer{};
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
    sum.update(std::as_bytes(std::span(buffer).first(static_cast<std::size_t>(in.gcount()))));
  }
  if (in.bad() || !in.is_open()) {
    return Error{path.string() + ": cannot read back what was written; check the disk",
                 Error::Kind::environment};
  }
  return sum.finish();
}

// Which packets of the alert are there, and why the others are not.
struct Selection {
  std::vector<PacketRef> refs;
  std::string missing;
};

Selection select(const Alert& alert, const Store& store, std::uint64_t most) {
  Selection out;
  std::uint64_t bytes = 0;
  std::size_t over = 0;
  for (const PacketRef& packet : alert.evidence) {
    if (!store.bytes(packet)) {
      if (out.missing.empty()) {
        out.missing =
            packet.offset == kNotKept ? "the packets were not kept" : store.error(packet.file);
      }
    } else if (bytes + packet.captured > most) {
      ++over;
    } else {
      bytes += packet.captured;
      out.refs.push_back(packet);
    }
  }
  if (over != 0) {
    out.missing = std::to_string(over) + " packets beyond the size limit are not in the pcap";
  }
  return out;
}

Status write_alert(Alert& alert, const Store& store, const fs::path& folder, std::uint64_t most) {
  Selection selection = select(alert, store, most);
  alert.file.missing = selection.missing;
  if (selection.refs.empty()) {
    if (alert.file.missing.empty()) {
      alert.file.missing = "the alert names no packet";
    }
    return ok_status();
  }
  const std::string name = "alerts/" + alert.id + ".pcap";
  const fs::path path = folder / name;
  const fs::path part = path.string() + ".part";
  Result<PcapWriter> writer = PcapWriter::create(part.string(), pcap_form(selection.refs));
  if (!writer) {
    return writer.error();
  }
  for (const PacketRef& ref : selection.refs) {
    if (Status status = writer->write({ref, *store.bytes(ref)}); !status) {
      return status;
    }
  }
  if (Status status = writer->close(); !status) {
    return status;
  }
  const Result<std::string> sum = sha256_of(part);
  if (!sum) {
    return sum.error();
  }
  std::error_code error;
  fs::rename(part, path, error);
  if (error) {
    return Error{path.string() + ": cannot rename: " + error.message(), Error::Kind::environment};
  }
  alert.file.pcap = name;
  alert.file.sha256 = *sum;
  alert.file.bytes = writer->size();
  alert.file.packets = static_cast<std::uint32_t>(selection.refs.size());
  return ok_status();
}

std::uint64_t size_of(const Alert& alert) {
  std::uint64_t bytes = 0;
  for (const PacketRef& packet : alert.evidence) {
    bytes += packet.captured;
  }
  return bytes;
}

Status write_batch(std::span<Alert> batch, std::span<const Input> inputs, const fs::path& folder,
                   const EvidenceLimits& limits) {
  Store store;
  for (const Alert& alert : batch) {
    std::uint64_t bytes = 0;
    for (const PacketRef& packet : alert.evidence) {
      bytes += packet.captured;
      if (bytes <= limits.batch_bytes) {
        store.want(packet);
      }
    }
  }
  store.fetch(inputs);
  for (Alert& alert : batch) {
    if (Status status = write_alert(alert, store, folder, limits.batch_bytes); !status) {
      return status;
    }
  }
  return ok_status();
}

}  // namespace

Status write_evidence(std::span<Alert> alerts, std::span<const Input> inputs,
                      const fs::path& folder, EvidenceLimits limits) {
  std::error_code error;
  fs::create_directories(folder / "alerts", error);
  if (error) {
    return Error{(folder / "alerts").string() + ": cannot make the folder: " + error.message(),
                 Error::Kind::environment};
  }
  while (!alerts.empty()) {
    std::uint64_t bytes = size_of(alerts.front());
    std::size_t count = 1;
    while (count < alerts.size() && bytes + size_of(alerts[count]) <= limits.batch_bytes) {
      bytes += size_of(alerts[count]);
      ++count;
    }
    if (Status status = write_batch(alerts.first(count), inputs, folder, limits); !status) {
      return status;
    }
    alerts = alerts.subspan(count);
  }
  return ok_status();
}

}  // namespace prahari
