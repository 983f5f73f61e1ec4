// HTTP/1.x: what server and client say they are, and passwords sent in the clear.
//
// RFC 9110, RFC 9112; RFC 7617 (Basic).

#include <algorithm>
#include <charconv>
#include <string>

#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t {
  kMethod,
  kUri,
  kHost,
  kUserAgent,
  kStatus,
  kServer,
  kRealm,
  kContentType,
  kContentLength,
  kUser
};
constexpr auto kFields =
    std::to_array<std::string_view>({"method", "uri", "host", "user_agent", "status", "server",
                                     "realm", "content_type", "content_length", "user"});

constexpr std::array kProblems = {
    Problem{"non_http_on_port", "bytes on the HTTP port are no HTTP message", false}};

constexpr auto kMethods =
    std::to_array<std::string_view>({"GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ",
                                     "PATCH ", "TRACE ", "CONNECT ", "PROPFIND ", "M-POST "});
constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::string_view kEnd = "\r\n\r\n";
constexpr std::size_t kLongestHead = 16384;
constexpr std::size_t kTitleWithin = 4096;  // identification.md section 4
constexpr std::size_t kShown = 256;
constexpr std::size_t kLongestChunkLine = 12;  // RFC 9112, 7.1: a length in hex
constexpr std::uint8_t kOfBanner = 80;
constexpr std::uint8_t kOfClient = 60;
constexpr std::uint8_t kOfPort = 40;

std::string_view method_of(std::string_view text) noexcept {
  const auto* const found = std::ranges::find_if(
      kMethods, [text](std::string_view method) { return text.starts_with(method); });
  return found == kMethods.end() ? std::string_view{} : found->substr(0, found->size() - 1);
}

bool begins_message(std::string_view text) noexcept {
  return text.starts_with(kVersion) || !method_of(text).empty();
}

// Whether so few characters may become the beginning of a message.
bool may_begin(std::string_view text) noexcept {
  return kVersion.starts_with(text) ||
         std::ranges::any_of(kMethods,
                             [text](std::string_view method) { return method.starts_with(text); });
}

// The first line, without its end, and whether all of it is there.
bool is_first_line(std::string_view text) noexcept {
  const std::string_view line = take_line(text);
  if (line.starts_with(kVersion)) {
    constexpr std::size_t kStatusAt = 9;
    return line.size() >= kStatusAt + 3 && (line[kStatusAt - 2] == '0' || line[7] == '1') &&
           line[8] == ' ' && line[kStatusAt] >= '1' && line[kStatusAt] <= '5';
  }
  return !method_of(line).empty() && is_ascii(line) &&
         (line.ends_with(" HTTP/1.1") || line.ends_with(" HTTP/1.0"));
}

// What a session wants of a head.
struct Head {
  std::string_view first;
  std::string_view host;
  std::string_view user_agent;
  std::string_view server;
  std::string_view authenticate;
  std::string_view authorization;
  std::string_view content_type;
  std::string_view transfer_encoding;
  std::size_t content_length = 0;
};

Head read_head(std::string_view text) noexcept {
  constexpr std::size_t kLongestBody = std::size_t{1} << 30U;
  struct Row {
    std::string_view name;
    std::string_view Head::*to;
  };
  constexpr auto kRows = std::to_array<Row>({{"Host", &Head::host},
                                             {"User-Agent", &Head::user_agent},
                                             {"Server", &Head::server},
                                             {"WWW-Authenticate", &Head::authenticate},
                                             {"Authorization", &Head::authorization},
                                             {"Content-Type", &Head::content_type},
                                             {"Transfer-Encoding", &Head::transfer_encoding}});
  Head head;
  head.first = take_line(text);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      continue;
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    const auto* const row =
        std::ranges::find_if(kRows, [name](const Row& one) { return same_word(one.name, name); });
    if (row != kRows.end()) {
      head.*(row->to) = value;
    } else if (same_word(name, "Content-Length")) {
      std::from_chars(value.data(), value.data() + value.size(), head.content_length);
      head.content_length = std::min(head.content_length, kLongestBody);
    }
  }
  return head;
}

// A target without its query, and without the user and password that may stand before the host.
std::string_view without_secrets(std::string_view uri) noexcept {
  constexpr std::string_view kScheme = "://";
  uri = uri.substr(0, uri.find_first_of("?#"));
  const std::size_t scheme = uri.find(kScheme);
  if (scheme == std::string_view::npos) {
    return uri;
  }
  const std::string_view rest = uri.substr(scheme + kScheme.size());
  const std::size_t at = rest.substr(0, rest.find('/')).rfind('@');
  return at == std::string_view::npos ? uri : rest.substr(at + 1);
}

// What a request asks for, between its method and its version.
std::string_view target_of(std::string_view first_line) noexcept {
  const std::size_t begin = std::min(first_line.find(' '), first_line.size() - 1) + 1;
  return first_line.substr(begin, first_line.find(' ', begin) - begin);
}

// A program for Windows or Linux, by how it begins.
bool is_program(std::string_view body) noexcept {
  constexpr std::string_view kElf{
      "\x7f"
      "ELF"};
  constexpr std::size_t kStub = 1024;
  const std::string_view head = body.substr(0, kStub);
  return body.starts_with(kElf) ||
         (body.starts_with("MZ") &&
          (head.find("This program") != std::string_view::npos ||
           head.find(std::string_view{"PE\0\0", 4}) != std::string_view::npos));
}

std::string_view realm_of(std::string_view authenticate) noexcept {
  constexpr std::string_view kRealm = "realm=\"";
  const std::size_t at = authenticate.find(kRealm);
  if (at == std::string_view::npos) {
    return {};
  }
  authenticate.remove_prefix(at + kRealm.size());
  return authenticate.substr(0, authenticate.find('"'));
}

// "user:password" of RFC 7617; at most 192 bytes of it.
std::string decode_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : text.substr(0, kShown)) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) {
      break;
    }
    bits = (bits << 6U | static_cast<std::uint32_t>(digit)) & 0xffffU;
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>(bits >> have & 0xffU);
    }
  }
  return out;
}

class HttpSession final : public PlainSession {
 public:
  HttpSession() noexcept : PlainSession(Protocol::http) {}

  [[nodiscard]] Frame frame(Bytes head, Side side) const noexcept override {
    const std::size_t left = body_left_[index(side)];
    if (head.empty()) {
      return Frame::need_more();
    }
    if (left > 0) {
      return Frame::complete(std::min(left, head.size()));
    }
    const std::string_view text = as_text(head);
    if (!begins_message(text)) {
      return text.size() < kVersion.size() && may_begin(text) ? Frame::need_more()
                                                              : Frame::complete(head.size());
    }
    const std::size_t end = text.substr(0, kLongestHead).find(kEnd);
    if (end != std::string_view::npos) {
      return Frame::complete(end + kEnd.size());
    }
    return head.size() < kLongestHead ? Frame::need_more() : Frame::complete(head.size());
  }

  [[nodiscard]] bool starts_here(Bytes head, Side /*side*/,
                                 bool segment_start) const noexcept override {
    return segment_start && is_first_line(as_text(head));
  }

  void on_pdu(const Pdu& given, Emitter& out) override {
    const std::string_view text = as_text(given.bytes);
    std::size_t& left = body_left_[index(given.side)];
    if (left > 0 || !is_first_line(text)) {
      const bool asks = given.direction == Direction::to_server;
      if (left == 0 && asks && !streams_ && misses_ < kMostMisses) {
        ++misses_;
      }
      left -= std::min(left, given.bytes.size());
      look_for_program(given, text, out);
      look_for_title(given, text, out);
      return;
    }
    Pdu pdu = given;
    const Head head = read_head(text);
    if (head.first.starts_with(kVersion)) {
      learn(pdu, Direction::to_client, out);
      on_response(head, pdu, out);
    } else {
      learn(pdu, Direction::to_server, out);
      on_request(head, pdu, out);
    }
  }

  void on_gap(Side side) override { body_left_[index(side)] = 0; }

  // One line is soon made up; a client goes on with requests, unless it said otherwise.
  [[nodiscard]] bool plausible() const noexcept override { return misses_ < kMostMisses; }

 private:
  static std::size_t index(Side side) noexcept { return side == Side::first ? 0 : 1; }

  void on_request(const Head& head, const Pdu& pdu, Emitter& out) {
    const std::string_view method = method_of(head.first);
    head_asked_ = method == "HEAD";
    streams_ |= method == "CONNECT" || !head.transfer_encoding.empty();
    body_left_[index(pdu.side)] = head.content_length;
    body_begins_[index(pdu.side)] = true;
    uri_ = without_secrets(target_of(head.first)).substr(0, kShown);
    tell({Identity::Field::software, kOfClient, "HTTP User-Agent", head.user_agent}, pdu, out);
    std::string user;
    if (starts_with_word(head.authorization, "Basic ")) {
      const std::string both = decode_base64(trimmed(head.authorization.substr(6)));
      const std::size_t colon = both.find(':');
      if (colon != std::string::npos) {
        user = both.substr(0, colon);
        told_login(user, std::string_view{both}.substr(colon + 1), pdu, out);
      }
    }
    if (Fields* fields = out.fields()) {
      fields->text(kMethod, method);
      fields->text(kUri, uri_);
      text_field(*fields, kHost, head.host);
      text_field(*fields, kUserAgent, head.user_agent);
      text_field(*fields, kUser, user);
      fields->number(kContentLength, static_cast<std::int64_t>(head.content_length));
    }
    const bool shell = starts_with_word(uri_, "/wsman");
    say(shell ? "WinRM Request" : "Request", 0, pdu, out, Kind::request);
  }

  void told_login(std::string_view user, std::string_view secret, const Pdu& pdu, Emitter& out) {
    if (!login_told_) {
      login_told_ = true;
      tell_login("HTTP Basic", user, secret, pdu, out);
    }
  }

  void on_response(const Head& head, const Pdu& pdu, Emitter& out) {
    std::uint16_t status = 0;
    const std::string_view code = head.first.substr(kVersion.size() + 2);
    std::from_chars(code.data(), code.data() + code.size(), status);
    streams_ |= status == 101;
    const bool bodiless = head_asked_ || status == 204 || status == 304 || status < 200;
    body_left_[index(pdu.side)] = bodiless ? 0 : head.content_length;
    body_begins_[index(pdu.side)] = true;
    title_within_ = starts_with_word(head.content_type, "text/html") ? kTitleWithin : 0;
    const std::string_view realm = realm_of(head.authenticate);
    tell({Identity::Field::software, kOfBanner, "HTTP Server", head.server}, pdu, out);
    tell({Identity::Field::description, kOfBanner, "HTTP realm", realm}, pdu, out);
    tell({Identity::Field::service, kOfPort, "HTTP answer", "http"}, pdu, out);
    if (starts_with_word(head.authenticate, "Basic")) {
      tell_posture(Posture::Aspect::user_offered, "HTTP Basic", realm,
                   Posture::bit(Posture::Flaw::cleartext_password), pdu, out);
    }
    if (Fields* fields = out.fields()) {
      fields->number(kStatus, status);
      text_field(*fields, kServer, head.server);
      text_field(*fields, kRealm, realm);
      text_field(*fields, kContentType, head.content_type);
      fields->number(kContentLength, static_cast<std::int64_t>(head.content_length));
    }
    say("Response", status, pdu, out, Kind::response);
  }

  static void text_field(Fields& fields, Field field, std::string_view value) {
    if (!value.empty()) {
      fields.text(field, value.substr(0, kShown));
    }
  }

  // A body that begins as a program does, chunked or not.
  void look_for_program(const Pdu& pdu, std::string_view text, Emitter& out) {
    bool& begins = body_begins_[index(pdu.side)];
    if (!begins || pdu.direction == Direction::unknown) {
      return;
    }
    begins = false;
    const std::size_t chunk = text.substr(0, kLongestChunkLine).find("\r\n");
    if (is_program(text) ||
        (chunk != std::string_view::npos && is_program(text.substr(chunk + 2)))) {
      say("Program", 0, pdu, out,
          pdu.direction == Direction::to_client ? Kind::response : Kind::request,
          {.table = "program", .text = uri_});
    }
  }

  void look_for_title(const Pdu& pdu, std::string_view text, Emitter& out) {
    if (title_within_ == 0 || pdu.direction != Direction::to_client) {
      return;
    }
    constexpr std::string_view kOpen = "<title>";
    text = text.substr(0, title_within_);
    title_within_ -= text.size();
    // Not std::ranges::search: Clang 14 cannot read what it yields in libstdc++ 12.
    const auto* const found = std::search(text.begin(), text.end(), kOpen.begin(), kOpen.end(),
                                          [](char x, char y) { return (x | 0x20) == (y | 0x20); });
    if (found == text.end()) {
      return;
    }
    title_within_ = 0;
    std::string_view title =
        text.substr(static_cast<std::size_t>(found - text.begin()) + kOpen.size());
    const std::size_t end = title.find('<');
    if (end != std::string_view::npos) {
      tell({Identity::Field::description, kOfBanner, "HTTP title", title.substr(0, end)}, pdu, out);
    }
  }

  static constexpr std::uint8_t kMostMisses = 2;

  std::array<std::size_t, 2> body_left_{};  // bytes of a body of known length, of each side
  std::size_t title_within_ = 0;            // bytes of the body that may still have a title
  std::string uri_;                         // asked for last, without what may be secret in it
  std::array<bool, 2> body_begins_{};  // the next bytes that are no head are the first of a body
  bool head_asked_ = false;
  bool login_told_ = false;
  bool streams_ = false;     // bodies of unknown length, a tunnel, or another protocol from here on
  std::uint8_t misses_ = 0;  // of the client, where a request was due
};

Probe probe(const ProbeInput& input) noexcept {
  const std::string_view text = as_text(input.head);
  if (input.transport != Transport::tcp || text.empty()) {
    return {};
  }
  if (!begins_message(text)) {
    const bool may = text.size() < kVersion.size() && may_begin(text);
    return {may ? Probe::Answer::need_more : Probe::Answer::no};
  }
  if (text.find('\n') == std::string_view::npos) {
    const bool cut = is_ascii(text) && input.bound && text.size() > 64;
    return {cut ? Probe::Answer::yes : Probe::Answer::need_more};
  }
  if (!is_first_line(text)) {
    return {};
  }
  return {Probe::Answer::yes,
          text.starts_with(kVersion) ? Direction::to_client : Direction::to_server, 0};
}

constexpr std::array kBindings = {
    Binding{Binding::Layer::tcp_port, 80}, Binding{Binding::Layer::tcp_port, 8080},
    Binding{Binding::Layer::tcp_port, 8000}, Binding{Binding::Layer::tcp_port, 8081}};

}  // namespace

extern constinit const Dissector http_dissector;
constinit const Dissector http_dissector{
    .protocol = Protocol::http,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = true,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<HttpSession>();
    },
    .opaque = true,
};

}  // namespace prahari
