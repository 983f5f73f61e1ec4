#include "dissectors/protocols/opcua/framing.hpp"

#include <algorithm>
#include <array>

#include "dissectors/protocols/opcua/services.hpp"
#include "dissectors/protocols/opcua/wire.hpp"

namespace prahari::opcua {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"HEL", "ACK", "ERR", "RHE",
                                                    "OPN", "CLO", "MSG"};
// The same as they stand in three bytes: looked for in every chunk.
constexpr auto kCodes = [] {
  std::array<std::uint32_t, kNames.size()> codes{};
  std::ranges::transform(kNames, codes.begin(), [](std::string_view name) {
    std::uint32_t code = 0;
    for (const char letter : name) {
      code = code << 8U | static_cast<unsigned char>(letter);
    }
    return code;
  });
  return codes;
}();
constexpr std::uint32_t kAcknowledgeSize = 28;
constexpr std::uint32_t kHelloSize = 32;    // without the URL
constexpr std::uint32_t kErrorSize = 16;    // without the reason
constexpr std::uint32_t kReverseSize = 16;  // without both texts
constexpr std::uint32_t kMaxText = 4096;
constexpr std::uint32_t kMaxVersion = 0x100;
constexpr std::uint32_t kLeastBuffer = 1024;
constexpr std::uint32_t kLeastSymmetric = 24;
constexpr std::size_t kMaxPolicy = 255;

Probe yes(Direction direction) noexcept { return {Probe::Answer::yes, direction, 0}; }

bool plain_text(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool genuine_hello(Reader in, std::uint32_t size) noexcept {
  if (size < kHelloSize || size > kHelloSize + kMaxText) {
    return false;
  }
  const Hello hello = read_hello(in);
  return hello.version <= kMaxVersion && hello.receive_buffer >= kLeastBuffer && in.ok() &&
         in.remaining() == 0;
}

bool genuine_acknowledge(Reader in, std::uint32_t size) noexcept {
  const Hello hello = read_acknowledge(in);
  return size == kAcknowledgeSize && in.ok() && hello.version <= kMaxVersion &&
         hello.receive_buffer >= kLeastBuffer;
}

bool genuine_texts(Reader in, std::uint32_t size, std::uint32_t least, int texts) noexcept {
  if (size < least || size > least + 2 * kMaxText) {
    return false;
  }
  for (int i = 0; i < texts; ++i) {
    static_cast<void>(read_text(in));
  }
  return in.ok() && in.remaining() == 0;
}

// An OPN names its policy in the clear, whatever the policy; of those without security also whose
// message it is.
bool genuine_open(Reader in, bool whole, Direction& direction) noexcept {
  in.skip(4);
  const std::string_view policy = read_text(in);
  if (!in.ok() || policy.empty() || policy.size() > kMaxPolicy || !plain_text(policy)) {
    return false;
  }
  if (!whole) {
    return true;
  }
  static_cast<void>(read_bytes(in));
  static_cast<void>(read_bytes(in));
  in.skip(8);
  if (!in.ok()) {
    return false;
  }
  if (const Named named = name_message(in.rest()); named.service != nullptr) {
    direction = named.response ? Direction::to_client : Direction::to_server;
  }
  return true;
}

bool genuine_symmetric(Reader in, std::uint32_t size, Direction& direction) noexcept {
  const std::uint32_t channel = in.le32();
  in.skip(12);  // token, sequence number, request id
  if (size < kLeastSymmetric || channel == 0) {
    return false;
  }
  const Named named = name_message(in.rest());
  if (named.service != nullptr && named.service->request != named.service->response) {
    direction = named.response ? Direction::to_client : Direction::to_server;
  }
  return true;
}

bool genuine_body(const Header& header, Reader body, Direction& direction) noexcept {
  switch (header.type) {
    case MessageType::hello:
      direction = Direction::to_server;
      return genuine_hello(body, header.size);
    case MessageType::acknowledge:
      direction = Direction::to_client;
      return genuine_acknowledge(body, header.size);
    case MessageType::error:
      direction = Direction::to_client;
      body.skip(4);
      return genuine_texts(body, header.size, kErrorSize, 1);
    case MessageType::reverse:
      direction = Direction::to_client;
      return genuine_texts(body, header.size, kReverseSize, 2);
    case MessageType::open:
      return genuine_open(body, true, direction);
    case MessageType::close:
    case MessageType::message:
      return genuine_symmetric(body, header.size, direction);
  }
  return false;
}

// The first bytes of some header.
bool begins_header(Bytes head) noexcept {
  if (head.size() > 3) {
    const auto letter = std::to_integer<char>(head[3]);
    const bool divided = letter == 'C' || letter == 'A';
    if (letter != 'F' && !(divided && as_text(head.first(3)) == "MSG")) {
      return false;
    }
  }
  return std::ranges::any_of(kNames, [&](std::string_view name) {
    const std::size_t size = std::min(head.size(), name.size());
    return as_text(head.first(size)) == name.substr(0, size);
  });
}

}  // namespace

std::string_view to_string(MessageType type) noexcept {
  return kNames[static_cast<std::size_t>(type)];
}

std::optional<Header> read_header(Bytes head) noexcept {
  Reader in{head};
  const std::uint32_t code = in.be24();
  const auto chunk = static_cast<char>(in.u8());
  const std::uint32_t size = in.le32();
  const auto* found = std::ranges::find(kCodes, code);
  if (!in.ok() || found == kCodes.end() || size < kHeaderSize || size > kMaxChunk) {
    return std::nullopt;
  }
  const auto type = static_cast<MessageType>(found - kCodes.begin());
  const bool divided = type == MessageType::message && (chunk == 'C' || chunk == 'A');
  if (chunk != 'F' && !divided) {
    return std::nullopt;
  }
  return Header{type, chunk, size};
}

Frame frame_chunk(Bytes head) noexcept {
  if (head.size() < kHeaderSize) {
    return begins_header(head) ? Frame::need_more() : Frame::not_mine();
  }
  const std::optional<Header> header = read_header(head);
  if (!header) {
    return Frame::not_mine();
  }
  return head.size() < header->size ? Frame::need_more() : Frame::complete(header->size);
}

Hello read_hello(Reader& in) noexcept {
  Hello hello = read_acknowledge(in);
  hello.url = read_text(in);
  return hello;
}

Hello read_acknowledge(Reader& in) noexcept {
  Hello hello;
  hello.version = in.le32();
  hello.receive_buffer = in.le32();
  hello.send_buffer = in.le32();
  hello.max_message = in.le32();
  hello.max_chunks = in.le32();
  return hello;
}

bool looks_genuine(Bytes head, Direction& direction) noexcept {
  const std::optional<Header> header = read_header(head);
  if (!header) {
    return false;
  }
  const bool whole = head.size() >= header->size;
  Reader body{
      head.subspan(kHeaderSize, std::min<std::size_t>(head.size(), header->size) - kHeaderSize)};
  if (whole) {
    return genuine_body(*header, body, direction);
  }
  // Of a long chunk the first part: only those that are ever long.
  switch (header->type) {
    case MessageType::message:
      return head.size() >= kLeastSymmetric && genuine_symmetric(body, header->size, direction);
    case MessageType::open:
      return genuine_open(body, false, direction);
    default:
      return false;
  }
}

Probe probe(const ProbeInput& input) noexcept {
  if (input.transport != Transport::tcp || !begins_header(input.head)) {
    return {};
  }
  const std::optional<Header> header = read_header(input.head);
  if (!header) {
    return {input.head.size() < kHeaderSize ? Probe::Answer::need_more : Probe::Answer::no};
  }
  Direction direction = Direction::unknown;
  if (looks_genuine(input.head, direction)) {
    return yes(direction);
  }
  const bool partial = input.head.size() < header->size && input.head.size() < 64;
  return {partial ? Probe::Answer::need_more : Probe::Answer::no};
}

}  // namespace prahari::opcua
