// SSH: the software of both ends, and how its key exchange looks.
//
// RFC 4253 sections 4.2, 6 and 7.1; HASSH: md5 of the lists of key exchange, ciphers, MACs and
// compression, of the client those towards the server and of the server those towards the client.

#include <algorithm>
#include <string>

#include <openssl/evp.h>

#include "dissectors/hex_text.hpp"
#include "dissectors/plain_session.hpp"

namespace prahari {
namespace {

enum Field : std::size_t { kBanner, kVersion, kSoftware, kHassh };
constexpr auto kFields =
    std::to_array<std::string_view>({"banner", "version", "software", "hassh"});

constexpr std::array kProblems = {
    Problem{"non_ssh_on_port", "bytes on the SSH port are no SSH", false}};

constexpr std::string_view kMagic = "SSH-";
constexpr std::size_t kLongestBanner = 255;
constexpr std::size_t kLongestPacket = 35000;
constexpr std::uint8_t kKexInit = 20;
constexpr std::uint8_t kOfBanner = 80;
constexpr std::uint8_t kOfHassh = 60;

bool is_banner(std::string_view text) noexcept {
  return text.starts_with("SSH-2.0-") || text.starts_with("SSH-1.99-") ||
         text.starts_with("SSH-1.5-");
}

std::string md5_hex(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
    return {};
  }
  std::string out;
  append_hex(out, std::as_bytes(std::span{digest}).first(size));
  return out;
}

// The payload of a KEXINIT behind its type.
std::string hassh_of(Bytes payload, bool by_client) {
  constexpr std::size_t kCookie = 16;
  constexpr std::size_t kLists = 8;  // kex, host key, cipher, MAC and compression both ways
  Reader in{payload};
  in.skip(kCookie);
  std::array<std::string_view, kLists> lists{};
  for (std::string_view& list : lists) {
    list = in.text(in.be32());
  }
  if (!in.ok()) {
    return {};
  }
  const std::size_t way = by_client ? 0 : 1;
  std::string text{lists[0]};
  for (const std::size_t list : {2 + way, 4 + way, 6 + way}) {
    text += ';';
    text += lists[list];
  }
  return md5_hex(text);
}

class SshSession final : public PlainSession {
 public:
  SshSession() noexcept : PlainSession(Protocol::ssh) {}

  [[nodiscard]] Frame frame(Bytes head, Side side) const noexcept override {
    if (head.empty()) {
      return Frame::need_more();
    }
    switch (halves_[index(side)]) {
      case Stage::banner:
        return banner_frame(head);
      case Stage::key_exchange:
        return packet_frame(head);
      case Stage::encrypted:
        break;
    }
    return Frame::complete(head.size());
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    Stage& stage = halves_[index(pdu.side)];
    if (stage == Stage::banner) {
      on_banner(pdu, out);
      stage = Stage::key_exchange;
    } else if (stage == Stage::key_exchange) {
      on_key_exchange(pdu, out);
      stage = Stage::encrypted;
    }
  }

  void on_gap(Side side) override { halves_[index(side)] = Stage::encrypted; }

  // A banner is soon made up; what follows it has to be the key exchange (RFC 4253, 7.1).
  [[nodiscard]] bool plausible() const noexcept override { return !wrong_; }

 private:
  enum class Stage : std::uint8_t { banner, key_exchange, encrypted };

  static std::size_t index(Side side) noexcept { return side == Side::first ? 0 : 1; }

  static Frame banner_frame(Bytes head) noexcept {
    const std::string_view text = as_text(head);
    const std::size_t end = text.substr(0, kLongestBanner).find('\n');
    if (end != std::string_view::npos) {
      return Frame::complete(end + 1);
    }
    return head.size() < kLongestBanner ? Frame::need_more() : Frame::complete(head.size());
  }

  static Frame packet_frame(Bytes head) noexcept {
    Reader in{head};
    const std::size_t size = in.be32();
    if (!in.ok()) {
      return Frame::need_more();
    }
    if (size > kLongestPacket || size == 0) {
      return Frame::complete(head.size());
    }
    return head.size() < size + 4 ? Frame::need_more() : Frame::complete(size + 4);
  }

  void on_banner(const Pdu& pdu, Emitter& out) {
    const std::string_view banner = trimmed(as_text(pdu.bytes));
    if (!is_banner(banner)) {
      return;
    }
    const std::size_t dash = banner.find('-', kMagic.size());
    const std::string_view version = banner.substr(kMagic.size(), dash - kMagic.size());
    const std::string_view software = banner.substr(dash + 1);
    tell({Identity::Field::software, kOfBanner, "SSH banner", software}, pdu, out);
    old_ |= version == "1.5";
    if (version == "1.5") {
      tell_posture(Posture::Aspect::channel_offered, "SSH", "version 1",
                   Posture::bit(Posture::Flaw::deprecated), pdu, out);
    }
    if (Fields* fields = out.fields()) {
      fields->text(kBanner, banner);
      fields->text(kVersion, version);
      fields->text(kSoftware, software);
    }
    say("Banner", 0, pdu, out);
  }

  void on_key_exchange(const Pdu& pdu, Emitter& out) {
    Reader in{pdu.bytes};
    in.skip(4 + 1);  // lengths of packet and padding
    if (in.u8() != kKexInit || !in.ok()) {
      wrong_ = !old_;
      return;
    }
    if (pdu.direction == Direction::unknown) {
      return;
    }
    const bool by_client = pdu.direction == Direction::to_server;
    const std::string hassh = hassh_of(in.rest(), by_client);
    tell({Identity::Field::fingerprint, kOfHassh,
          by_client ? "SSH client (HASSH)" : "SSH server (HASSH)", hassh},
         pdu, out);
    if (Fields* fields = out.fields()) {
      fields->text(kHassh, hassh);
    }
    say("Key Exchange Init", kKexInit, pdu, out);
  }

  std::array<Stage, 2> halves_{};
  bool old_ = false;  // version 1, which begins otherwise
  bool wrong_ = false;
};

Probe probe(const ProbeInput& input) noexcept {
  const std::string_view text = as_text(input.head);
  if (input.transport != Transport::tcp || text.empty()) {
    return {};
  }
  if (text.size() < 9) {
    const bool may = text.substr(0, kMagic.size()) == kMagic.substr(0, text.size());
    return {may ? Probe::Answer::need_more : Probe::Answer::no};
  }
  return {is_banner(text) ? Probe::Answer::yes : Probe::Answer::no};
}

constexpr std::array kBindings = {Binding{Binding::Layer::tcp_port, 22}};

}  // namespace

extern constinit const Dissector ssh_dissector;
constinit const Dissector ssh_dissector{
    .protocol = Protocol::ssh,
    .bindings = kBindings,
    .fields = kFields,
    .problems = kProblems,
    .foreign_problem = 0,
    .on_any_port = true,
    .probe = probe,
    .open = [](std::uint8_t /*variant*/) -> std::unique_ptr<Session> {
      return std::make_unique<SshSession>();
    },
    .opaque = true,
};

}  // namespace prahari
