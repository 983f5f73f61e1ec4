#include <csignal>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "alerts/evidence.hpp"
#include "alerts/result_folder.hpp"
#include "capture/open.hpp"
#include "tests/unit/alerts/fake_plant.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

class Output : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) / ("prahari-out-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string read(const fs::path& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
  }
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }

  fs::path folder_;
};

TEST_F(Output, ReplacesItsOwnFolderOnly) {
  Result<ResultFolder> first = ResultFolder::create(folder_);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(first->write("incidents/INC-1.json", "{}"));
  ASSERT_TRUE(first->write("summary.json", "{}"));
  ASSERT_TRUE(first->finish());
  put("notes.txt", "mine");
  EXPECT_TRUE(is_result_folder(folder_));
  ASSERT_TRUE(ResultFolder::create(folder_));
  EXPECT_FALSE(fs::exists(folder_ / "incidents"));
  EXPECT_FALSE(fs::exists(folder_ / "summary.json"));
  EXPECT_EQ(read(folder_ / "notes.txt"), "mine");
}

TEST_F(Output, RefusesAFolderThatIsNotOurs) {
  put("thesis.txt", "precious");
  const Result<ResultFolder> refused = ResultFolder::create(folder_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::usage);
  EXPECT_EQ(read(folder_ / "thesis.txt"), "precious");
  const Result<ResultFolder> file = ResultFolder::create(folder_ / "thesis.txt");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, Error::Kind::usage);
}

TEST_F(Output, AnEmptyFolderWillDo) {
  fs::create_directories(folder_);
  EXPECT_TRUE(ResultFolder::create(folder_));
}

TEST_F(Output, ASensorGoesOnWithItsFolderAndNothingReplacesIt) {
  ASSERT_TRUE(ResultFolder::create(folder_));
  ASSERT_TRUE(append_whole(folder_ / "alerts.jsonl", "one\n"));
  const Result<ResultFolder> state = ResultFolder::resume(folder_);
  ASSERT_TRUE(state) << state.error().message;
  ASSERT_TRUE(append_whole(folder_ / "alerts.jsonl", "two\n"));
  ASSERT_TRUE(state->finish());
  EXPECT_EQ(read(folder_ / "alerts.jsonl"), "one\ntwo\n");
  const Result<ResultFolder> refused = ResultFolder::create(folder_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::usage);
  EXPECT_NE(refused.error().message.find("state of a sensor"), std::string::npos);
  EXPECT_EQ(read(folder_ / "alerts.jsonl"), "one\ntwo\n");
  EXPECT_TRUE(ResultFolder::resume(folder_));
}

TEST_F(Output, AStreamGetsItsNameWhenItIsWhole) {
  const Result<ResultFolder> folder = ResultFolder::create(folder_);
  ASSERT_TRUE(folder);
  const Status written = folder->write_stream("flows.csv", [this](std::ostream& out) {
    out << "client";
    EXPECT_FALSE(fs::exists(folder_ / "flows.csv"));
  });
  EXPECT_TRUE(written);
  EXPECT_EQ(read(folder_ / "flows.csv"), "client");
}

// Runs with files bound to 1,024 bytes, as on a full disk.
template <class Work>
auto on_a_small_disk(Work&& work) {
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1024, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  auto result = work();
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  return result;
}

TEST_F(Output, ALineThatDoesNotFitIsNotHalfWritten) {
  ASSERT_TRUE(ResultFolder::resume(folder_));
  const fs::path file = folder_ / "alerts.jsonl";
  ASSERT_TRUE(append_whole(file, "one\n"));
  const Status full =
      on_a_small_disk([&] { return append_whole(file, std::string(2000, 'x') + "\n"); });
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, Error::Kind::environment);
  EXPECT_EQ(read(file), "one\n");
  ASSERT_TRUE(append_whole(file, "two\n"));
  EXPECT_EQ(read(file), "one\ntwo\n");
}

TEST_F(Output, ADiskThatIsFullIsOneLineAndNoHalfFile) {
  Result<ResultFolder> folder = ResultFolder::create(folder_);
  ASSERT_TRUE(folder);
  ASSERT_TRUE(folder->write("alerts.jsonl", "old"));
  const Status status =
      on_a_small_disk([&] { return folder->write("alerts.jsonl", std::string(100'000, 'x')); });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, Error::Kind::environment);
  EXPECT_NE(status.error().message.find("alerts.jsonl: cannot write: "), std::string::npos);
  EXPECT_EQ(read(folder_ / "alerts.jsonl"), "old");
  EXPECT_FALSE(fs::exists(folder_ / "alerts.jsonl.part"));
}

// Three packets of 4, 5 and 6 bytes, made as a classic little-endian pcap.
std::string small_pcap(std::vector<PacketRef>& refs) {
  std::string out("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0", 24);
  const auto put32 = [&out](std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      out += static_cast<char>(value >> shift & 0xFFU);
    }
  };
  for (std::uint32_t i = 1; i <= 3; ++i) {
    put32(1'700'000'000 + i);
    put32(i * 1000);
    put32(i + 3);
    put32(i + 3);
    PacketRef ref;
    ref.time = Timestamp{std::chrono::seconds{1'700'000'000 + i}} + std::chrono::milliseconds{i};
    ref.offset = out.size();
    ref.frame = i;
    ref.captured = i + 3;
    ref.wire_length = i + 3;
    refs.push_back(ref);
    out.append(i + 3, static_cast<char>('a' + i));
  }
  return out;
}

TEST_F(Output, EachAlertGetsItsPacketsWithTheirTimes) {
  std::vector<PacketRef> refs;
  put("in.pcap", small_pcap(refs));
  const fs::path in = folder_ / "in.pcap";
  Result<std::unique_ptr<Source>> source = open_captures({in.string()});
  ASSERT_TRUE(source) << source.error().message;
  std::vector<PacketRef> seen;
  for (Packet packet; (*source)->next(packet) == Source::Poll::packet;) {
    seen.push_back(packet.ref);
  }
  ASSERT_EQ(seen.size(), 3U);
  std::vector<Alert> alerts = {test::alert_of(test::write_finding(), "a"),
                               test::alert_of(test::write_finding(), "b"),
                               test::alert_of(test::write_finding(), "c")};
  alerts[0].evidence = {seen[0], seen[2]};
  alerts[1].evidence = {seen[2]};
  alerts[2].evidence = {seen[1]};
  alerts[2].evidence[0].offset = kNotKept;
  ASSERT_TRUE(write_evidence(alerts, (*source)->inputs(), folder_));
  const std::string written = read(folder_ / "alerts/a.pcap");
  EXPECT_EQ(written.size(), 24U + 16 + 4 + 16 + 6);
  EXPECT_EQ(written.substr(40, 4), "bbbb");
  EXPECT_EQ(written.substr(60), "dddddd");
  EXPECT_EQ(alerts[0].file.pcap, "alerts/a.pcap");
  EXPECT_EQ(alerts[0].file.bytes, written.size());
  EXPECT_EQ(alerts[0].file.sha256.size(), 64U);
  EXPECT_EQ(alerts[1].file.packets, 1U);
  EXPECT_TRUE(alerts[2].file.pcap.empty());
  EXPECT_EQ(alerts[2].file.missing, "the packets were not kept");
}

TEST_F(Output, SmallBatchesGiveTheSameFiles) {
  std::vector<PacketRef> refs;
  put("in.pcap", small_pcap(refs));
  std::vector<Alert> alerts;
  for (int i = 0; i < 20; ++i) {
    alerts.push_back(test::alert_of(test::write_finding(), "a" + std::to_string(i)));
    alerts.back().evidence = refs;
  }
  Result<std::unique_ptr<Source>> source = open_captures({(folder_ / "in.pcap").string()});
  ASSERT_TRUE(source);
  for (Packet packet; (*source)->next(packet) == Source::Poll::packet;) {
  }
  ASSERT_TRUE(write_evidence(alerts, (*source)->inputs(), folder_, {.batch_bytes = 32}));
  for (const Alert& alert : alerts) {
    EXPECT_EQ(alert.file.sha256, alerts[0].file.sha256);
    EXPECT_EQ(alert.file.packets, 3U) << alert.file.missing;
  }
}

TEST_F(Output, ACaptureThatIsGoneCostsTheEvidenceOnly) {
  fs::create_directories(folder_);
  std::vector<Alert> alerts = {test::alert_of(test::write_finding(), "a")};
  Input gone;
  gone.name = (folder_ / "gone.pcap").string();
  gone.format = "pcap";
  ASSERT_TRUE(write_evidence(alerts, std::vector<Input>{gone}, folder_));
  EXPECT_TRUE(alerts[0].file.pcap.empty());
  EXPECT_NE(alerts[0].file.missing.find("gone.pcap"), std::string::npos) << alerts[0].file.missing;
}

TEST(DataFiles, FirstPlaceWinsFileByFile) {
  const fs::path root = fs::path(::testing::TempDir()) / "prahari-data";
  fs::create_directories(root / "alerts");
  std::ofstream(root / "alerts/certin_channels.json") << "{}";
  const DataFiles files({root, PRAHARI_SOURCE_DIR});
  EXPECT_EQ(*files.find("alerts", "certin_channels.json"), root / "alerts/certin_channels.json");
  EXPECT_EQ(*files.find("alerts", "certin_form_a.json"),
            fs::path(PRAHARI_SOURCE_DIR) / "alerts/data/certin_form_a.json");
  const auto missing = files.find("alerts", "nothing.json");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("alerts/nothing.json: data file not found"),
            std::string::npos);
  // A file that is there but wrong is named.
  const auto loaded = CertInData::load(files);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find((root / "alerts/certin_channels.json").string()),
            std::string::npos);
  fs::remove_all(root);
}

}  // namespace
}  // namespace prahari
