// Niagara Fox of Tridium, TCP 1911: frames of text, "fox a 0 -1 fox hello", then lines between
// braces. Never published; as the Nmap script fox-info and the traffic show it.

#include <array>
#include <charconv>
#include <string>

#include "dissectors/ot_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kType, kSequence, kReplyTo, kChannel, kCommand, kSize, kLines };
constexpr std::array<std::string_view, 7> kFields = {"type",    "sequence", "reply_to", "channel",
                                                     "command", "size",     "lines"};

enum Wrong : std::uint8_t { kForeign };
constexpr std::array kProblems = {
    Problem{"non_fox_on_port", "bytes on the Fox port are no Fox frames", false},
};

constexpr std::string_view kBegin = "fox ";
constexpr std::string_view kEnd = "};;\n";
constexpr std::size_t kLongest = std::size_t{8} * 1024;
constexpr std::size_t kMostLines = 64;
constexpr std::size_t kLongestLine = 128;

Frame frame_of(Bytes head) noexcept {
  const std::string_view text = as_text(head);
  if (text.size() < kBegin.size()) {
    return kBegin.starts_with(text) ? Frame::need_more() : Frame::not_mine();
  }
  if (!text.starts_with(kBegin)) {
    return Frame::not_mine();
  }
  const std::size_t end = text.substr(0, kLongest).find(kEnd);
  if (end != std::string_view::npos) {
    return Frame::complete(end + kEnd.size());
  }
  return text.size() < kLongest ? Frame::need_more() : Frame::not_mine();
}

struct Line {
  std::string_view type;
  std::string_view channel;
  std::string_view command;
  std::int32_t sequence = 0;
  std::int32_t reply_to = 0;
  bool sound = false;
};

std::string_view word(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view one = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return one;
}

bool number(std::string_view text, std::int32_t& value) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

// "fox a 0 -1 fox hello"
Line read_line(std::string_view text) noexcept {
  std::string_view rest = text.substr(0, text.find('\n'));
  Line line;
  const bool fox = word(rest) == "fox";
  line.type = word(rest);
  const bool sequence = number(word(rest), line.sequence);
  const bool reply = number(word(rest), line.reply_to);
  line.channel = word(rest);
  line.command = rest;
  line.sound = fox && line.type.size() == 1 && sequence && reply && !line.channel.empty() &&
               line.channel.size() <= 32;
  return line;
}

// What follows "key=s:" on its line.
std::string_view value_of(std::string_view text, std::string_view key) noexcept {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with(key) && line.substr(key.size()).starts_with('=')) {
      line.remove_prefix(key.size() + 1);
      const std::size_t colon = line.find(':');
      return colon == std::string_view::npos ? line : line.substr(colon + 1);
    }
  }
  return {};
}

class FoxSession final : public OtSession {
 public:
  FoxSession() : OtSession(Protocol::fox) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return frame_of(head);
  }

  [[nodiscard]] bool starts_here(Bytes head, Side /*side*/,
                                 bool /*segment_start*/) const noexcept override {
    return frame_of(head).verdict != Frame::Verdict::not_mine && read_line(as_text(head)).sound;
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    const std::string_view text = as_text(pdu.bytes);
    const Line line = read_line(text);
    const bool answers = line.reply_to >= 0;
    const bool hello = line.channel == "fox" && line.command == "hello";
    Message message;
    message.protocol = Protocol::fox;
    message.direction = pdu.direction;
    message.kind = answers ? Kind::response : Kind::request;
    message.name = hello ? "Hello" : line.channel == "fox" ? "Session Command" : "Channel Command";
    // What goes through a channel is the business of the applications.
    message.operation = line.channel == "fox" ? Operation::discover : Operation::control;
    const auto key = static_cast<std::uint64_t>(answers ? line.reply_to : line.sequence);
    if (answers) {
      if (const std::optional<Asked> asked = asked_.take(key, pdu.side)) {
        answer(message, *asked);
      }
    }
    if (!line.channel.empty() && line.channel != "fox") {
      message.target.table = "channel";
      message.target.text = line.channel;
    }
    if (Fields* fields = out.fields()) {
      show(*fields, line, text);
    }
    out.message(message);
    if (!answers) {
      asked_.push(message, key, pdu);
    }
    if (line.sound) {
      confirm();
    }
    if (hello && line.sound) {
      tell_hello(text, pdu, out);
    }
  }

 private:
  static void show(Fields& fields, const Line& line, std::string_view text) {
    TextBuffer buffer;
    fields.text(kType, clean_text(as_bytes(line.type), buffer));
    fields.number(kSequence, line.sequence);
    fields.number(kReplyTo, line.reply_to);
    fields.text(kChannel, clean_text(as_bytes(line.channel), buffer));
    fields.text(kCommand, clean_text(as_bytes(line.command), buffer));
    fields.number(kSize, static_cast<std::int64_t>(text.size()));
    if (line.command != "hello") {
      return;  // others may hold secrets
    }
    fields.begin_list(kLines);
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    for (std::size_t i = 0; i < kMostLines && !text.empty(); ++i) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view one = text.substr(0, std::min(end, kLongestLine));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (one.find('=') != std::string_view::npos) {
        fields.item(clean_text(as_bytes(one), buffer));
      }
    }
    fields.end_list();
  }

  void tell_hello(std::string_view text, const Pdu& pdu, Emitter& out) {
    const Source source{"Fox hello", 90};
    const auto say = [&](Identity::Field field, std::string_view key) {
      tell_raw(field, as_bytes(value_of(text, key)), source, pdu, out);
    };
    say(Identity::Field::name, "hostName");
    say(Identity::Field::serial, "hostId");
    say(Identity::Field::station, "station.name");
    say(Identity::Field::application, "app.name");
    say(Identity::Field::vendor, "brandId");
    const std::string_view app = value_of(text, "app.name");
    // Workbench is the tool; its version is none of a controller.
    say(app == "Workbench" ? Identity::Field::software : Identity::Field::firmware, "app.version");
    joined(Identity::Field::os, text, "os.name", "os.version", source, pdu, out);
    joined(Identity::Field::software, text, "vm.name", "vm.version", source, pdu, out);
  }

  void joined(Identity::Field field, std::string_view text, std::string_view first,
              std::string_view second, const Source& source, const Pdu& pdu, Emitter& out) {
    const std::string_view name = value_of(text, first);
    const std::string_view version = value_of(text, second);
    if (name.empty()) {
      return;
    }
    std::string both{name.substr(0, kLongestLine)};
    if (!version.empty()) {
      both += " ";
      both += version.substr(0, kLongestLine);
    }
    tell_raw(field, as_bytes(both), source, pdu, out);
  }
};

Probe probe(const ProbeInput& input) noexcept {
  const std::string_view text = as_text(input.head);
  if (input.transport != Transport::tcp ||
      frame_of(input.head).verdict == Frame::Verdict::not_mine) {
    return {};
  }
  if (text.find('\n') == std::string_view::npos) {
    const bool more = input.bound && text.size() < kLongestLine;
    return {more ? Probe::Answer::need_more : Probe::Answer::no};
  }
  return {read_line(text).sound ? Probe::Answer::yes : Probe::Answer::no, Direction::unknown, 0};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 1911}};

}  // namespace

extern constinit const Dissector fox_dissector;
constinit const Dissector fox_dissector{
    .protocol = Protocol::fox,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = kForeign,
    .on_any_port = true,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<FoxSession>();
    },
};

}  // namespace prahari
