// What a dissector says about the traffic, in words every protocol shares.
// Inventory, rules and alerts know these types and no protocol.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "capture/packet.hpp"
#include "dissectors/address.hpp"
#include "dissectors/number_list.hpp"

namespace prahari {

enum class Protocol : std::uint8_t {
#define PROTOCOL(name) name,
#define INNER(name, outer) name,
#include "dissectors/protocols.def"
#undef INNER
#undef PROTOCOL
  unknown
};

[[nodiscard]] std::string_view to_string(Protocol protocol) noexcept;  // "unknown" for the last

// The protocol of the flow that carries messages of this one: enip for cip, itself for most.
[[nodiscard]] Protocol carrier_of(Protocol protocol) noexcept;

// Which way a message goes. `unknown` where the bytes do not tell.
enum class Direction : std::uint8_t { to_server, to_client, unknown };

// The side of a flow: `first` sent the first packet that was seen of it.
enum class Side : std::uint8_t { first, second };

[[nodiscard]] constexpr Side other(Side side) noexcept {
  return side == Side::first ? Side::second : Side::first;
}

// The operation class (detections.md). Every message has exactly one.
enum class Operation : std::uint8_t { discover, read, write, control, program, admin };
inline constexpr std::size_t kOperations = 6;

enum class Kind : std::uint8_t { request, response, exception, oneway };

// What is known of the bytes before a message on its flow.
enum class Completeness : std::uint8_t { complete, midstream, gap, one_way };

namespace detail {
template <class Enum, std::size_t N>
constexpr std::string_view name_of(const std::array<std::string_view, N>& names, Enum value) {
  return names[static_cast<std::size_t>(value)];
}
}  // namespace detail

[[nodiscard]] constexpr std::string_view to_string(Operation value) noexcept {
  constexpr std::array<std::string_view, kOperations> kNames = {"discover", "read",    "write",
                                                                "control",  "program", "admin"};
  return detail::name_of(kNames, value);
}

[[nodiscard]] constexpr std::string_view to_string(Completeness value) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"complete", "midstream", "gap", "one-way"};
  return detail::name_of(kNames, value);
}

// What an operation aims at: "unit 1 coil 4", "tag Line1.Speed". Numbers where the protocol has
// numbers, text where it has names; whichever the protocol does not have stays empty.
struct Target {
  std::string_view table;     // a literal: "coil", "holding", "tag", "node"; empty: the device
  std::string_view text;      // a name from the wire, in the packet; not validated
  std::uint32_t unit = 0;     // device behind the address, such as a Modbus unit
  std::uint32_t address = 0;  // first object touched
  std::uint32_t count = 0;    // how many; 0: the operation has no address
};

// How an operation ended, as far as this message tells.
enum class Outcome : std::uint8_t { unknown, success, failure };

// A message that changes how a device works, in words that every protocol shares. Rules about
// stopping, restarting and transferring programs look at this and at no function code. An answer
// has the effect of its request, also where it refuses.
enum class Effect : std::uint8_t {
  none,
  start,           // controller to run
  stop,            // controller to stop
  reset,           // cold or warm start, restart of communications
  silence,         // device stops answering (Modbus listen-only)
  reserve,         // edit lock taken
  release,         // edit lock given back
  debug,           // breakpoints, single step
  clear_counters,  // diagnostics wiped
  force,           // outputs forced
  program_to,      // logic to the device, or changed on it while it runs
  program_from,    // logic read from the device
  firmware,        // firmware to the device
  change_mode,     // to a mode that is neither plain run nor program: test, remote, suspend
  factory_reset,   // settings as delivered
  erase,           // memory, files, logs or history deleted
  unforce,         // forces removed or switched off
  set_time,        // clock or time source
  set_network,     // addresses, host name, ports, port mirroring
  set_security,    // passwords, users, certificates, trust, security policy
  set_safety,      // configuration of a safety function
  suppress,        // alarms or reports switched off, shelved, deleted
  own,             // exclusive ownership of outputs asked for; Target: of which
  disown,          // that ownership given back; the same Target
};
inline constexpr std::size_t kEffects = 24;

[[nodiscard]] constexpr std::string_view to_string(Effect value) noexcept {
  constexpr std::array<std::string_view, kEffects> kNames = {"none",
                                                             "start",
                                                             "stop",
                                                             "reset",
                                                             "silence",
                                                             "reserve",
                                                             "release",
                                                             "debug",
                                                             "clear-counters",
                                                             "force",
                                                             "program-download",
                                                             "program-upload",
                                                             "firmware",
                                                             "change-mode",
                                                             "factory-reset",
                                                             "erase",
                                                             "unforce",
                                                             "set-time",
                                                             "set-network",
                                                             "set-security",
                                                             "set-safety",
                                                             "suppress",
                                                             "own",
                                                             "disown"};
  return detail::name_of(kNames, value);
}

// One request, response or report.
struct Message {
  static constexpr std::size_t kValues = 4;

  Protocol protocol = Protocol::unknown;
  Kind kind = Kind::request;
  Operation operation = Operation::read;
  Effect effect = Effect::none;
  Outcome outcome = Outcome::unknown;  // of a response: success or failure
  Direction direction = Direction::unknown;
  bool matched = false;          // a response whose request was seen; `request` is set
  bool further = false;          // another target of the message just before, not one more message
  bool envelope = false;         // only carries messages that follow as messages of their own
  bool cyclic = false;           // one of an endless train of data: implicit I/O
  bool sealed = false;           // encrypted: what it wants cannot be read
  std::uint8_t value_count = 0;  // how many of `values` are set
  std::uint16_t function = 0;    // the code on the wire
  std::uint16_t sub_function = 0;
  std::uint32_t status = 0;              // exception or error code, 0 for none
  std::uint32_t problems = 0;            // bit i: Dissector::problems[i]; 0 means valid
  std::uint64_t size = 0;                // bytes of all its parts; 0: those of the PDU at hand
  std::string_view name;                 // in plain words, a literal: "Write Single Coil"
  Target target;                         // of a matched response: the request's
  std::array<double, kValues> values{};  // the first values written; whole up to 2^53
  NumberList written;                    // all of them, where there are more; lives as text does
  PacketRef request;                     // completed the request that this answers
  const PacketRef* packet = nullptr;     // completed it, if that is not the packet at hand
};

// What the server calls one of its targets, as somebody asked it: a browsed node.
struct TargetName {
  Protocol protocol = Protocol::unknown;
  std::string_view table;  // a literal, of the target and of what it lies below: "node"
  std::string_view text;   // as Target::text
  std::string_view below;  // likewise of what it lies below; empty: it stands alone
  std::string_view name;   // "Reset", or a path: "Line1/Reset"; not validated
};

// A fact about a device that the device itself told.
struct Identity {
  enum class Field : std::uint8_t {
    vendor,
    product,
    model,
    order_number,
    hardware,
    firmware,
    serial,
    name,
    application,
    mode,
    url,
    application_uri,  // who the software says it is: "urn:host:vendor:product"
    product_uri,
    build,
    profile,      // what it says it can do
    namespaces,   // a namespace of its address space, with its index
    session,      // name of a session it opened
    user,         // name of a user it logs in with, or that logged in to it; never a secret
    device_type,  // "programmable logic controller", as the device says
    mac,          // its own, seen from behind a router
    project,      // what runs on it
    slots,        // how many places its chassis has
    route,        // the way to a module that is not in the chassis: "1/3,2/10.0.0.5"
    security,     // what it says of its own protection
    ip_config,    // "10.0.0.5/24, gateway 10.0.0.1", as it is set
    domain,       // its DNS domain
    link,         // of its port: "100 Mbit/s, full duplex"
    fingerprint,  // how its software behaves, hashed: JA4 of a TLS client
    os,           // operating system
    software,     // a program it runs: "OpenSSH_8.4p1", "Siemens SIMATIC HMI"
    description,  // a text about itself that has no form: SNMP sysDescr
    location,     // where somebody wrote that it stands
    contact,      // whom somebody wrote to call
    neighbour,    // what its port is plugged into: "port 3 of switch-1"
    service,      // what it says it offers: "_opcua-tcp._tcp"
    station       // its number among its kind: BACnet instance, DNP3 address, AMS NetId
  };
  // Somebody else than the two ends of the flow. Either may be empty, not both.
  struct Host {
    MacAddress mac;
    IpAddress ip;
  };

  Field field{};
  std::uint8_t confidence = 0;  // 0 to 100, identification.md section 2
  bool of_sender = true;        // whose device it is: the sender's or the receiver's
  std::uint32_t unit = 0;       // sub-asset; kNoUnit: the device itself
  std::string_view source;      // a literal: "Modbus device identification"
  std::string_view value;       // printable text, valid during the call

  const Host* about = nullptr;  // whose device it is, where it is not one of the two ends

  static constexpr std::uint32_t kNoUnit = 0xffffffff;
};
inline constexpr std::size_t kIdentityFields = 36;

[[nodiscard]] constexpr std::string_view to_string(Identity::Field value) noexcept {
  constexpr std::array<std::string_view, kIdentityFields> kNames = {
      "vendor",      "product",  "model",       "order_number", "hardware", "firmware",
      "serial",      "name",     "application", "mode",         "url",      "application_uri",
      "product_uri", "build",    "profile",     "namespace",    "session",  "user",
      "device_type", "mac",      "project",     "slots",        "route",    "security",
      "ip_config",   "domain",   "link",        "fingerprint",  "os",       "software",
      "description", "location", "contact",     "neighbour",    "service",  "station"};
  return detail::name_of(kNames, value);
}

// A connection for data that come by themselves, cycle by cycle, as its opening or closing shows
// it. The target produces the inputs, the originator the outputs.
struct Connection {
  // What the originator may do with it. CIP Networks Library volume 1, 3-6.
  enum class Use : std::uint8_t {
    unknown,
    exclusive_owner,  // sends outputs
    input_only,       // a sign of life, and listens
    listen_only       // likewise, and only as long as others are connected
  };
  struct Half {
    std::uint32_t id = 0;
    std::uint32_t requested_us = 0;  // packet interval asked for
    std::uint32_t agreed_us = 0;     // and granted
    std::uint16_t size = 0;          // bytes asked for, with counts and headers
    bool multicast = false;
  };

  Protocol protocol = Protocol::unknown;
  bool closed = false;
  Side originator_side = Side::first;  // of the flow that told
  Use use = Use::unknown;
  std::uint8_t transport_class = 0;
  std::uint16_t serial = 0;  // serial, vendor and originator: the same on opening and closing
  std::uint16_t vendor = 0;
  std::uint32_t originator = 0;     // serial number of that device
  std::uint32_t unit = 0xffffffff;  // of the target; Identity::kNoUnit: the device itself
  Half outputs;
  Half inputs;
  IpAddress group;  // that multicast inputs go to; empty: not told
};
inline constexpr std::size_t kConnectionUses = 4;

[[nodiscard]] constexpr std::string_view to_string(Connection::Use value) noexcept {
  constexpr std::array<std::string_view, kConnectionUses> kNames = {"unknown", "exclusive-owner",
                                                                    "input-only", "listen-only"};
  return detail::name_of(kNames, value);
}

// What one host produced under one connection id since this was last told.
struct Production {
  enum class Run : std::uint8_t { unknown, idle, run };  // what its header says of the controller

  Protocol protocol = Protocol::unknown;
  Side producer = Side::first;               // of the flow that told
  Direction direction = Direction::unknown;  // to_server: outputs; to_client: inputs
  Run run = Run::unknown;
  std::uint16_t size = 0;  // bytes of data in the latest, without counts
  std::uint32_t id = 0;
  std::uint32_t packets = 0;
  std::uint32_t lost = 0;      // by gaps of the sequence
  std::uint32_t repeated = 0;  // came twice or late
  std::uint32_t cycles = 0;    // that `span_ns` covers; 0: nothing can be said
  std::int64_t span_ns = 0;
  Timestamp first{};
  Timestamp last{};
};
inline constexpr std::size_t kProductionRuns = 3;

[[nodiscard]] constexpr std::string_view to_string(Production::Run value) noexcept {
  constexpr std::array<std::string_view, kProductionRuns> kNames = {"unknown", "idle", "run"};
  return detail::name_of(kNames, value);
}

// How a host is protected, or is not: what it offers, and what was really used.
struct Posture {
  enum class Aspect : std::uint8_t {
    channel_offered,  // what: the mode, "Sign"; text: policy or version, "Basic256Sha256"
    channel_used,     // the same, of a conversation that took place
    user_offered,     // what: the kind, "user name"; text: the policy it is sent under
    user_used,        // what: the kind; text: the name of the user
    certificate,      // what: whose, "application"; text: subject, key, dates in words
    setting           // anything else: what: which; text: its value
  };

  // What an auditor objects to. Bits of `flaws`.
  enum class Flaw : std::uint8_t {
    no_security,         // neither signed nor encrypted
    not_encrypted,       // signed, but anybody can read
    deprecated,          // policy, version or cipher that its specification withdrew
    anonymous,           // nobody has to say who he is
    cleartext_password,  // whoever listens has the password
    downgrade,           // the server offers better than what was used
    expired,
    not_yet_valid,
    weak_key,
    weak_signature,
    self_signed,
    name_mismatch,  // the certificate is for another application or host
    unreadable      // what should be a certificate is none
  };

  Protocol protocol = Protocol::unknown;
  Aspect aspect{};
  bool of_sender = true;          // about the sender's host, or the receiver's
  std::uint32_t flaws = 0;        // bit i: Flaw i
  std::string_view what;          // a literal
  std::string_view text;          // printable, valid during the call
  std::uint32_t secret_size = 0;  // user_used: bytes of the secret as sent; 0: none
  std::uint64_t secret_hash = 0;  // salted; tells the same secret again, and nothing else
  std::array<std::uint8_t, 20> thumbprint{};  // certificate: its SHA-1
  std::uint64_t key = 0;                      // certificate: fingerprint of its public key

  static constexpr std::uint32_t bit(Flaw flaw) noexcept {
    return std::uint32_t{1} << static_cast<unsigned>(flaw);
  }
  [[nodiscard]] constexpr bool has(Flaw flaw) const noexcept { return (flaws & bit(flaw)) != 0; }
};
inline constexpr std::size_t kPostureAspects = 6;
inline constexpr std::size_t kPostureFlaws = 13;

[[nodiscard]] constexpr std::string_view to_string(Posture::Aspect value) noexcept {
  constexpr std::array<std::string_view, kPostureAspects> kNames = {
      "channel-offered", "channel-used", "user-offered", "user-used", "certificate", "setting"};
  return detail::name_of(kNames, value);
}

[[nodiscard]] constexpr std::string_view to_string(Posture::Flaw value) noexcept {
  constexpr std::array<std::string_view, kPostureFlaws> kNames = {
      "no-security", "not-encrypted", "deprecated",    "anonymous", "cleartext-password",
      "downgrade",   "expired",       "not-yet-valid", "weak-key",  "weak-signature",
      "self-signed", "name-mismatch", "unreadable"};
  return detail::name_of(kNames, value);
}

// The bytes contradict the specification outside any message, or an expected message did not
// come. Never fatal, always counted.
struct Anomaly {
  Protocol protocol = Protocol::unknown;
  std::uint8_t problem = 0;                  // index into Dissector::problems
  Direction direction = Direction::unknown;  // of the bytes, or of the missing message
  std::uint16_t function = 0;
  Target target;
  PacketRef request;  // the request that stayed unanswered, where that is the anomaly
};

}  // namespace prahari
