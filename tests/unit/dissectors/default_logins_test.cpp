#include "dissectors/default_logins.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace prahari::test {
namespace {

class DefaultLogins : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_ / "dissectors"); }
  void TearDown() override {
    std::filesystem::remove_all(folder_);
    EXPECT_TRUE(load_default_logins(DataFiles{{PRAHARI_SOURCE_DIR}}));
  }
  std::string mistake(const std::string& text) {
    std::ofstream{folder_ / "dissectors" / "default_logins.csv"} << text;
    const Status read = load_default_logins(DataFiles{{folder_}});
    return read ? "" : read.error().message;
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("logins-" + std::to_string(::getpid()));
};

TEST_F(DefaultLogins, TheShippedListKnowsSome) {
  ASSERT_TRUE(load_default_logins(DataFiles{{PRAHARI_SOURCE_DIR}}));
  EXPECT_EQ(delivered_with("admin", "moxa"), "Moxa, switches and gateways");
  EXPECT_EQ(delivered_with("USER", "USER"), "Schneider Electric, Modicon FTP and web");
  EXPECT_EQ(delivered_with("admin", "correct horse"), "");
  EXPECT_EQ(delivered_with("", ""), "");
}

TEST_F(DefaultLogins, AMistakeNamesItsLine) {
  EXPECT_EQ(mistake("# nothing\n"), "");
  EXPECT_EQ(delivered_with("admin", "moxa"), "");
  EXPECT_NE(mistake("admin,moxa,Moxa\n").find(":1: expected hash,vendor,where"), std::string::npos);
  EXPECT_NE(mistake(std::string(64, 'a') + ",Moxa\n"), "");
  EXPECT_EQ(mistake(std::string(64, 'a') + ",\"Moxa, Inc.\",switches\n"), "");
}

}  // namespace
}  // namespace prahari::test
