// Site files that include others.

#include "rules/site_include.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "scene.hpp"

namespace prahari::test {
namespace {

namespace fs = std::filesystem;

class SiteInclude : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("prahari-include-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "plant" / "cells");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) {
    std::ofstream{folder_ / "plant" / name} << text;
  }

  // Mistakes, one a line, without the folder; empty where the file is good.
  std::string mistakes(const std::string& name = "site.toml") {
    const auto read = load_site(folder_ / "plant" / name);
    if (!read) {
      return read.error().message;
    }
    std::string lines;
    if (const auto* found = std::get_if<std::vector<Mistake>>(&*read)) {
      for (const Mistake& mistake : *found) {
        lines += to_string(mistake) + '\n';
      }
    } else {
      site_ = std::get<Site>(*read);
    }
    const std::string prefix = (folder_ / "plant").string() + '/';
    for (std::size_t at = lines.find(prefix); at != std::string::npos; at = lines.find(prefix)) {
      lines.erase(at, prefix.size());
    }
    return lines;
  }

  fs::path folder_;
  Site site_;
};

TEST_F(SiteInclude, MakesOneDocumentOfAll) {
  write("site.toml", R"(# ours
include = ["zones.toml", "cells/cell-1.toml"]
[site]
name = "x"
[[conduit]]
from = "office"
to = "cell-1"
allow = ["modbus:read"]
)");
  write("zones.toml", "[[zone]]\nname = \"office\"\nmembers = [\"10.4.0.0/16\"]\n");
  write("cells/cell-1.toml",
        "include = [\"more.toml\"]\n[[zone]]\nname = \"cell-1\"\nmembers = [\"10.1.0.0/16\"]\n");
  write("cells/more.toml", "[[asset]]\nmatch = \"10.1.0.1\"\nname = \"PLC\"\n");
  EXPECT_EQ(mistakes(), "");
  ASSERT_EQ(site_.zones.size(), 2U);
  ASSERT_EQ(site_.files.size(), 4U);
  EXPECT_EQ(site_.conduits[0].file, 0);
  EXPECT_TRUE(site_.file_of(site_.zones[1].file).ends_with("plant/cells/cell-1.toml"));
  EXPECT_EQ(site_.zones[1].line, 2);
  EXPECT_TRUE(site_.file_of(site_.assets[0].file).ends_with("plant/cells/more.toml"));
}

TEST_F(SiteInclude, SaysMistakesOfAllFilesAtOnce) {
  write("site.toml", R"(include = ["zones.toml", "broken.toml"]
[[conduit]]
from = "ofice"
to = "cell"
allow = ["modbus:reed"]
)");
  write("zones.toml", R"([[zone]]
name = "office"
members = ["10.4.0.0/40"]
[[zone]]
name = "cell"
members = ["10.1.0.0/16"]
[[zone]]
name = "cell"
members = ["10.1.0.0/16"]
)");
  write("broken.toml", "[[zone]\n");
  const std::string found = mistakes();
  EXPECT_NE(found.find("site.toml:3:8: conduit[0].from: unknown zone \"ofice\""), std::string::npos)
      << found;
  EXPECT_NE(found.find("site.toml:5:10: conduit[0].allow[0]: "), std::string::npos) << found;
  EXPECT_NE(found.find("zones.toml:3:12: zone[0].members[0]: "), std::string::npos) << found;
  EXPECT_NE(found.find("zones.toml:8:8: zone[2].name: the name \"cell\" is already used in line 4"),
            std::string::npos)
      << found;
  EXPECT_NE(found.find("broken.toml:1:"), std::string::npos) << found;
}

TEST_F(SiteInclude, NamesTheOtherFileOfADouble) {
  write("site.toml",
        "include = [\"a.toml\"]\n[[zone]]\nname = \"z\"\nmembers = [\"10.1.0.0/16\"]\n");
  write("a.toml", "[[zone]]\nname = \"z\"\nmembers = [\"10.1.0.0/16\"]\n[site]\nname = \"x\"\n");
  const std::string found = mistakes();
  EXPECT_NE(found.find("site.toml:3:8: zone[0].name: the name \"z\" is already used in line 1 of "
                       "a.toml"),
            std::string::npos)
      << found;
  EXPECT_NE(found.find("is already a member of zone \"z\" (line 3 of a.toml)"), std::string::npos)
      << found;
}

TEST_F(SiteInclude, EndsCirclesAndStaysInItsFolder) {
  write("site.toml", R"(include = ["a.toml", "a.toml", "../outside.toml", "/etc/passwd",
  "site.toml", "missing.toml", "cells", "link.toml", "loop.toml", "", 7]
)");
  write("a.toml", "include = [\"b.toml\"]\n");
  write("b.toml", "include = [\"a.toml\"]\n");
  std::ofstream{folder_ / "outside.toml"} << "[site]\nname = \"x\"\n";
  fs::create_symlink(folder_ / "outside.toml", folder_ / "plant" / "link.toml");
  fs::create_symlink("loop.toml", folder_ / "plant" / "loop.toml");
  const std::string found = mistakes();
  for (const std::string_view expected :
       {"b.toml:1:12: include[0]: \"a.toml\" is already included in line 1 of site.toml",
        "site.toml:1:22: include[1]: \"a.toml\" is already included in line 1",
        "include[2]: \"../outside.toml\" lies outside the folder of the site file",
        "include[3]: expected a name relative to this file, found \"/etc/passwd\"",
        "include[4]: \"site.toml\" is the site file itself",
        "include[5]: \"missing.toml\": No such", "include[6]: \"cells\" is no file",
        "include[7]: \"link.toml\" lies outside",
        "include[8]: \"loop.toml\": Too many levels of symbolic links",
        "include[9]: expected the name of a file", "include[10]: expected the name of a file"}) {
    EXPECT_NE(found.find(expected), std::string::npos) << expected << "\n" << found;
  }
}

TEST_F(SiteInclude, IsNotEndless) {
  for (int i = 0; i < 12; ++i) {
    write("f" + std::to_string(i) + ".toml",
          "include = [\"f" + std::to_string(i + 1) + ".toml\"]\n");
  }
  EXPECT_NE(mistakes("f0.toml").find("included 9 levels deep, expected at most 8"),
            std::string::npos);
}

TEST(SiteText, IncludesNothingWithoutAReader) {
  EXPECT_NE(mistakes_in("include = [\"a.toml\"]\n").find("nothing can be included here"),
            std::string::npos);
}

}  // namespace
}  // namespace prahari::test
