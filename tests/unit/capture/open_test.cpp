#include "capture/open.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/unit/capture/captures.hpp"

namespace prahari {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

std::string gzip(const std::string& bytes) {
  std::string out(bytes.size() + bytes.size() / 1000 + 100, '\0');
  z_stream state{};
  deflateInit2(&state, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  state.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  state.avail_in = static_cast<unsigned int>(bytes.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<unsigned int>(out.size());
  EXPECT_EQ(deflate(&state, Z_FINISH), Z_STREAM_END);
  out.resize(state.total_out);
  deflateEnd(&state);
  return out;
}

std::string zstd(const std::string& bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

std::string some_pcap(int packets = 46) {
  std::string bytes = pcap_header();
  for (int i = 1; i <= packets; ++i) {
    bytes += pcap_record(static_cast<std::uint32_t>(i), 0, "packet " + std::to_string(i));
  }
  return bytes;
}

struct Outcome {
  std::size_t packets = 0;
  Input input;
  std::string error;
};

Outcome read_file(const std::string& path) {
  const auto source = open_captures({path});
  if (!source) {
    return {0, {}, source.error().message};
  }
  Outcome out;
  out.packets = read_all(**source).size();
  out.input = (*source)->inputs().front();
  return out;
}

TEST(Open, HashesTheFileAsItLiesOnDisk) {
  const Folder folder;
  std::string bytes = some_pcap(0);
  bytes.resize(24);
  const Outcome out = read_file(folder.write("x.pcap", bytes));
  EXPECT_EQ(out.error, "");
  // sha256sum of the 24 bytes of an empty capture: d4c3b2a1 0200 0400 0 0 65535 1
  EXPECT_EQ(out.input.sha256, "acc530668c8bc60b2d229281130b1899bfc81d70fdada5c34b3236c628f739c8");
  EXPECT_EQ(out.input.size, 24U);
}

TEST(Open, KnowsCompressionByItsFirstBytes) {
  const std::string plain = some_pcap();
  const std::string half = plain.substr(0, 500);
  const std::string rest = plain.substr(500);
  const std::string skippable = Maker{}.u32(0x184d2a50).u32(5).raw("other").bytes();
  const std::tuple<const char*, const char*, std::string> cases[] = {
      {"plain.gz", "pcap", plain},
      {"one member", "pcap.gz", gzip(plain)},
      {"two members", "pcap.gz", gzip(half) + gzip(rest)},
      {"an empty member between", "pcap.gz", gzip(half) + gzip("") + gzip(rest)},
      {"padded like a tape", "pcap.gz", gzip(plain) + std::string(512, '\0')},
      {"one frame", "pcap.zst", zstd(plain)},
      {"two frames", "pcap.zst", zstd(half) + zstd(rest)},
      {"skippable frame", "pcap.zst", skippable + zstd(half) + skippable + zstd(rest)},
  };
  for (const auto& [name, format, bytes] : cases) {
    SCOPED_TRACE(name);
    const Folder folder;
    const Outcome out = read_file(folder.write(name, bytes));
    EXPECT_EQ(out.error, "");
    EXPECT_EQ(out.packets, 46U);
    EXPECT_EQ(out.input.format, format);
    EXPECT_EQ(out.input.note, "");
    EXPECT_EQ(out.input.size, bytes.size());
    EXPECT_EQ(out.input.sha256.size(), 64U);
  }
}

TEST(Open, ReadsDamagedCompressionAsFarAsItGoes) {
  const std::string plain = some_pcap(2000);
  std::string bad_check = gzip(plain);
  bad_check[bad_check.size() - 6] ^= 1;
  const Folder folder;
  const auto note = [&folder](const std::string& bytes) {
    return read_file(folder.write("x", bytes)).input.note;
  };
  EXPECT_EQ(note(bad_check), "damaged after packet 2000: gzip data: incorrect data check");
  EXPECT_EQ(note(gzip(plain) + "rubbish"),
            "damaged after packet 2000: other bytes follow the gzip data");
  EXPECT_EQ(note(zstd(plain) + "rubbish"),
            "damaged after packet 2000: zstd data: Unknown frame descriptor");
  EXPECT_EQ(note(gzip(plain) + gzip("x").substr(0, 5)),
            "cut short after packet 2000: the gzip data ends early");
  for (const std::string& whole : {gzip(plain), zstd(plain)}) {
    for (std::size_t size = 4; size < whole.size(); size += 97) {
      SCOPED_TRACE(size);
      const Outcome out = read_file(folder.write("x", whole.substr(0, size)));
      if (out.error.empty()) {
        EXPECT_TRUE(out.input.note.starts_with("cut short after packet")) << out.input.note;
      }
    }
  }
}

// A gigabyte of zeros in a megabyte: packets without bytes, in no memory to speak of.
TEST(Open, UnpacksABombInConstantMemory) {
  constexpr std::size_t kMegabyte = 1 << 20;
  const std::string zeros = gzip(std::string(16 * kMegabyte, '\0'));
  std::string bomb = gzip(pcap_header());
  for (int i = 0; i < 4; ++i) {
    bomb += zeros;
  }
  const Folder folder;
  const auto source = open_captures({folder.write("bomb.gz", bomb)});
  ASSERT_TRUE(source);
  Packet packet;
  std::uint64_t packets = 0;
  while ((*source)->next(packet) == Source::Poll::packet) {
    ++packets;
  }
  EXPECT_EQ(packets, 4 * kMegabyte);
}

TEST(Open, SaysWhyAFileIsNoCapture) {
  const Folder folder;
  const std::string path = folder.path("x");
  const std::tuple<std::string, std::string> cases[] = {
      {"Hello, world",
       ": not a capture: expected pcap or pcapng (also .gz, .zst); first bytes are "
       "48 65 6c 6c"},
      {"ab", ": not a capture: expected pcap or pcapng (also .gz, .zst); first bytes are 61 62"},
      {"", ": empty file, not a capture: expected pcap or pcapng (also .gz, .zst)"},
      {gzip(""), ": empty inside, not a capture: expected pcap or pcapng (also .gz, .zst)"},
      {gzip("text"),
       ": not a capture: expected pcap or pcapng (also .gz, .zst); first bytes are "
       "74 65 78 74"},
      {"\x1f\x8b\x08zzzzzzzzzz", ": cannot be read: gzip data: unknown header flags set"},
      {"\xfd"
       "7zXZ",
       ": not a capture: expected pcap or pcapng (also .gz, .zst); first bytes are fd 37 7a 58; it "
       "is packed with xz: unpack it first (xz -d)"},
      {pcap_header().substr(0, 23), ": not a capture: cut inside the file header, after 23 bytes"},
      {section().substr(0, 20), ": not a capture: cut inside the file header, after 20 bytes"},
      {"\xd4\xc3\xb2\xa1\x09" + std::string(40, '\0'),
       ": not a capture that can be read: unsupported pcap savefile version 9.0"},
  };
  for (const auto& [bytes, message] : cases) {
    const auto source = open_captures({folder.write("x", bytes)});
    ASSERT_FALSE(source) << message;
    EXPECT_EQ(source.error().message, path + message);
    EXPECT_EQ(source.error().kind, Error::Kind::input);
  }
}

TEST(Open, SaysWhyAFileCannotBeOpened) {
  const Folder folder;
  const auto missing = open_captures({folder.path("none.pcap")});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, folder.path("none.pcap") + ": no such file");
  EXPECT_EQ(missing.error().kind, Error::Kind::input);

  const auto directory = open_captures({folder.path("")});
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().message,
            folder.path("") + ": is a directory; name the captures in it");
  EXPECT_EQ(directory.error().kind, Error::Kind::input);

  const auto none = open_captures({});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, Error::Kind::usage);
}

TEST(Open, SaysWhenPermissionIsMissing) {
  const Folder folder;
  const std::string path = folder.write("x.pcap", some_pcap());
  chmod(path.c_str(), 0);
  const bool root = geteuid() == 0;  // who may read everything
  if (root && seteuid(65534) != 0) {
    GTEST_SKIP() << "run by root, who cannot become anyone else here";
  }
  const auto source = open_captures({path});
  EXPECT_EQ(seteuid(root ? 0 : geteuid()), 0);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, Error::Kind::environment);
  EXPECT_TRUE(source.error().message.starts_with(path + ": no permission to read it"));
}

TEST(Open, ReadsANamedPipeAndKeepsItsPackets) {
  const Folder folder;
  const std::string pipe = folder.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::jthread writer{[&pipe] { std::ofstream{pipe, std::ios::binary} << some_pcap(); }};
  const auto source = open_captures({pipe}, {.stream = {}, .spool = folder.path("spool.pcapng")});
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(read_all(**source).size(), 46U);
  const Input& input = (*source)->inputs().front();
  EXPECT_EQ(input.name, pipe);
  EXPECT_EQ(input.kept_in, folder.path("spool.pcapng"));
  EXPECT_EQ(input.size, some_pcap().size());
  EXPECT_EQ(input.sha256.size(), 64U);
}

TEST(Open, StopsWaitingForASilentPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string bytes = some_pcap(3);
  ASSERT_EQ(write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  std::atomic<bool> stop{false};
  const auto source = open_captures({"/dev/fd/" + std::to_string(ends[0])},
                                    {.stream = {.hash = true, .stop = &stop}, .spool = {}});
  ASSERT_TRUE(source) << source.error().message;
  std::jthread stopper{[&stop] {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    stop = true;
  }};
  EXPECT_EQ(read_all(**source).size(), 3U);
  EXPECT_EQ((*source)->inputs().front().note, "stopped after packet 3");
  EXPECT_EQ((*source)->inputs().front().sha256, "") << "of a part it would mislead";
  close(ends[0]);
  close(ends[1]);
}

TEST(Open, MeasuresHashingApart) {
  const Folder folder;
  const std::string path = folder.write("x", some_pcap(5000));
  const auto with = open_captures({path});
  ASSERT_TRUE(with);
  read_all(**with);
  EXPECT_GT((*with)->stats().hash_nanoseconds, 0U);
  const auto without = open_captures({path}, {.stream = {.hash = false}, .spool = {}});
  ASSERT_TRUE(without);
  EXPECT_EQ(read_all(**without).size(), 5000U);
  EXPECT_EQ((*without)->stats().hash_nanoseconds, 0U);
  EXPECT_EQ((*without)->inputs().front().sha256, "");
}

}  // namespace
}  // namespace prahari
