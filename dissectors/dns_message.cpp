#include "dissectors/dns_message.hpp"

#include <algorithm>

#include "dissectors/printable.hpp"

namespace prahari::dns {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLeastQuestion = 5;
constexpr std::size_t kLeastRecord = 11;
constexpr std::uint8_t kPointer = 0xc0;
constexpr int kMostJumps = 32;
constexpr std::size_t kMostShown = 32;

void append_label(std::string& name, std::string_view label) {
  if (!name.empty()) {
    name += '.';
  }
  append_printable(name, label, kLongestName - std::min(name.size(), kLongestName));
}

}  // namespace

Header read_header(Reader& in) noexcept {
  Header header;
  header.id = in.be16();
  header.flags = in.be16();
  header.questions = in.be16();
  header.answers = in.be16();
  header.authorities = in.be16();
  header.additionals = in.be16();
  return header;
}

std::string read_name(Bytes message, Reader& in) {
  std::string name;
  Reader far{Bytes{}};
  Reader* at = &in;
  std::size_t before = message.size();  // pointers lead to smaller and smaller offsets
  for (int jumps = 0; jumps < kMostJumps;) {
    const std::uint8_t length = at->u8();
    if (!at->ok() || name.size() > kLongestName) {
      break;
    }
    if (length == 0) {
      return name;
    }
    if ((length & kPointer) == kPointer) {
      const std::size_t target = (length & 0x3fU) << 8U | at->u8();
      if (!at->ok() || target >= before) {
        break;
      }
      before = target;
      far = Reader{message.subspan(target)};
      at = &far;
      ++jumps;
    } else if ((length & kPointer) != 0) {
      break;
    } else {
      append_label(name, at->text(length));
    }
  }
  in.fail();
  return {};
}

std::string name_at(Bytes message, std::size_t offset) {
  if (offset >= message.size()) {
    return {};
  }
  Reader in{message.subspan(offset)};
  return read_name(message, in);
}

bool looks_sound(Bytes message) noexcept {
  constexpr std::uint8_t kUpdate = 5;
  constexpr std::uint16_t kReserved = 0x0040;
  Reader in{message};
  const Header header = read_header(in);
  const std::size_t records = std::size_t{header.answers} + header.authorities + header.additionals;
  if (!in.ok() || header.opcode() > kUpdate || (header.flags & kReserved) != 0 ||
      header.questions + records == 0 ||
      header.questions * kLeastQuestion + records * kLeastRecord > in.remaining()) {
    return false;
  }
  for (std::size_t labels = 0; labels < 128; ++labels) {
    const std::uint8_t length = in.u8();
    if (length == 0 || (length & kPointer) != 0) {
      in.skip(length == 0 ? 0 : 1);
      break;
    }
    in.skip(length);
  }
  const std::uint16_t kind = in.be16();
  const std::uint16_t clas = in.be16();
  return in.ok() && kind != 0 && (header.questions == 0 || (clas & 0x7f00U) == 0);
}

Walker::Walker(Bytes message) noexcept : message_(message), in_(message) {
  header_ = read_header(in_);
}

bool Walker::next(Question& out) {
  if (!in_.ok() || asked_ >= header_.questions || asked_ >= kMost) {
    return false;
  }
  ++asked_;
  out.name = read_name(message_, in_);
  out.type = in_.be16();
  out.clas = in_.be16();
  return in_.ok();
}

bool Walker::next(Record& out) {
  Question skipped;
  while (next(skipped)) {
  }
  const std::size_t all = std::size_t{header_.answers} + header_.authorities + header_.additionals;
  if (!in_.ok() || asked_ < header_.questions || told_ >= all || told_ >= kMost) {
    return false;
  }
  ++told_;
  out.name = read_name(message_, in_);
  out.type = in_.be16();
  out.clas = in_.be16();
  out.ttl = in_.be32();
  const std::uint16_t size = in_.be16();
  out.data_at = in_.offset();
  out.data = in_.take(size);
  return in_.ok();
}

void show(Bytes message, Fields& fields) {
  enum Place : std::size_t {
    kId,
    kResponse,
    kOpcode,
    kStatus,
    kQuestions,
    kQuery,
    kQueryType,
    kAnswers
  };
  Walker walker{message};
  const Header& header = walker.header();
  fields.number(kId, header.id);
  fields.boolean(kResponse, header.response());
  fields.number(kOpcode, header.opcode());
  fields.number(kStatus, header.status());
  fields.number(kQuestions, header.questions);
  Question question;
  if (walker.next(question)) {
    fields.text(kQuery, question.name);
    fields.number(kQueryType, question.type);
  }
  fields.begin_list(kAnswers);
  Record record;
  for (std::size_t i = 0; i < kMostShown && walker.next(record); ++i) {
    fields.item(record.name);
  }
  fields.end_list();
}

}  // namespace prahari::dns
