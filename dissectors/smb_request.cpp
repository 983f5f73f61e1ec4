#include "dissectors/smb_request.hpp"

#include <algorithm>
#include <array>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

using Sort = SmbRequest::Sort;

constexpr std::size_t kHeader1 = 32;
constexpr std::size_t kHeader2 = 64;
constexpr std::uint8_t kTree1 = 0x75;
constexpr std::uint8_t kCreate1 = 0xa2;
constexpr std::uint16_t kTree2 = 3;
constexpr std::uint16_t kCreate2 = 5;

constexpr auto kPrograms = std::to_array<std::string_view>(
    {".exe", ".dll", ".sys", ".scr", ".com", ".bat", ".cmd", ".ps1", ".vbs", ".msi", ".hta"});
constexpr auto kTools =
    std::to_array<std::string_view>({"psexesvc", "paexec", "csexec", "remcom_communic"});

bool ends_with_word(std::string_view text, std::string_view word) noexcept {
  return text.size() >= word.size() && same_word(text.substr(text.size() - word.size()), word);
}

// A text of `size` bytes at `at` of the message.
std::string text_at(Bytes smb, std::size_t at, std::size_t size, bool wide) {
  if (at > smb.size()) {
    return {};
  }
  const Bytes raw = smb.subspan(at, std::min(size, smb.size() - at));
  if (wide) {
    std::size_t end = 0;
    while (end + 1 < raw.size() && Reader{raw.subspan(end)}.le16() != 0) {
      end += 2;
    }
    return from_utf16(raw.first(end));
  }
  const std::string_view text = as_text(raw);
  return std::string{text.substr(0, text.find('\0'))};
}

std::string_view last_part(std::string_view path) noexcept {
  while (path.ends_with('\0') || path.ends_with('\\')) {
    path.remove_suffix(1);
  }
  const std::size_t slash = path.rfind('\\');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

SmbRequest read_tree(std::string_view path) {
  const std::string_view share = last_part(path);
  const bool drive = share.size() == 2 && share[1] == '$';
  if (!drive && !same_word(share, "ADMIN$")) {
    return {};
  }
  return {Sort::admin_share, std::string{share}};
}

// Where a text begins that is aligned to its characters.
std::size_t aligned(const Reader& in, bool wide) noexcept {
  return in.offset() + (wide && in.offset() % 2 != 0 ? 1 : 0);
}

SmbRequest read_tree1(Bytes smb, bool wide) {
  constexpr std::size_t kLongestPath = 512;
  Reader in{smb};
  in.skip(kHeader1 + 1 + 4 + 2);  // count of words, next command, flags
  const std::size_t password = in.le16();
  in.skip(2 + password);
  return in.ok() ? read_tree(text_at(smb, aligned(in, wide), kLongestPath, wide)) : SmbRequest{};
}

SmbRequest read_tree2(Bytes smb) {
  Reader in{smb};
  in.skip(kHeader2 + 4);
  const std::size_t at = in.le16();
  const std::size_t size = in.le16();
  return in.ok() ? read_tree(text_at(smb, at, size, true)) : SmbRequest{};
}

// MS-SCMR 3.1.4.12 and its kin. The call's number lies 22 octets into its header.
bool creates_service(Bytes smb) noexcept {
  constexpr std::string_view kCall{"\x05\x00\x00\x03\x10\x00\x00\x00", 8};
  constexpr auto kNumbers = std::to_array<std::uint16_t>({12, 24, 44, 45});
  const std::size_t at = as_text(smb).find(kCall);
  if (at == std::string_view::npos) {
    return false;
  }
  Reader in{smb.subspan(at)};
  in.skip(22);
  const std::uint16_t number = in.le16();
  return in.ok() && std::ranges::find(kNumbers, number) != kNumbers.end();
}

bool binds_to_manager(Bytes smb) noexcept {
  constexpr std::string_view kInterface{
      "\x81\xbb\x7a\x36\x44\x98\xf1\x35\xad\x32\x98\xf0\x38\x00\x10\x03", 16};
  return as_text(smb).find(kInterface) != std::string_view::npos;
}

}  // namespace

SmbRequest SmbRequests::read_create(std::string_view name, std::uint32_t access,
                                    std::uint32_t disposition) {
  constexpr std::uint32_t kMayWrite = 0x50000006;  // data, append, generic write, generic all
  constexpr std::uint32_t kOpenOnly = 1;
  const std::string_view file = last_part(name);
  if (same_word(file, "svcctl")) {
    manager_ = true;
    return {};
  }
  if (std::ranges::any_of(kTools,
                          [&](std::string_view tool) { return starts_with_word(file, tool); }) &&
      !ends_with_word(file, ".exe")) {
    return {Sort::remote_pipe, std::string{file}};
  }
  const bool program = std::ranges::any_of(
      kPrograms, [&](std::string_view end) { return ends_with_word(file, end); });
  return program && (access & kMayWrite) != 0 && disposition != kOpenOnly
             ? SmbRequest{Sort::program, std::string{file}}
             : SmbRequest{};
}

SmbRequest SmbRequests::read_create1(Bytes smb, bool wide) {
  Reader in{smb};
  in.skip(kHeader1 + 1 + 4 + 1);  // count of words, next command
  const std::size_t size = in.le16();
  in.skip(4 + 4);  // flags, root
  const std::uint32_t access = in.le32();
  in.skip(8 + 4 + 4);  // size, attributes, sharing
  const std::uint32_t disposition = in.le32();
  in.skip(4 + 4 + 1 + 2);  // options, impersonation, flags, count of bytes
  return in.ok() ? read_create(text_at(smb, aligned(in, wide), size, wide), access, disposition)
                 : SmbRequest{};
}

SmbRequest SmbRequests::read_create2(Bytes smb) {
  Reader in{smb};
  in.skip(kHeader2 + 24);
  const std::uint32_t access = in.le32();
  in.skip(4 + 4);  // attributes, sharing
  const std::uint32_t disposition = in.le32();
  in.skip(4);
  const std::size_t at = in.le16();
  const std::size_t size = in.le16();
  return in.ok() ? read_create(text_at(smb, at, size, true), access, disposition) : SmbRequest{};
}

SmbRequest SmbRequests::read1(Bytes smb, bool& other) {
  constexpr std::uint16_t kUnicode = 0x8000;
  Reader in{smb};
  in.skip(4);
  const std::uint8_t command = in.u8();
  in.skip(4 + 1);
  const bool wide = (in.le16() & kUnicode) != 0;
  if (command == kTree1) {
    return read_tree1(smb, wide);
  }
  other = command != kCreate1;
  return other ? SmbRequest{} : read_create1(smb, wide);
}

SmbRequest SmbRequests::read2(Bytes smb, bool& other) {
  Reader in{smb};
  in.skip(12);
  const std::uint16_t command = in.le16();
  if (command == kTree2) {
    return read_tree2(smb);
  }
  other = command != kCreate2;
  return other ? SmbRequest{} : read_create2(smb);
}

SmbRequest SmbRequests::read(Bytes smb, bool second) {
  bool other = false;
  SmbRequest asked = second ? read2(smb, other) : read1(smb, other);
  if (!other) {
    return asked;
  }
  manager_ = manager_ || binds_to_manager(smb);
  return manager_ && creates_service(smb) ? SmbRequest{Sort::create_service, {}} : SmbRequest{};
}

}  // namespace prahari
