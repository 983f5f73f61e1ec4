// Writing packets, and fetching them again.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zlib.h>

#include "capture/packet_fetcher.hpp"
#include "capture/pcap_writer.hpp"
#include "capture/tee_source.hpp"
#include "tests/unit/capture/captures.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

Packet packet_of(const Kept& kept) { return {kept.ref, std::as_bytes(std::span{kept.bytes})}; }

std::vector<PacketRef> refs_of(const std::vector<Kept>& packets) {
  std::vector<PacketRef> refs;
  refs.reserve(packets.size());
  for (const Kept& packet : packets) {
    refs.push_back(packet.ref);
  }
  return refs;
}

std::vector<Kept> sample(std::int64_t step, std::vector<LinkType> links) {
  std::vector<Kept> packets;
  for (std::uint32_t i = 0; i < 100; ++i) {
    Kept packet;
    packet.bytes = std::string(i * 37 % 1500, static_cast<char>('a' + i % 26));
    packet.ref.time = Timestamp{std::chrono::nanoseconds{1'700'000'000'000'000'000 + i * step}};
    packet.ref.frame = i + 1;
    packet.ref.captured = static_cast<std::uint32_t>(packet.bytes.size());
    packet.ref.wire_length = packet.ref.captured + i % 3;
    packet.ref.link = links[i % links.size()];
    packets.push_back(packet);
  }
  return packets;
}

std::uint64_t write_all(const std::string& path, PcapForm form, const std::vector<Kept>& packets) {
  auto writer = PcapWriter::create(path, form);
  EXPECT_TRUE(writer) << writer.error().message;
  for (const Kept& packet : packets) {
    const std::uint64_t before = writer->size();
    const std::uint64_t cost = writer->cost(packet_of(packet));
    const Status written = writer->write(packet_of(packet));
    EXPECT_TRUE(written) << written.error().message;
    EXPECT_EQ(writer->size(), before + cost);
  }
  EXPECT_TRUE(writer->close());
  return writer->size();
}

TEST(PcapWriter, ChoosesThePlainestForm) {
  EXPECT_EQ(pcap_form({}), PcapForm::microseconds);
  EXPECT_EQ(pcap_form(refs_of(sample(1000, {LinkType::ethernet}))), PcapForm::microseconds);
  EXPECT_EQ(pcap_form(refs_of(sample(1, {LinkType::ethernet}))), PcapForm::nanoseconds);
  EXPECT_EQ(pcap_form(refs_of(sample(1, {LinkType::ethernet, LinkType::raw_ip}))),
            PcapForm::pcapng);
  PacketRef late;
  late.time = kLatestTime;
  EXPECT_EQ(pcap_form({&late, 1}), PcapForm::pcapng);
}

TEST(PcapWriter, WritesWhatIsReadAgain) {
  const std::tuple<PcapForm, std::int64_t, std::vector<LinkType>, const char*> cases[] = {
      {PcapForm::microseconds, 1000, {LinkType::raw_ip}, "pcap"},
      {PcapForm::nanoseconds, 1, {LinkType::ethernet}, "pcap"},
      {PcapForm::pcapng, 7, {LinkType::null, LinkType::ethernet, LinkType::linux_sll2}, "pcapng"},
  };
  for (const auto& [form, step, links, format] : cases) {
    SCOPED_TRACE(static_cast<int>(form));
    const Folder folder;
    const auto packets = sample(step, links);
    const std::string path = folder.path("out");
    const std::uint64_t size = write_all(path, form, packets);
    EXPECT_EQ(std::filesystem::file_size(path), size);
    const auto source = open_capture(path);
    ASSERT_TRUE(source) << source.error().message;
    const auto again = read_all(**source);
    ASSERT_EQ(again.size(), packets.size());
    for (std::size_t i = 0; i < again.size(); ++i) {
      EXPECT_EQ(again[i].bytes, packets[i].bytes);
      EXPECT_EQ(again[i].ref.time, packets[i].ref.time);
      EXPECT_EQ(again[i].ref.wire_length, packets[i].ref.wire_length);
      EXPECT_EQ(again[i].ref.link, packets[i].ref.link);
    }
    EXPECT_EQ((*source)->inputs()[0].format, format);
    EXPECT_EQ((*source)->inputs()[0].note, "");
  }
}

TEST(PcapWriter, MakesAValidFileOfNoPackets) {
  const Folder folder;
  EXPECT_EQ(write_all(folder.path("x"), PcapForm::microseconds, {}), 24U);
  EXPECT_EQ(contents(folder.path("x")), pcap_header(Order::little, 0xa1b2c3d4, 1, 262144));
}

TEST(PcapWriter, SaysWhyItCannotWrite) {
  const auto nowhere = PcapWriter::create("/no/such/folder/x.pcap", PcapForm::microseconds);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message,
            "/no/such/folder/x.pcap: cannot create: No such file or directory");
  if (access("/dev/full", W_OK) != 0) {
    GTEST_SKIP() << "no /dev/full here";
  }
  auto full = PcapWriter::create("/dev/full", PcapForm::microseconds);
  ASSERT_TRUE(full);
  const auto packets = sample(1000, {LinkType::ethernet});
  EXPECT_TRUE(full->write(packet_of(packets[1])));
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Status flushed = attempt == 0 ? full->flush() : full->close();
    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().message, "/dev/full: cannot write: No space left on device");
    EXPECT_EQ(flushed.error().kind, Error::Kind::environment);
  }
}

TEST(PcapWriter, RefusesASecondLinkTypeInAClassicFile) {
  const Folder folder;
  auto writer = PcapWriter::create(folder.path("x"), PcapForm::microseconds);
  ASSERT_TRUE(writer);
  const auto packets = sample(1000, {LinkType::ethernet, LinkType::raw_ip});
  EXPECT_TRUE(writer->write(packet_of(packets[0])));
  EXPECT_FALSE(writer->write(packet_of(packets[1])));
}

// Reads a capture, then fetches every third packet, and the last.
void expect_fetched(Source& source) {
  const auto packets = read_all(source);
  ASSERT_FALSE(packets.empty());
  std::vector<PacketRef> refs;
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (i % 3 == 0 || i + 1 == packets.size()) {
      refs.push_back(packets[i].ref);
      wanted.push_back(packets[i].bytes);
    }
  }
  std::vector<std::string> fetched;
  const Status status = fetch_packets(source.inputs().front(), refs, [&](const Packet& packet) {
    fetched.push_back(text(packet.bytes));
    return ok_status();
  });
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_EQ(fetched, wanted);
}

TEST(PacketFetcher, GivesTheBytesThatWereRead) {
  const Folder folder;
  for (const PcapForm form : {PcapForm::nanoseconds, PcapForm::pcapng}) {
    const std::string path = folder.path("x");
    write_all(path, form, sample(7, {LinkType::ethernet}));
    const auto plain = open_capture(path);
    ASSERT_TRUE(plain);
    expect_fetched(**plain);

    const std::string bytes = contents(path);
    gzFile packed = gzopen(folder.path("x.gz").c_str(), "wb");
    gzwrite(packed, bytes.data(), static_cast<unsigned int>(bytes.size()));
    gzclose(packed);
    const auto unpacked = open_capture(folder.path("x.gz"));
    ASSERT_TRUE(unpacked);
    expect_fetched(**unpacked);
  }
}

TEST(PacketFetcher, SeeksOverALongGap) {
  const Folder folder;
  std::string bytes = pcap_header() + pcap_record(1, 0, "first");
  for (std::uint32_t i = 0; i < 100; ++i) {
    bytes += pcap_record(2, i, std::string(50'000, 'x'));
  }
  const auto source = open_capture(folder.write("x", bytes + pcap_record(3, 0, "last")));
  ASSERT_TRUE(source);
  const auto packets = read_all(**source);
  const PacketRef refs[] = {packets.front().ref, packets.back().ref, packets.back().ref};
  std::string fetched;
  ASSERT_TRUE(fetch_packets((*source)->inputs()[0], refs, [&](const Packet& packet) {
    fetched += text(packet.bytes) + " ";
    return ok_status();
  }));
  EXPECT_EQ(fetched, "first last last ");
}

TEST(PacketFetcher, RefusesAFileThatChanged) {
  const Folder folder;
  const std::string bytes = pcap_header() + pcap_record(1, 0, "first") + pcap_record(2, 0, "last");
  const std::string path = folder.write("x", bytes);
  const auto source = open_capture(path);
  ASSERT_TRUE(source);
  const auto refs = refs_of(read_all(**source));
  const Input& input = (*source)->inputs()[0];
  const auto fetch = [&] {
    const Status status = fetch_packets(input, refs, [](const Packet&) { return ok_status(); });
    return status ? std::string{} : status.error().message;
  };
  EXPECT_EQ(fetch(), "");
  const std::string changed =
      path + ": changed since it was read; its packets cannot serve as evidence any more";
  const timespec other_time[2] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};

  folder.put("x", bytes.substr(0, 50));
  EXPECT_EQ(fetch(), changed);
  folder.put("x", bytes + pcap_record(3, 0, "grown"));
  EXPECT_EQ(fetch(), "") << "what was read is still there";
  folder.put("x", pcap_header() + pcap_record(9, 0, "FIRST") + std::string(100, 'x'));
  EXPECT_EQ(fetch(), changed);
  folder.put("x", bytes);
  utimensat(AT_FDCWD, path.c_str(), other_time, 0);
  EXPECT_EQ(fetch(), "") << "only touched";
  folder.put("x", pcap_header() + pcap_record(1, 0, "FIRST") + pcap_record(2, 0, "last"));
  utimensat(AT_FDCWD, path.c_str(), other_time, 0);
  EXPECT_EQ(fetch(), changed);
  std::filesystem::remove(path);
  EXPECT_EQ(fetch(), path + ": no such file");
}

TEST(PacketFetcher, RefusesWhatItCannotFind) {
  const Folder folder;
  const auto source = open_capture(folder.write("x", pcap_header() + pcap_record(1, 0, "only")));
  ASSERT_TRUE(source);
  auto refs = refs_of(read_all(**source));
  const Input& input = (*source)->inputs()[0];
  const TakePacket ignore = [](const Packet&) { return ok_status(); };
  refs.push_back(refs[0]);
  refs[1].offset = 20;  // out of order
  EXPECT_FALSE(fetch_packets(input, refs, ignore));
  refs[1].offset = 1'000'000;
  EXPECT_FALSE(fetch_packets(input, refs, ignore));
  refs[1].offset = kNotKept;
  EXPECT_TRUE(fetch_packets(input, refs, ignore)) << "passed over";
  const Status refused =
      fetch_packets(input, refs, [](const Packet&) { return Status{Error{"disk full"}}; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "disk full");
  Input pipe;
  pipe.name = "-";
  EXPECT_FALSE(fetch_packets(pipe, refs, ignore));
}

std::unique_ptr<Source> open_tee(const Folder& folder, std::uint64_t limit) {
  std::string bytes = section() + interface(1) + interface(101);
  for (std::uint32_t i = 0; i < 100; ++i) {
    bytes += enhanced(i % 2, std::uint64_t{i} * 10'000, "packet " + std::to_string(i));
  }
  auto source = open_capture(folder.write("x", bytes));
  EXPECT_TRUE(source);
  auto tee = TeeSource::open(std::move(*source), folder.path("spool"), limit);
  EXPECT_TRUE(tee);
  return std::move(*tee);
}

TEST(TeeSource, KeepsPacketsToBeFetched) {
  const Folder folder;
  const auto tee = open_tee(folder, 1'000'000);
  expect_fetched(*tee);
  EXPECT_EQ(tee->stats().not_kept, 0U);
  EXPECT_EQ(tee->stats().packets, 100U);
}

TEST(TeeSource, CanBeFetchedFromWhileItRuns) {
  const Folder folder;
  const auto tee = open_tee(folder, 1'000'000);
  Packet packet;
  ASSERT_EQ(tee->next(packet), Source::Poll::packet);
  const PacketRef ref = packet.ref;
  std::string fetched;
  const Status status = fetch_packets(tee->inputs()[0], {&ref, 1}, [&](const Packet& again) {
    fetched = text(again.bytes);
    return ok_status();
  });
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_EQ(fetched, "packet 0");
}

TEST(TeeSource, StopsAtItsLimitAndCounts) {
  const Folder folder;
  const auto tee = open_tee(folder, 1000);
  const auto packets = read_all(*tee);
  ASSERT_EQ(packets.size(), 100U);
  std::size_t kept = 0;
  for (const Kept& packet : packets) {
    kept += packet.ref.offset != kNotKept ? 1 : 0;
  }
  EXPECT_GT(kept, 10U);
  EXPECT_EQ(packets[kept].ref.offset, kNotKept);
  EXPECT_EQ(packets[kept].ref.frame, kept + 1);
  EXPECT_EQ(tee->stats().not_kept, 100 - kept);
  EXPECT_LE(std::filesystem::file_size(folder.path("spool")), 1000U);
  EXPECT_EQ(tee->inputs()[0].note, "evidence: spool full after packet " + std::to_string(kept));
  const auto spool = open_capture(folder.path("spool"));
  ASSERT_TRUE(spool);
  EXPECT_EQ(read_all(**spool).size(), kept);
}

}  // namespace
}  // namespace prahari
