// Attributes read and written, and what they tell about the device: Identity, TCP/IP Interface,
// Ethernet Link, Time Sync, and the controller and chassis objects of Rockwell.

#include <algorithm>

#include "dissectors/device_text.hpp"
#include "dissectors/protocols/enip/cip.hpp"
#include "dissectors/protocols/enip/device_identity.hpp"
#include "dissectors/protocols/enip/interface_facts.hpp"

namespace prahari::enip {
namespace {

constexpr std::string_view kIdentityObject = "CIP Identity object";
constexpr std::uint8_t kSure = 98;

// An attribute of any object whose size is known, so that the next one of a list can be found.
struct Known {
  std::uint32_t cls;
  std::uint32_t attribute;
  std::uint8_t size;  // kText: a length in two bytes, then that many, padded to even or not
};
constexpr std::uint8_t kText = 0;
constexpr auto kSizes = std::to_array<Known>({
    {cls::kController, 1, kText},
    {cls::kTimeSync, 1, 1},
    {cls::kTimeSync, 2, 1},
    {cls::kWallClock, 6, 8},
});

constexpr std::uint32_t kDescription = 21;  // of a clock; revision and user's words follow

Bytes take_attribute(Reader& in, const Known& known) noexcept {
  return in.take(known.size == kText ? in.le16() : known.size);
}

class Learner {
 public:
  explicit Learner(Call& call) noexcept : call_(call) {}

  // Reads one attribute's value. False when its layout is not known: nothing behind it can be
  // found then.
  bool read(std::uint32_t attribute, Reader& in) {
    if (call_.object() == cls::kIdentity) {
      const bool known = read_identity_attribute(attribute, in, device_);
      any_ = any_ || known;
      return known;
    }
    if (call_.object() == cls::kTcpIp || call_.object() == cls::kEthernetLink) {
      return interface_.read(call_.object(), attribute, in);
    }
    if (call_.object() == cls::kTimeSync && attribute >= kDescription) {
      return read_description(attribute, in);
    }
    const auto* const known = std::ranges::find_if(kSizes, [&](const Known& one) {
      return one.cls == call_.object() && one.attribute == attribute;
    });
    if (known == kSizes.end()) {
      return false;
    }
    const Bytes value = take_attribute(in, *known);
    if (in.ok()) {
      tell_other(attribute, value);
    }
    return in.ok();
  }

  void finish() {
    interface_.tell(call_);
    if (!project_.empty()) {
      TextBuffer buffer;
      call_.text(CipField::values, clean_text(project_, buffer));
    }
    if (!any_) {
      return;
    }
    if (call_.fields != nullptr) {
      show(device_, *call_.fields, static_cast<std::size_t>(CipField::identity));
    }
    if (call_.path->instance.value_or(1) != 1) {
      return;  // a part of the device, or the class itself
    }
    tell(device_, {.words = kIdentityObject, .confidence = kSure, .unit = call_.unit}, call_.x.out);
    if (device_.vendor && call_.unit == Identity::kNoUnit) {
      call_.x.memory.vendor = *device_.vendor;
    }
  }

 private:
  // Of a clock: what it is, its revision, what its owner calls it.
  bool read_description(std::uint32_t attribute, Reader& in) {
    using Field = Identity::Field;
    constexpr std::array kFields = {Field::product, Field::firmware, Field::name};
    const std::size_t which = attribute - kDescription;
    const Bytes value = in.take(in.le32());
    if (!in.ok() || which >= kFields.size()) {
      return false;
    }
    constexpr std::uint8_t kOfAClock = 80;
    TextBuffer buffer;
    call_.fact(kFields[which], "CIP Time Sync object", kOfAClock, clean_text(value, buffer));
    return true;
  }

  void tell_other(std::uint32_t attribute, Bytes value) {
    TextBuffer buffer;
    if (call_.object() == cls::kController && attribute == 1 && call_.rockwell()) {
      const std::string_view name = clean_text(value, buffer);
      project_ = value;
      call_.fact(Identity::Field::project, "CIP Controller object", kSure, name);
    }
  }

  Call& call_;
  DeviceIdentity device_;
  InterfaceFacts interface_;
  Bytes project_;
  bool any_ = false;
};

void begin_list(const Call& call, CipField field) {
  if (call.fields != nullptr) {
    call.fields->begin_list(static_cast<std::size_t>(field));
  }
}
void add_item(const Call& call, std::int64_t value) {
  if (call.fields != nullptr) {
    call.fields->item(value);
  }
}
void end_list(const Call& call) {
  if (call.fields != nullptr) {
    call.fields->end_list();
  }
}

// The ids of a Get Attribute List.
void decode_wanted(Call& call) {
  const std::size_t count = call.in.le16();
  begin_list(call, CipField::attributes);
  for (std::size_t i = 0; i < count && call.in.remaining() >= 2; ++i) {
    add_item(call, call.in.le16());
  }
  end_list(call);
}

// id, status and value of each attribute, as far as the sizes are known.
void decode_told(Call& call) {
  Learner learner{call};
  call.show_data(call.in.rest());
  const std::size_t count = call.in.le16();
  Reader in = call.in;
  begin_list(call, CipField::attributes);
  bool known = true;
  for (std::size_t i = 0; i < count && known && in.remaining() >= 4; ++i) {
    const std::uint16_t attribute = in.le16();
    const std::uint16_t status = in.le16();
    add_item(call, attribute);
    known = status != 0 || learner.read(attribute, in);
  }
  end_list(call);
  learner.finish();
}

// id and status of each attribute written.
void decode_set(Call& call) {
  const std::size_t count = call.in.le16();
  begin_list(call, CipField::attributes);
  for (std::size_t i = 0; i < count && call.in.remaining() >= 4; ++i) {
    add_item(call, call.in.le16());
    call.in.skip(2);
  }
  end_list(call);
}

void decode_all(Call& call) {
  call.show_data(call.in.rest());
  if (call.object() == cls::kIdentity) {
    Learner learner{call};
    constexpr std::uint32_t kLast = 8;
    for (std::uint32_t attribute = 1; attribute <= kLast && call.in.remaining() > 0; ++attribute) {
      learner.read(attribute, call.in);
    }
    learner.finish();
  } else if (call.object() == cls::kTcpIp || call.object() == cls::kEthernetLink) {
    Learner learner{call};
    Reader in = call.in;
    const std::uint32_t last = call.object() == cls::kTcpIp ? 6 : 3;
    for (std::uint32_t attribute = 1; attribute <= last && in.remaining() > 0; ++attribute) {
      learner.read(attribute, in);
    }
    learner.finish();
  } else if (call.object() == cls::kChassis && call.rockwell()) {
    Reader in = call.in;
    in.skip(12);
    const std::uint32_t serial = in.le32();
    const std::uint16_t slots = in.le16();
    ShortText<32> words;
    if (in.ok() && serial != 0) {
      call.fact(Identity::Field::slots, "CIP Chassis object", kSure, words.add(slots).view());
    }
  }
}

void decode_single(Call& call) {
  call.show_data(call.in.rest());
  Learner learner{call};
  Reader in = call.in;
  if (call.path->attribute) {
    learner.read(*call.path->attribute, in);
  }
  learner.finish();
}

// A number of up to eight bytes, as a value written.
void write_number(const Call& call, Bytes value) {
  if (value.empty() || value.size() > 8) {
    return;
  }
  std::uint64_t number = 0;
  for (std::size_t i = value.size(); i > 0; --i) {
    number = number << 8U | std::to_integer<std::uint64_t>(value[i - 1]);
  }
  call.written(static_cast<double>(number));
}

// The first attribute of a list; how long its value is only few classes tell.
void decode_list_to_set(Call& call) {
  call.show_data(call.in.rest());
  const std::size_t count = call.in.le16();
  begin_list(call, CipField::attributes);
  const std::uint16_t first = count > 0 ? call.in.le16() : std::uint16_t{0};
  if (count > 0 && call.in.ok()) {
    add_item(call, first);
  }
  end_list(call);
  if (count == 1) {
    write_number(call, call.in.rest());
  }
}

// Start: size of the image. Block: where it lies in it.
void decode_firmware(Call& call) {
  call.show_data(call.in.rest());
  const std::uint32_t first = call.in.le32();
  if (!call.in.ok() || call.response) {
    return;
  }
  call.written(first);
  if (call.service == svc::kWriteTag) {
    call.number(CipField::offset, first);
  }
}

bool decode_answer(Call& call) {
  switch (call.service) {
    case svc::kGetAll:
      decode_all(call);
      return true;
    case svc::kGetList:
      decode_told(call);
      return true;
    case svc::kGetSingle:
      decode_single(call);
      return true;
    case svc::kSetList:
      decode_set(call);
      return true;
    default:
      return false;
  }
}

}  // namespace

bool decode_attributes(Call& call) {
  if (call.path == nullptr) {
    return false;
  }
  if (call.object() == cls::kFirmware && call.rockwell() && call.service >= svc::kFirstSpecific) {
    if (call.in.remaining() >= 4) {
      decode_firmware(call);
    }
    return true;
  }
  if (call.response) {
    constexpr std::uint8_t kListError = 0x0A;  // of some attribute; the others are there
    const bool told = call.message.kind == Kind::response || call.status == kListError;
    return told && decode_answer(call);
  }
  switch (call.service) {
    case svc::kGetList:
      decode_wanted(call);
      return true;
    case svc::kSetList:
      decode_list_to_set(call);
      return true;
    case svc::kSetSingle:
      call.show_data(call.in.rest());
      write_number(call, call.in.rest());
      return true;
    default:
      return false;
  }
}

}  // namespace prahari::enip
