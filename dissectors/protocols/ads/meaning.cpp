#include "dissectors/protocols/ads/ads.hpp"

namespace prahari::ads {
namespace {

constexpr std::array<Meaning, kCommandCount> kCommands = {
    {{"Invalid Command", Operation::control},
     {"Read Device Info", Operation::discover},
     {"Read", Operation::read},
     {"Write", Operation::write},
     {"Read State", Operation::discover},
     {"Write Control", Operation::control},
     {"Add Notification", Operation::read},
     {"Delete Notification", Operation::read},
     {"Notification", Operation::read},
     {"Read Write", Operation::write}}};
constexpr std::array<std::string_view, 17> kStates = {
    "invalid",  "idle",        "reset",       "init",          "start",      "run",
    "stop",     "save config", "load config", "power failure", "power good", "error",
    "shutdown", "suspend",     "resume",      "config",        "reconfig"};

constexpr std::uint32_t kReleaseHandle = 0xf006;

}  // namespace

Meaning command_meaning(std::uint16_t command) noexcept { return kCommands[command]; }

std::string_view state_name(std::uint16_t state) noexcept {
  return state < kStates.size() ? kStates[state] : "unknown";
}

Meaning control_meaning(std::uint16_t state) noexcept {
  switch (state) {
    case 2:
      return {"Write Control: reset", Operation::control, Effect::reset};
    case 4:
    case 5:
    case 14:
      return {"Write Control: run", Operation::control, Effect::start};
    case 6:
      return {"Write Control: stop", Operation::control, Effect::stop};
    case 12:
      return {"Write Control: shutdown", Operation::control, Effect::stop};
    case 7:
    case 8:
    case 13:
    case 15:
    case 16:
      return {"Write Control: configuration", Operation::control, Effect::change_mode};
    default:
      return kCommands[kWriteControl];
  }
}

// Index groups of the system service, AMS port 10000.
Meaning system_meaning(std::uint16_t command, std::uint32_t group) noexcept {
  switch (group) {
    case 120:
      return {"Open File", Operation::read};
    case 121:
      return {"Close File", Operation::read};
    case 122:
      return {"Read File", Operation::read};
    case 123:
      return {"Write File", Operation::program, Effect::program_to};
    case 131:
      return {"Delete File", Operation::program, Effect::erase};
    case 132:
      return {"Rename File", Operation::program};
    case 400:
      return command == kWrite ? Meaning{"Set Time", Operation::admin, Effect::set_time}
                               : Meaning{"Read Time", Operation::read};
    case 500:
      return {"Start Process", Operation::control};
    case 700:
      return {"Read Target Description", Operation::discover};
    case 701:
    case 702:
      return {"Read Network Settings", Operation::discover};
    case 801:
      return {"Add Route", Operation::admin, Effect::set_network};
    case 802:
      return {"Delete Route", Operation::admin, Effect::set_network};
    case 803:
      return {"List Routes", Operation::discover};
    default:
      return command == kRead ? Meaning{"Read", Operation::read} : Meaning{"", Operation::control};
  }
}

Meaning symbol_meaning(std::uint16_t command, std::uint32_t group) noexcept {
  switch (group) {
    case kHandleByName:
      return {"Get Symbol Handle", Operation::read};
    case 0xf004:
      return {"Read Symbol by Name", Operation::read};
    case kReleaseHandle:
      return {"Release Symbol Handle", Operation::read};
    case 0xf007:
    case 0xf009:
      return {"Get Symbol Information", Operation::discover};
    case 0xf080:
    case 0xf083:
    case 0xf084:
      return {"Sum Read", Operation::read};
    case 0xf085:
    case 0xf086:
      return {"Sum Notification", Operation::read};
    case 0xf081:
      return {"Sum Write", Operation::write};
    case 0xf082:
      return {"Sum Read Write", Operation::write};
    default:
      return command_meaning(command);
  }
}

std::string_view table_of(std::uint32_t group) noexcept {
  switch (group) {
    case 0x4020:
    case 0x4021:
      return "memory";
    case 0xf005:
      return "symbol handle";
    case kHandleByName:
    case 0xf004:
    case 0xf007:
    case 0xf009:
      return "symbol";
    case 0xf020:
    case 0xf021:
      return "input";
    case 0xf030:
    case 0xf031:
      return "output";
    default:
      return "index group";
  }
}

}  // namespace prahari::ads
