// What a device calls its targets, for whoever reads of them later.

#include "inventory/target_names.hpp"

#include <gtest/gtest.h>

namespace prahari::test {
namespace {

class Names : public testing::Test {
 protected:
  void learn(std::string_view text, std::string_view below, std::string_view name,
             AssetIndex device = 1, std::uint32_t generation = 1) {
    const std::string all = std::string(text) + std::string(below) + std::string(name);
    Event event;
    event.kind = EventKind::target_name;
    event.text = all;
    event.naming = {.table = "node",
                    .target_size = static_cast<std::uint32_t>(text.size()),
                    .below_size = static_cast<std::uint32_t>(below.size())};
    names_.learn(event, device, generation);
  }
  [[nodiscard]] std::string name_of(std::string_view text, AssetIndex device = 1,
                                    std::uint32_t generation = 1) const {
    return std::string(names_.name_of(device, generation, "node", text));
  }

  TargetNames names_;
};

TEST_F(Names, PathsGrowFromWhatIsAboveThem) {
  learn("ns=2;s=L1", "", "Line1");
  learn("ns=2;s=R7", "ns=2;s=L1", "Reset");
  EXPECT_EQ(name_of("ns=2;s=R7"), "Line1/Reset");
  learn("ns=2;s=R7", "", "Reset");
  EXPECT_EQ(name_of("ns=2;s=R7"), "Line1/Reset") << "a name alone takes no path away";
  learn("ns=2;s=R7", "", "Halt");
  EXPECT_EQ(name_of("ns=2;s=R7"), "Halt") << "it was renamed";
  learn("ns=2;s=R7", "ns=2;s=R7", "Own");
  EXPECT_EQ(name_of("ns=2;s=R7"), "Own") << "nothing lies below itself";
}

TEST_F(Names, OfOneDeviceAsLongAsItIsTheSame) {
  learn("i=5", "", "Speed");
  EXPECT_EQ(name_of("i=5", 1, 2), "");
  EXPECT_EQ(name_of("i=5", 2, 1), "");
  EXPECT_EQ(names_.name_of(1, 1, "tag", "i=5"), "");
  EXPECT_EQ(name_of("i=6"), "");
}

TEST_F(Names, TooLongAPathIsTheNameAlone) {
  learn("i=1", "", std::string(TargetNames::kLongest, 'a'));
  learn("i=2", "i=1", "b");
  EXPECT_EQ(name_of("i=2"), "b");
  learn("i=3", "", std::string(1000, 'c'));
  EXPECT_EQ(name_of("i=3").size(), TargetNames::kLongest);
}

TEST_F(Names, TheOneToldLongestAgoMakesRoomAndIsCounted) {
  for (std::uint32_t i = 0; i < TargetNames::kMost; ++i) {
    learn("i=" + std::to_string(i), "", "n");
  }
  learn("i=0", "", "n");
  learn("i=x", "", "n");
  EXPECT_EQ(names_.evicted(), 1U);
  EXPECT_EQ(name_of("i=0"), "n");
  EXPECT_EQ(name_of("i=1"), "");
}

}  // namespace
}  // namespace prahari::test
