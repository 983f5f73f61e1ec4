#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "dissectors/registry.hpp"
#include "scene.hpp"

namespace prahari::test {
namespace {

constexpr std::string_view kGood = R"([site]
name = "Bottling line 2"
organisation = "Example Foods"
timezone = "Asia/Kolkata"
location = "Pune, Maharashtra, India"

[reporter]
name_role = "A. Rao, plant IT"
email = "rao@example.org"

[[zone]]
name = "cell-1"
level = 1
members = ["10.10.1.0/24", "vlan:110", "mac:00:1d:9c:*", "fd00:10::/64"]

[[zone]]
name = "scada"
level = 3.5
members = ["10.10.3.7"]
off = ["scan"]

[[conduit]]
from = "scada"
to = "cell-1"
allow = ["modbus:read", "modbus:write@unit=1,holding=100-119", "enip:*", "tcp/443", "icmp"]

[[asset]]
match = "10.10.1.20"
name = "PLC-7 filler"
criticality = "high"
owner = "maintenance"
tags = ["safety", "controller"]

[[ignore]]
kind = "opcua-insecure-session"
to = "10.10.1.40"
until = 2027-03-31
reason = "legacy historian, replaced in March"

[[permit]]
from = "scada"
to = "PLC-7 filler"
allow = ["program", "control"]
valid = ["2026-11-22T09:00+05:30", 2026-11-22T13:00:00+05:30]
ticket = "CHG-1042"
)";

TEST(Site, ReadsEveryKey) {
  const Site site = site_of(kGood);
  EXPECT_EQ(site.file, "site.toml");
  EXPECT_EQ(site.info.name, "Bottling line 2");
  EXPECT_EQ(site.info.location, "Pune, Maharashtra, India");
  EXPECT_EQ(site.info.reporter_email, "rao@example.org");
  ASSERT_EQ(site.zones.size(), 2U);
  EXPECT_EQ(site.zones[0].members.size(), 4U);
  EXPECT_EQ(site.zones[0].line, 11);
  EXPECT_EQ(site.zones[1].level, 3.5);
  ASSERT_EQ(site.conduits.size(), 1U);
  ASSERT_EQ(site.conduits[0].allow.size(), 5U);
  const Allow& write = site.conduits[0].allow[1];
  EXPECT_EQ(write.protocol, "modbus");
  EXPECT_EQ(write.operation, Operation::write);
  ASSERT_EQ(write.targets.size(), 2U);
  EXPECT_EQ(write.targets[1].name, "holding");
  EXPECT_EQ(write.targets[1].ranges[0].last, 119U);
  EXPECT_EQ(site.assets[0].tags.size(), 2U);
  // All of 31 March in India.
  EXPECT_EQ(site.ignores[0].until, at(1'806'517'800));
  EXPECT_EQ(site.ignores[0].until_text, "2027-03-31");
  EXPECT_EQ(site.permits[0].valid_from, at(1'795'318'200));
  EXPECT_EQ(site.permits[0].valid_to - site.permits[0].valid_from, std::chrono::hours{4});
  EXPECT_EQ(site.permits[0].allow.size(), 2U);
}

TEST(Site, TheExampleOfTheReferenceIsGood) {
  std::ifstream file{std::filesystem::path{PRAHARI_SOURCE_DIR} / "docs" / "site-file.md"};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  const std::size_t begin = page.find("```toml\n") + 8;
  const std::string example = page.substr(begin, page.find("```", begin) - begin);
  ASSERT_GT(example.size(), 1000U);
  EXPECT_EQ(mistakes_in(example), "");
}

TEST(Site, WhatTheLibraryHoldsImpossibleIsAMistake) {
  for (const std::string_view toml :
       {"[[[zone]]]\n", "[[[[{b = \"", "a = 1\u03f1\n", "\u00e9 = 1\n", "a = \u0663\n"}) {
    EXPECT_NE(mistakes_in(toml).find("not TOML: "), std::string::npos) << toml;
  }
}

TEST(Site, AnEmptyFileIsASite) { EXPECT_EQ(mistakes_in(""), ""); }

struct Wrong {
  std::string_view toml;
  std::string_view mistake;  // {decoded} stands for the names of the protocols that rules can name
};

const Wrong kWrong[] = {
    {"[[zone]]\nnmae = \"a\"\nmembers = [\"10.0.0.1\"]\n",
     "site.toml:1:1: zone[0]: the key \"name\" is missing; add it\n"
     "site.toml:2:1: zone[0]: unknown key \"nmae\"; did you mean \"name\"?\n"},
    {"[[zone]]\nname = 7\nmembers = \"10.0.0.1\"\n",
     "site.toml:2:8: zone[0].name: expected text in quotes, found an integer 7\n"
     "site.toml:3:11: zone[0].members: expected a list such as [\"10.10.1.0/24\", \"vlan:110\"], "
     "found \"10.0.0.1\"\n"},
    {"[[zone]]\nname = \"a\"\nlevel = 6\nmembers = [\"10.0.0.1\"]\n",
     "site.toml:3:9: zone[0].level: expected a Purdue level from 0 to 5 (3.5 is the DMZ), found an "
     "integer 6\n"},
    {"[[zone]]\nname = \"a\"\nmembers = [\"10.0.0.7/24\"]\n",
     "site.toml:3:12: zone[0].members[0]: expected a network, found \"10.0.0.7/24\" with host bits "
     "set; write \"10.0.0.0/24\" for the network or \"10.0.0.7\" for the one host\n"},
    {"[[zone]]\nname = \"a\"\nmembers = [\"10.0.0.0/40\", \"vlan:4095\", \"mac:00:1d:9\", \"x\"]\n",
     "site.toml:3:12: zone[0].members[0]: expected a prefix length from 0 to 32, found "
     "\"10.0.0.0/40\"\n"
     "site.toml:3:27: zone[0].members[1]: expected \"vlan:N\" with N from 0 to 4094, found "
     "\"vlan:4095\"\n"
     "site.toml:3:40: zone[0].members[2]: expected \"mac:\" with six octets in hexadecimal, or "
     "fewer and then \"*\", such as \"mac:00:1d:9c:*\", found \"mac:00:1d:9\"\n"
     "site.toml:3:55: zone[0].members[3]: expected an address, a prefix such as "
     "\"10.10.1.0/24\", \"vlan:110\", \"mac:00:1d:9c:*\" or \"tag:hmi\", found \"x\"\n"},
    {"[[zone]]\nname = \"a\"\nmembers = [\"10.0.0.0/24\"]\n"
     "[[zone]]\nname = \"a\"\nmembers = [\"10.0.0.0/24\"]\n",
     "site.toml:5:8: zone[1].name: the name \"a\" is already used in line 1; names are unique\n"
     "site.toml:6:12: zone[1].members[0]: \"10.0.0.0/24\" is already a member of zone \"a\" (line "
     "3); name it once\n"},
    {"[[zone]]\nname = \"office\"\nmembers = [\"10.0.0.1\"]\n"
     "[[conduit]]\nfrom = \"ofice\"\nto = \"unassigned\"\nallow = [\"modbus:raed\", "
     "\"modbuss:read\", "
     "\"modbus\", \"443\", \"tcp/70000\", \"tcp/443:read\", \"modbus:write@register=4\", "
     "\"modbus:write@unit=300\", \"modbus:write@holding=9-4\"]\n",
     "site.toml:5:8: conduit[0].from: unknown zone \"ofice\"; did you mean \"office\"?\n"
     "site.toml:7:10: conduit[0].allow[0]: expected an operation class (discover, read, write, "
     "control, program, admin or *), found \"raed\"; did you mean \"read\"?\n"
     "site.toml:7:25: conduit[0].allow[1]: unknown protocol \"modbuss\", expected {decoded}, "
     "icmp, any, tcp/PORT or udp/PORT; did you mean \"modbus\"?\n"
     "site.toml:7:41: conduit[0].allow[2]: expected an operation class after the protocol; write "
     "\"modbus:read\", or \"modbus:*\" for all\n"
     "site.toml:7:51: conduit[0].allow[3]: expected a protocol, found the bare number \"443\"; "
     "write \"tcp/443\" or \"udp/443\"\n"
     "site.toml:7:58: conduit[0].allow[4]: expected a port from 0 to 65535 after \"tcp/\", found "
     "\"70000\"\n"
     "site.toml:7:71: conduit[0].allow[5]: tcp/443 has no decoder and so no operation classes; "
     "write \"tcp/443\"\n"
     "site.toml:7:87: conduit[0].allow[6]: unknown target \"register\", expected unit, coil, "
     "discrete, input, holding, file, fifo or device\n"
     "site.toml:7:114: conduit[0].allow[7]: expected unit=N or unit=N-M with numbers up to 255, "
     "found \"300\"\n"
     "site.toml:7:139: conduit[0].allow[8]: expected holding=N or holding=N-M with numbers up to "
     "65535, found \"9-4\"\n"},
    {"[[asset]]\nmatch = \"vlan:7\"\nname = \"a\"\ntags = [\"controler\"]\ncriticality = \"hgih\"\n"
     "[[asset]]\nmatch = \"10.0.0.1\"\nname = \"a\"\n[[asset]]\nmatch = \"10.0.0.1\"\nname = "
     "\"b\"\n",
     "site.toml:2:9: asset[0].match: expected an address or \"mac:...\", found \"vlan:7\"; a VLAN "
     "is no asset\n"
     "site.toml:4:9: asset[0].tags[0]: unknown tag \"controler\", expected safety, controller, "
     "hmi, "
     "engineering, historian, jump-host, gateway or critical; did you mean \"controller\"?\n"
     "site.toml:5:15: asset[0].criticality: expected low, medium, high or safety, found \"hgih\"; "
     "did you mean \"high\"?\n"
     "site.toml:8:8: asset[1].name: the name \"a\" is already used in line 1; names are unique\n"
     "site.toml:10:9: asset[2].match: \"10.0.0.1\" already names the asset \"a\" (line 6)\n"},
    {"[[ignore]]\nkind = \"scna\"\nto = \"nobody\"\nuntil = \"soon\"\nreason = \"\"\n",
     "site.toml:2:8: ignore[0].kind: unknown alert kind \"scna\"; did you mean \"scan\"?\n"
     "site.toml:3:6: ignore[0].to: nothing is called \"nobody\"; expected a zone, an asset or an "
     "address\n"
     "site.toml:4:9: ignore[0].until: expected a date such as 2027-03-31 or a date with a time "
     "such as 2027-03-31T18:00:00, found \"soon\"\n"
     "site.toml:5:10: ignore[0].reason: expected some text, found \"\"; leave the key out "
     "instead\n"},
    {"[[permit]]\nfrom = \"10.0.0.1\"\nto = \"PLC\"\nallow = [\"modbus:write\"]\n"
     "valid = [\"2026-11-22T09:00\", \"2026-11-22T09:00Z\"]\nticket = \"T\"\n",
     "site.toml:3:6: permit[0].to: nothing is called \"PLC\"; expected a zone, an asset or an "
     "address\n"
     "site.toml:4:10: permit[0].allow[0]: expected an operation class (discover, read, write, "
     "control, program, admin or *), found \"modbus:write\"; a permit names the class alone, "
     "without a protocol\n"
     "site.toml:5:10: permit[0].valid[0]: expected a date, a time and an offset from UTC such as "
     "\"2026-11-22T09:00+05:30\", found \"2026-11-22T09:00\"; add the offset, such as "
     "\"2026-11-22T09:00+05:30\"\n"},
    {"[[permit]]\nfrom = \"10.0.0.1\"\nto = \"10.0.0.2\"\nallow = [\"*\"]\nticket = \"T\"\n"
     "valid = [\"2026-11-22T09:00Z\", \"2026-11-22T08:00Z\"]\n",
     "site.toml:6:31: permit[0].valid[1]: the permit ends before it begins: expected a time after "
     "2026-11-22T09:00Z, found 2026-11-22T08:00Z\n"},
    {"[site]\ntimezone = \"Asia/Calcuta\"\n",
     "site.toml:2:12: site.timezone: unknown time zone \"Asia/Calcuta\", expected a name such as "
     "\"Asia/Kolkata\"; did you mean \"Asia/Calcutta\"?\n"},
    {"[zone]\nname = \"a\"\n[[zoen]]\n[[feed]]\n",
     "site.toml:1:1: zone: expected [[zone]] (with two brackets), found a table\n"
     "site.toml:3:3: unknown section \"zoen\"; did you mean \"zone\"?\n"
     "site.toml:4:3: unknown section \"feed\"; feeds belong into the configuration file, not "
     "here\n"},
};

std::string with_names(std::string_view mistake) {
  constexpr std::string_view kPlace = "{decoded}";
  std::string out{mistake};
  const std::size_t at = out.find(kPlace);
  if (at == std::string::npos) {
    return out;
  }
  std::string names;
  for (const Dissector* dissector : all_dissectors()) {
    if (!dissector->opaque) {
      names.append(names.empty() ? "" : ", ").append(to_string(dissector->protocol));
    }
  }
  return out.replace(at, kPlace.size(), names);
}

TEST(Site, SaysAllMistakesAtOnce) {
  for (const Wrong& wrong : kWrong) {
    SCOPED_TRACE(wrong.toml);
    EXPECT_EQ(mistakes_in(wrong.toml), with_names(wrong.mistake));
  }
}

TEST(Site, SyntaxMistakeNamesItsPlace) {
  const std::string said = mistakes_in("[site]\nname = \"x\n");
  EXPECT_TRUE(said.starts_with("site.toml:2:")) << said;
  EXPECT_NE(said.find("not TOML: "), std::string::npos) << said;
  EXPECT_NE(said.find("mend this first"), std::string::npos) << said;
}

TEST(Site, EveryTruncationIsHandled) {
  for (std::size_t size = 0; size < kGood.size(); ++size) {
    mistakes_in(kGood.substr(0, size));
  }
}

TEST(Site, AFileThatCannotBeReadIsAnError) {
  const auto missing = load_site("/nonexistent/site.toml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Error::Kind::input);
  EXPECT_EQ(missing.error().message,
            "/nonexistent/site.toml: cannot read the site file: no such file; check the name given "
            "to --site");
  EXPECT_FALSE(load_site(std::filesystem::temp_directory_path()));
}

TEST(Site, LoadsAFile) {
  const auto path = std::filesystem::path{testing::TempDir()} / "prahari_site_test.toml";
  std::ofstream{path} << kGood;
  const auto loaded = load_site(path);
  ASSERT_TRUE(loaded);
  ASSERT_TRUE(std::holds_alternative<Site>(*loaded));
  EXPECT_EQ(std::get<Site>(*loaded).file, path.string());
  std::filesystem::remove(path);
}

TEST(Site, UntilTakesTimesToo) {
  const auto until = [](std::string_view value) {
    return site_of(
               "[site]\ntimezone = \"Europe/Berlin\"\n[[ignore]]\nkind = \"scan\"\nreason = "
               "\"r\"\nuntil = " +
               std::string{value} + "\n")
        .ignores[0]
        .until;
  };
  if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/Berlin")) {
    GTEST_SKIP() << "tzdata is not installed";
  }
  EXPECT_EQ(until("2027-03-31T18:00:00Z"), at(1'806'516'000));
  EXPECT_EQ(until("2027-03-31T18:00:00"), at(1'806'508'800));  // summer time, UTC+2
  EXPECT_EQ(until("2027-01-31"), at(1'801'436'400));           // winter time, UTC+1
  EXPECT_EQ(until("\"2027-01-31\""), at(1'801'436'400));
  EXPECT_GT(until("9999-12-31"), at(7'000'000'000));
}

// A file that somebody made to keep a reader busy.
TEST(Site, WhatNoPlantHasIsOneClearMistake) {
  std::string zones;
  for (int i = 0; i < 20'000; ++i) {
    zones += "[[zone]]\nname = \"z" + std::to_string(i) +
             "\"\nmembers = [\"vlan:" + std::to_string(i % 4000 + 1) + "\"]\n";
  }
  const auto many = parse_site(zones, "site.toml");
  ASSERT_TRUE(std::holds_alternative<std::vector<Mistake>>(many));
  const auto& of_zones = std::get<std::vector<Mistake>>(many);
  EXPECT_NE(to_string(of_zones.back()).find("expected at most 4096 of [[zone]]"), std::string::npos)
      << to_string(of_zones.back());
  std::string keys;
  for (int i = 0; i < 20'000; ++i) {
    keys += "k" + std::to_string(i) + " = 1\n";
  }
  const auto unknown = parse_site(keys, "site.toml");
  ASSERT_TRUE(std::holds_alternative<std::vector<Mistake>>(unknown));
  const auto& of_keys = std::get<std::vector<Mistake>>(unknown);
  EXPECT_EQ(of_keys.size(), 1000U);
  EXPECT_NE(of_keys.back().text.find("after 1000 mistakes no more are looked for"),
            std::string::npos);
}

TEST(Site, ManyOfAllThatAPlantMayHaveAreReadAtOnce) {
  std::string text;
  for (int i = 0; i < 4000; ++i) {
    const std::string number = std::to_string(i);
    text += "[[zone]]\nname = \"z" + number +
            "\"\nmembers = [\"vlan:" + std::to_string(i % 4000 + 1) + "\"]\n[[asset]]\nname = \"a" +
            number + "\"\nmatch = \"10.0." + std::to_string(i / 200) + '.' +
            std::to_string(i % 200 + 1) + "\"\n[[conduit]]\nfrom = \"z" + number +
            "\"\nto = \"z0\"\nallow = [\"any\"]\n";
  }
  const auto read = parse_site(text, "site.toml");
  ASSERT_TRUE(std::holds_alternative<Site>(read))
      << to_string(std::get<std::vector<Mistake>>(read).front());
  EXPECT_EQ(std::get<Site>(read).zones.size(), 4000U);
  EXPECT_EQ(std::get<Site>(read).conduits.size(), 4000U);
}

}  // namespace
}  // namespace prahari::test
