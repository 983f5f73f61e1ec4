#include "rules/approval.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "inventory/ed25519.hpp"
#include "rules/baseline_rows.hpp"
#include "rules/baseline_signature.hpp"

namespace prahari::test {
namespace {

// RFC 8410, section 10.3: the private key there, and the public one of 10.1.
constexpr std::string_view kPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view kPublic = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

class KeyFile {
 public:
  explicit KeyFile(std::string_view text) { std::ofstream{path_, std::ios::binary} << text; }
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;
  ~KeyFile() { std::filesystem::remove(path_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  // Tests run beside each other: a file for each.
  std::filesystem::path path_ =
      std::filesystem::path{testing::TempDir()} /
      (std::string{"prahari-key-"} + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST(Ed25519, SignsWithTheKeyOfTheStandard) {
  const KeyFile file{kPrivate};
  const auto signature = sign("what is normal", file.path());
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(signature->key, kPublic);
  EXPECT_TRUE(verify("what is normal", *signature));
  EXPECT_FALSE(verify("what is normal.", *signature));
  EXPECT_EQ(fingerprint(kPublic).size(), std::string_view{"SHA256:"}.size() + 16);
}

TEST(Ed25519, EverySignatureThatWasChangedIsBad) {
  const KeyFile file{kPrivate};
  const auto signature = sign("x", file.path());
  ASSERT_TRUE(signature);
  for (std::size_t i = 0; i < signature->value.size() - 3; ++i) {
    Signature other = *signature;
    other.value[i] = other.value[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify("x", other)) << i;
  }
  for (std::size_t size = 0; size < signature->value.size(); ++size) {
    EXPECT_FALSE(verify("x", {signature->key, signature->value.substr(0, size)})) << size;
  }
  for (std::size_t size = 0; size < signature->key.size(); ++size) {
    EXPECT_FALSE(verify("x", {signature->key.substr(0, size), signature->value})) << size;
  }
}

TEST(Ed25519, WhatIsNoKeyIsRefused) {
  EXPECT_TRUE(is_public_key(kPublic));
  EXPECT_FALSE(is_public_key(""));
  EXPECT_FALSE(is_public_key("AAAA"));
  EXPECT_FALSE(is_public_key(std::string(100'000, 'A')));
  const KeyFile file{"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"};
  const auto signature = sign("x", file.path());
  ASSERT_FALSE(signature);
  EXPECT_NE(signature.error().message.find("openssl genpkey"), std::string::npos);
  EXPECT_FALSE(sign("x", "/nowhere/key.pem"));
}

Approval read(std::string_view toml, std::vector<Mistake>& mistakes) {
  const auto parsed = parse_toml(toml);
  Mistakes found{"site.toml"};
  Approval approval;
  read_approval(std::get<Node>(parsed), approval, found);
  mistakes = found.take();
  return approval;
}

TEST(Approval, ReadsWhatAPlantWants) {
  std::vector<Mistake> mistakes;
  const Approval usual = read("", mistakes);
  EXPECT_TRUE(usual.four_eyes);
  EXPECT_FALSE(usual.signed_imports);
  const Approval other = read("[approval]\nfour_eyes = false\nsigned_imports = true\nkeys = [\"" +
                                  std::string{kPublic} + "\"]\n",
                              mistakes);
  EXPECT_TRUE(mistakes.empty());
  EXPECT_FALSE(other.four_eyes);
  EXPECT_TRUE(other.signed_imports);
  ASSERT_EQ(other.keys.size(), 1U);

  const Approval again = approval_of(to_string(other));
  EXPECT_FALSE(again.four_eyes);
  EXPECT_TRUE(again.signed_imports);
  EXPECT_EQ(again.keys, other.keys);
  EXPECT_TRUE(approval_of("").four_eyes);
  EXPECT_TRUE(approval_of("nonsense").four_eyes);
}

TEST(Approval, SaysEachMistake) {
  std::vector<Mistake> mistakes;
  read("[approval]\nfour_eyes = \"no\"\nsigned_imports = true\nkeys = [\"AAAA\"]\nkey = 1\n",
       mistakes);
  EXPECT_EQ(mistakes.size(), 4U);
  read("approval = 1\n", mistakes);
  EXPECT_EQ(mistakes.size(), 1U);
}

TEST(BaselineSignature, StandsAtTheEndOfTheFile) {
  const Signature signature{std::string{kPublic}, "AAAA"};
  const std::string file = with_signature("{\n  \"a\": 1\n}\n", signature);
  EXPECT_NE(file.find("\"a\": 1,\n  \"signature\": {"), std::string::npos);
  const auto found = signature_in(file, "b.json");
  ASSERT_TRUE(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->key, signature.key);
  EXPECT_FALSE(*signature_in("{}", "b.json"));
  EXPECT_FALSE(signature_in(R"({"signature": {"algorithm": "rsa"}})", "b.json"));
  EXPECT_FALSE(signature_in(R"({"signature": 7})", "b.json"));
}

constexpr std::string_view kBefore = R"({"zones":[{"zone":"cell-1","talkers":[],"writes":[
{"client":"10.0.0.5","server":"10.0.0.9","service":"modbus","unit":1,"table":"coil","first":4,
"last":9,"times":12,"values":[[0,1]]},
{"client":"10.0.0.5","server":"10.0.0.9","service":"modbus","unit":1,"table":"tag","text":"Speed",
"times":3}]}]})";
constexpr std::string_view kAfter = R"({"zones":[{"zone":"cell-1","writes":[
{"client":"10.0.0.5","server":"10.0.0.9","service":"modbus","unit":1,"table":"coil","first":4,
"last":9,"times":20,"values":[[0,1]]},
{"client":"10.0.0.6","server":"10.0.0.9","service":"modbus","unit":1,"table":"coil","first":4,
"last":4,"times":1}]}]})";

TEST(BaselineRows, SaysWhatAnEntryIsAboutAndWhatWasLearned) {
  const auto rows = baseline_rows(std::string{kBefore});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].entry, "10.0.0.5 -> 10.0.0.9 modbus unit 1 coil 4-9");
  EXPECT_EQ(rows[0].value, "times 12, values [[0,1]]");
  EXPECT_EQ(rows[1].entry, "10.0.0.5 -> 10.0.0.9 modbus unit 1 tag Speed");
  EXPECT_TRUE(baseline_rows("no JSON").empty());
}

TEST(BaselineRows, DiffTellsCountsOnlyWhenAsked) {
  const auto before = baseline_rows(std::string{kBefore});
  const auto after = baseline_rows(std::string{kAfter});
  const auto changes = baseline_diff(before, after, false);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].sort, BaselineChange::Sort::removed);
  EXPECT_EQ(changes[1].sort, BaselineChange::Sort::added);
  EXPECT_EQ(changes[1].row.entry, "10.0.0.6 -> 10.0.0.9 modbus unit 1 coil 4");
  const auto all = baseline_diff(before, after, true);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].old, "times 12, values [[0,1]]");
  EXPECT_TRUE(baseline_diff(before, before, true).empty());
}

}  // namespace
}  // namespace prahari::test
