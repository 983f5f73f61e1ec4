// Tags that are read and written by the number of their Symbol instance, and the names that the
// controller listed them under.

#include <gtest/gtest.h>

#include "dissectors/protocols/enip/tag_names.hpp"
#include "tests/unit/dissectors/enip_talk.hpp"

namespace prahari::test {
namespace {

std::string le(std::size_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[value >> (8 * i + 4) & 0xFU];
    out += kDigits[value >> 8 * i & 0xFU];
  }
  return out;
}

std::string rr(unsigned context, const std::string& cip) {
  const std::size_t size = hex(cip).size();
  return "6f00" + le(16 + size, 2) + "01000000 00000000" + le(context, 8) +
         "00000000 00000000 0000 0200 0000 0000 b200" + le(size, 2) + cip;
}

std::string listed(unsigned instance, std::string_view name, const std::string& rest) {
  std::string out = le(instance, 4) + le(name.size(), 2);
  for (const char c : name) {
    out += le(static_cast<unsigned char>(c), 1);
  }
  return out + rest;
}

class EnipTags : public testing::Test {
 protected:
  void ask(const std::string& cip) { talk_.say(rr(++context_, cip)); }
  void answer(const std::string& cip) { talk_.say("< " + rr(context_, cip)); }
  // Target of the latest message.
  [[nodiscard]] std::string target() const { return talk_.texts.back(); }

  std::unique_ptr<Shared> shared_ = dissector(Protocol::enip).share();
  EnipTalk talk_{kEnipBound, true, shared_.get()};
  unsigned context_ = 0;
};

constexpr auto kNameAndType = "55 03 206b 2500 0000 0200 0100 0200";

TEST_F(EnipTags, NameIsLearnedFromTheList) {
  ask("4d 03 206b 2500 0500 c400 0100 2a000000");
  EXPECT_EQ(target(), "0x6B (Symbol) instance 5") << "not listed yet";
  answer("cd 00 00 00");
  ask(kNameAndType);
  answer("d5 00 00 00" + listed(5, "Speed", "c400") + listed(9, "Tank", "ce8f"));
  ask("4d 03 206b 2500 0500 c400 0100 2a000000");
  EXPECT_EQ(target(), "Speed");
  EXPECT_EQ(talk_.messages.back().target.table, "tag");
  answer("cd 00 00 00");
  EXPECT_EQ(target(), "Speed") << "of the answer too";
  ask("4c 04 206b 2500 0900 2803 0100");
  EXPECT_EQ(target(), "Tank[3]");
  ask("4c 09 206b 2500 0900 2803 2804 9105 4c6576656c00 0100");
  EXPECT_EQ(target(), "Tank[3,4].Level");
}

// Clients of several makes ask for more than names; every layout is gone through.
TEST_F(EnipTags, OtherAttributesArePassedOver) {
  ask("55 03 206b 2500 0000 0700 0100 0200 0300 0500 0600 0800 0a00");
  answer("d5 00 06 00" +
         listed(1, "A", "c400 00000000 00000000 00000000 000000000000000000000000 00") +
         listed(2, "B", "c400 00000000 00000000 00000000 000000000000000000000000 00"));
  ask("4c 03 206b 2500 0200 0100");
  EXPECT_EQ(target(), "B");
}

TEST_F(EnipTags, ProgramsHaveTagsOfTheirOwn) {
  ask("55 0a 910c 50726f6772616d3a4d61696e 206b 2500 0000 0100 0100");
  answer("d5 00 00 00" + listed(5, "Count", ""));
  ask("4c 03 206b 2500 0500 0100");
  EXPECT_EQ(target(), "0x6B (Symbol) instance 5") << "of the controller: another tag";
  ask("4c 0a 910c 50726f6772616d3a4d61696e 206b 2500 0500 0100");
  EXPECT_EQ(target(), "Program:Main.Count");
}

TEST_F(EnipTags, ModulesHaveTagsOfTheirOwn) {
  const auto to_slot = [](const std::string& cip, const std::string& slot) {
    return "52 02 20062401 07f9" + le(hex(cip).size(), 2) + cip + "01 00 01" + slot;
  };
  ask(to_slot(kNameAndType, "00"));
  answer("d5 00 00 00" + listed(5, "Speed", "c400"));
  ask(to_slot("4c 03 206b 2500 0500 0100", "02"));
  EXPECT_EQ(target(), "0x6B (Symbol) instance 5");
  ask(to_slot("4c 03 206b 2500 0500 0100", "00"));
  EXPECT_EQ(target(), "Speed");
}

// What cannot be followed ends the list; what came before it counts.
TEST_F(EnipTags, CutAndUnknownListsTeachWhatTheyCan) {
  ask(kNameAndType);
  answer("d5 00 06 00" + listed(5, "Speed", "c400") + "06000000 ff00 41");
  ask("55 03 206b 2500 0000 0200 6300 0100");
  answer("d5 00 00 00" + listed(7, "Wrong", ""));
  ask("4c 03 206b 2500 0500 0100");
  EXPECT_EQ(target(), "Speed");
  ask("4c 03 206b 2500 0600 0100");
  EXPECT_EQ(target(), "0x6B (Symbol) instance 6");
  ask("4c 03 206b 2500 0700 0100");
  EXPECT_EQ(target(), "0x6B (Symbol) instance 7");
}

TEST(EnipTagNames, AreBoundedByOwnerAndByName) {
  enip::TagNames names;
  const auto owner = [](std::uint8_t last) {
    enip::TagOwner out;
    out.host = {.family = IpAddress::Family::v4, .octets = {10, 0, 0, last}};
    return out;
  };
  for (std::uint32_t i = 0; i < enip::TagNames::kNames + 10; ++i) {
    names.learn(owner(1), "", i, "Tag" + std::to_string(i));
  }
  EXPECT_EQ(names.evicted(), 10U);
  EXPECT_EQ(names.find(owner(1), "", 9), "");
  EXPECT_EQ(names.find(owner(1), "", 10), "Tag10");
  for (std::uint8_t i = 2; i < 2 + enip::TagNames::kOwners; ++i) {
    names.learn(owner(i), "", 1, "Other");
  }
  EXPECT_EQ(names.find(owner(1), "", 10), "") << "its owner was quiet for longest";
  EXPECT_EQ(names.evicted(), 10U + enip::TagNames::kNames);
  names.learn(owner(2), "", 1, std::string(41, 'x'));
  EXPECT_EQ(names.find(owner(2), "", 1), "Other") << "no controller allows so long a name";
}

}  // namespace
}  // namespace prahari::test
