#include "dissectors/protocols/s7comm/s7comm.hpp"

namespace prahari::s7comm {

Meaning meaning_of_job(std::uint8_t function) noexcept {
  switch (function) {
    case 0x00:
      return {"CPU Services", Operation::control};
    case 0x04:
      return {"Read Variable", Operation::read};
    case 0x05:
      return {"Write Variable", Operation::write};
    case 0x1a:
      return {"Request Download", Operation::program, Effect::program_to};
    case 0x1b:
      return {"Download Block", Operation::program, Effect::program_to};
    case 0x1c:
      return {"Download Ended", Operation::program, Effect::program_to};
    case 0x1d:
      return {"Start Upload", Operation::program, Effect::program_from};
    case 0x1e:
      return {"Upload", Operation::program, Effect::program_from};
    case 0x1f:
      return {"End Upload", Operation::program, Effect::program_from};
    case 0x28:
      return {"PI Service", Operation::control};
    case 0x29:
      return {"PLC Stop", Operation::control, Effect::stop};
    case 0xf0:
      return {"Setup Communication", Operation::discover};
    default:
      return {"Unknown Function", Operation::control};
  }
}

Meaning meaning_of_pi(std::string_view service) noexcept {
  if (service == "P_PROGRAM") {
    return {"PI Service: Start Program", Operation::control, Effect::start};
  }
  if (service == "_INSE") {
    return {"PI Service: Insert Block", Operation::program, Effect::program_to};
  }
  if (service == "_INS2") {
    return {"PI Service: Insert Block", Operation::program, Effect::program_to};
  }
  if (service == "_DELE") {
    return {"PI Service: Delete Block", Operation::program, Effect::erase};
  }
  if (service == "_GARB") {
    return {"PI Service: Compress Memory", Operation::admin};
  }
  if (service == "_MODU") {
    return {"PI Service: Copy RAM to ROM", Operation::program};
  }
  return {"PI Service", Operation::control};
}

namespace {

Meaning meaning_of_programmer(std::uint8_t function) noexcept {
  switch (function) {
    case 0x0c:
      return {"Erase Memory", Operation::program, Effect::erase};
    case 0x10:
      return {"Force Job", Operation::control};  // also lists what is forced
    case 0x01:
    case 0x0e:
    case 0x0f:
    case 0x13:
      return {"Diagnostic Data of a Block", Operation::program};
    case 0x02:
      return {"Variable Table", Operation::control};
    default:
      return {"Programmer Command", Operation::control};
  }
}

Meaning meaning_of_block(std::uint8_t function) noexcept {
  switch (function) {
    case 1:
      return {"List Blocks", Operation::discover};
    case 2:
      return {"List Blocks of Type", Operation::discover};
    case 3:
      return {"Get Block Info", Operation::discover};
    default:
      return {"Block Function", Operation::control};
  }
}

Meaning meaning_of_time(std::uint8_t function) noexcept {
  const bool sets = function == 2 || function == 4;
  return sets ? Meaning{"Set Clock", Operation::admin, Effect::set_time}
              : Meaning{"Read Clock", Operation::read};
}

}  // namespace

Meaning meaning_of_userdata(std::uint8_t group, std::uint8_t function) noexcept {
  switch (group) {
    case 0:
      return {"Mode Transition", Operation::read};  // the CPU tells
    case 1:
      return meaning_of_programmer(function);
    case 2:
      return {"Cyclic Data", Operation::read};
    case 3:
      return meaning_of_block(function);
    case 4:
      return function == 1 ? Meaning{"Read SZL", Operation::discover}
                           : Meaning{"CPU Messages", Operation::read};
    case 5:
      return {"Password", Operation::admin};
    case 6:
      return {"Programmable Block Send", Operation::write};
    case 7:
      return meaning_of_time(function);
    default:
      return {"Unknown User Data", Operation::control};
  }
}

}  // namespace prahari::s7comm
