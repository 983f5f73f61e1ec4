#include "dissectors/protocols/enip/epath.hpp"

namespace prahari::enip {
namespace {

namespace segment {
constexpr std::uint8_t kElectronicKey = 0x34;
constexpr std::uint8_t kSimpleData = 0x80;
constexpr std::uint8_t kAnsiSymbol = 0x91;
constexpr std::uint8_t kSafetyNetwork = 0x50;
}  // namespace segment

enum class Logical : std::uint8_t {
  cls,
  instance,
  member,
  point,
  attribute,
  special,
  service,
  more
};

class PathReader {
 public:
  PathReader(Bytes bytes, Path& path) noexcept : in_(bytes), path_(path) { path_.raw = bytes; }

  void read() noexcept {
    std::size_t segments = 0;
    while (in_.remaining() > 0 && !path_.bad && !done_) {
      path_.bad = ++segments > Path::kMaxSegments;
      read_segment(in_.u8());
      path_.bad = path_.bad || !in_.ok();
    }
  }

 private:
  void read_segment(std::uint8_t type) noexcept {
    switch (type >> 5U) {
      case 0:
        return read_port(type);
      case 1:
        return read_logical(type);
      case 2:
        return read_network(type);
      case 3:
        return read_symbol(type);
      case 4:
        return read_data(type);
      case 5:
      case 6:
        done_ = true;  // a data type: no part of a request path
        return;
      default:
        path_.bad = true;
    }
  }

  void read_port(std::uint8_t type) noexcept {
    constexpr std::uint8_t kExtendedLink = 0x10;
    constexpr std::uint8_t kExtendedPort = 15;
    Hop hop;
    hop.text = (type & kExtendedLink) != 0;
    const std::size_t size = hop.text ? in_.u8() : 1U;
    hop.port = type & 0x0FU;
    if (hop.port == kExtendedPort) {
      hop.port = in_.le16();
    }
    hop.link = in_.take(size);
    if (hop.text && size % 2 != 0) {
      in_.skip(1);
    }
    if (!in_.ok() || hop.link.empty() || path_.hop_count == Path::kMaxHops) {
      path_.bad = true;
      return;
    }
    path_.hops[path_.hop_count++] = hop;
  }

  std::uint32_t read_value(std::uint8_t format) noexcept {
    switch (format) {
      case 0:
        return in_.u8();
      case 1:
        in_.skip(1);
        return in_.le16();
      case 2:
        in_.skip(1);
        return in_.le32();
      default:
        path_.bad = true;
        return 0;
    }
  }

  void read_logical(std::uint8_t type) noexcept {
    const auto what = static_cast<Logical>(type >> 2U & 7U);
    if (what == Logical::special) {
      return read_key(type);
    }
    if (what == Logical::more) {
      return read_extended(type & 3U);
    }
    const std::uint32_t value = read_value(type & 3U);
    if (in_.ok() && !path_.bad) {
      keep(what, value);
    }
  }

  void keep(Logical what, std::uint32_t value) noexcept {
    const bool inside = path_.inner_cls.has_value();
    switch (what) {
      case Logical::cls:
        if (!path_.cls) {
          path_.scope = path_.symbol.view().size();
          indexed_ = false;
        }
        (path_.cls ? path_.inner_cls : path_.cls) = value;
        return;
      case Logical::instance:
        (inside ? path_.inner_instance : path_.instance) = value;
        return;
      case Logical::member:
        return add_index(value);
      case Logical::point:
        if (path_.point_count < Path::kMaxPoints) {
          path_.points[path_.point_count++] = value;
        }
        return;
      case Logical::attribute:
        path_.attribute = value;
        return;
      default:
        return;
    }
  }

  void add_index(std::uint32_t value) noexcept {
    if (!path_.member) {
      path_.member = value;
    }
    const bool behind = path_.symbol.view().size() > path_.scope;
    indexed_ = behind ? append_index(path_.symbol, value) : append_index(path_.index, value);
  }

  // Whether there was room for the whole of it.
  template <std::size_t N>
  bool append_index(ShortText<N>& text, std::uint32_t value) const noexcept {
    if (indexed_) {
      text.shorten(text.view().size() - 1);
      text.add(",");
    } else {
      text.add("[");
    }
    text.add(value).add("]");
    return text.view().ends_with(']');
  }

  void read_key(std::uint8_t type) noexcept {
    constexpr std::uint8_t kPlain = 4;
    constexpr std::uint8_t kWithSerial = 5;
    const std::uint8_t format = in_.u8();
    if (type != segment::kElectronicKey || (format != kPlain && format != kWithSerial)) {
      path_.bad = true;
      return;
    }
    Key key;
    key.vendor = in_.le16();
    key.device_type = in_.le16();
    key.product_code = in_.le16();
    const std::uint8_t major = in_.u8();
    key.compatible = (major & 0x80U) != 0;
    key.major = major & 0x7FU;
    key.minor = in_.u8();
    in_.skip(format == kWithSerial ? 4 : 0);
    if (in_.ok()) {
      path_.key = key;
    }
  }

  // Array index, bit, member of a structure: sub type, then a value.
  void read_extended(std::uint8_t format) noexcept {
    const std::uint8_t sub = in_.u8();
    std::uint32_t value = 0;
    if (format == 0) {
      value = in_.u8();
      in_.skip(1);
    } else if (format == 1) {
      value = in_.le16();
    } else if (format == 2) {
      value = in_.le32();
    } else {
      path_.bad = true;
    }
    constexpr std::uint8_t kArrayIndex = 1;
    if (in_.ok() && !path_.bad && sub == kArrayIndex) {
      add_index(value);
    }
  }

  void read_network(std::uint8_t type) noexcept {
    const bool words = type >= segment::kSafetyNetwork;
    in_.skip(words ? std::size_t{2} * in_.u8() : 1U);
  }

  void add_name(std::string_view name) noexcept {
    if (!in_.ok()) {
      return;
    }
    path_.symbol.add(path_.symbol.empty() ? "" : ".").add(name);
    indexed_ = false;
  }

  void read_symbol(std::uint8_t type) noexcept {
    std::size_t size = type & 0x1FU;
    if (size > 0) {
      add_name(in_.text(size));
      in_.skip((size + 1) % 2);
      return;
    }
    const std::uint8_t format = in_.u8();
    const std::size_t letters = format & 0x1FU;
    switch (format >> 5U) {
      case 1:
        size = 2 * letters;
        break;
      case 2:
        size = 3 * letters;
        break;
      default:
        return read_numeric_symbol(format);
    }
    add_name(in_.text(size));
    in_.skip(size % 2);
  }

  void read_numeric_symbol(std::uint8_t format) noexcept {
    constexpr std::uint8_t kByte = 0xC6;
    constexpr std::uint8_t kLong = 0xC8;
    if (format < kByte || format > kLong) {
      path_.bad = true;
      return;
    }
    const std::size_t size = std::size_t{1} << (format - kByte);
    in_.skip(size + (size == 1 ? 1 : 0));
  }

  void read_data(std::uint8_t type) noexcept {
    if (type == segment::kSimpleData) {
      in_.skip(std::size_t{2} * in_.u8());
    } else if (type == segment::kAnsiSymbol) {
      const std::size_t size = in_.u8();
      add_name(in_.text(size));
      in_.skip(size % 2);
    } else {
      path_.bad = true;
    }
  }

  Reader in_;
  Path& path_;
  bool done_ = false;
  bool indexed_ = false;  // the symbol ends with an index
};

}  // namespace

Path read_path(Bytes bytes) noexcept {
  Path path;
  PathReader{bytes, path}.read();
  return path;
}

void add_hop(ShortText<64>& out, const Hop& hop) noexcept {
  out.add(hop.port).add("/");
  if (hop.text) {
    out.add(as_text(hop.link));
  } else {
    out.add(std::to_integer<std::uint64_t>(hop.link.front()));
  }
}

}  // namespace prahari::enip
