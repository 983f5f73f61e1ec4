// The service on UDP 48899: what TwinCAT hosts say of themselves, and the routes that are set on
// them.

#include <optional>

#include "dissectors/ot_session.hpp"
#include "dissectors/printable.hpp"
#include "dissectors/protocols/ads/ads.hpp"

namespace prahari::ads {
namespace {

constexpr std::uint32_t kMagic = 0x71146603;
constexpr std::size_t kLongestUser = 128;

struct Tags {
  std::optional<std::uint32_t> error;
  std::string version;
  std::string os;
  std::string_view host;
  std::string_view route;
  std::string_view user;
  Bytes password;
  bool cut = false;
};

std::string os_text(Reader in) {
  in.skip(4);
  const std::uint32_t major = in.le32();
  const std::uint32_t minor = in.le32();
  const std::uint32_t build = in.le32();
  const std::uint32_t platform = in.le32();
  if (!in.ok() || major > 100 || minor > 1000) {
    return {};
  }
  const std::string_view kind = platform == 3 ? "Windows CE " : platform == 2 ? "Windows NT " : "";
  return kind.empty() ? std::string{}
                      : std::string{kind} + std::to_string(major) + "." + std::to_string(minor) +
                            "." + std::to_string(build);
}

Tags read_tags(Reader in, std::uint32_t count) {
  Tags tags;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::uint16_t tag = in.le16();
    const std::uint16_t size = in.le16();
    Reader value = in.sub(size);
    if (!in.ok()) {
      break;
    }
    switch (tag) {
      case 1:
        tags.error = value.le32();
        break;
      case 2:
        tags.password = before_nul(value.rest());
        break;
      case 3: {
        const std::uint8_t major = value.u8();
        const std::uint8_t minor = value.u8();
        const std::uint16_t build = value.le16();
        tags.version =
            std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(build);
        break;
      }
      case 4:
        tags.os = os_text(value);
        break;
      case 5:
        tags.host = as_text(before_nul(value.rest()));
        break;
      case 12:
        tags.route = as_text(before_nul(value.rest()));
        break;
      case 13:
        tags.user = as_text(before_nul(value.rest()));
        break;
      default:
        break;
    }
  }
  tags.cut = !in.ok();
  return tags;
}

Meaning service_meaning(std::uint32_t service) noexcept {
  switch (service) {
    case 1:
      return {"Server Info", Operation::discover};
    case 6:
      return {"Add Route", Operation::admin, Effect::set_network};
    case 7:
      return {"Delete Route", Operation::admin, Effect::set_network};
    default:
      return {"Unknown Service", Operation::control};
  }
}

class DiscoverySession final : public OtSession {
 public:
  DiscoverySession() : OtSession(Protocol::ads) {}

  [[nodiscard]] Frame frame(Bytes head, Side /*side*/) const noexcept override {
    return discovery_frame(head);
  }

  void on_pdu(const Pdu& pdu, Emitter& out) override {
    Reader in{pdu.bytes};
    in.skip(4);
    const std::uint32_t invoke = in.le32();
    const std::uint32_t code = in.le32();
    const NetAddress source = read_address(in);
    const std::uint32_t count = in.le32();
    const Tags tags = in.ok() ? read_tags(in, count) : Tags{};
    const bool response = (code & kUdpAnswer) != 0;
    const std::uint32_t service = code & ~kUdpAnswer;
    const Meaning meaning = service_meaning(service);
    confirm();
    Message message;
    message.protocol = Protocol::ads;
    message.direction = direct(pdu, response, out);
    message.kind = response ? Kind::response : Kind::request;
    message.function = static_cast<std::uint16_t>(service);
    message.name = meaning.name;
    message.operation = meaning.operation;
    message.effect = meaning.effect;
    message.problems |= tags.cut ? 1U << kTruncated : 0U;
    if (!tags.route.empty()) {
      message.target.table = "route";
      message.target.text = tags.route;
    }
    const std::uint64_t key = std::uint64_t{1} << 32U | std::uint64_t{invoke} << 33U | service;
    if (response) {
      if (const std::optional<Asked> asked = asked_.take(key, pdu.side)) {
        answer(message, *asked);
      }
      message.status = tags.error.value_or(0);
      message.outcome = message.status == 0 ? Outcome::success : Outcome::failure;
    }
    if (Fields* fields = out.fields()) {
      show(*fields, service, invoke, source, tags);
    }
    out.message(message);
    if (!response) {
      asked_.push(message, key, pdu);
    }
    tell_host(service, response, source, tags, pdu, out);
  }

 private:
  static void show(Fields& fields, std::uint32_t service, std::uint32_t invoke,
                   const NetAddress& source, const Tags& tags) {
    fields.number(kService, service);
    fields.number(kInvoke, invoke);
    fields.text(kSource, net_id(source) + ":" + std::to_string(source.port));
    if (tags.error) {
      fields.number(kError, *tags.error);
    }
    if (!tags.version.empty()) {
      fields.text(kVersion, tags.version);
    }
    const auto show_text = [&](Field field, std::string_view text) {
      if (!text.empty()) {
        fields.text(field, text.substr(0, kShown));
      }
    };
    show_text(kHost, tags.host);
    show_text(kRoute, tags.route);
    show_text(kUser, tags.user);
  }

  void tell_host(std::uint32_t service, bool response, const NetAddress& address, const Tags& tags,
                 const Pdu& pdu, Emitter& out) {
    if (!is_null(address)) {
      tell(Identity::Field::station, net_id(address), {"ADS discovery", 85}, pdu, out);
    }
    if (response && service == 1) {
      const Source source{"ADS discovery", 85};
      tell(Identity::Field::vendor, "Beckhoff", source, pdu, out);
      tell_raw(Identity::Field::name, as_bytes(tags.host), source, pdu, out);
      tell(Identity::Field::software, tags.version.empty() ? "" : "TwinCAT " + tags.version, source,
           pdu, out);
      tell(Identity::Field::os, tags.os, source, pdu, out);
    }
    if (!response && service == 6 && !tags.password.empty()) {
      std::string user;
      append_printable(user, tags.user, kLongestUser);
      Posture posture;
      posture.protocol = Protocol::ads;
      posture.aspect = Posture::Aspect::user_used;
      posture.of_sender = false;
      posture.flaws = Posture::bit(Posture::Flaw::cleartext_password);
      posture.what = "user name";
      posture.text = user;
      posture.secret_size = static_cast<std::uint32_t>(tags.password.size());
      out.posture(posture);
    }
  }
};

}  // namespace

Frame discovery_frame(Bytes head) noexcept {
  Reader in{head};
  const std::uint32_t magic = in.le32();
  in.skip(16);
  return in.ok() && magic == kMagic ? Frame::complete(head.size()) : Frame::not_mine();
}

std::unique_ptr<Session> open_discovery() { return std::make_unique<DiscoverySession>(); }

}  // namespace prahari::ads
