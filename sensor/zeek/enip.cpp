// enip.log, cip.log, cip_io.log and cip_identity.log of ICSNPP-ENIP.

#include "dissectors/hex_text.hpp"
#include "sensor/zeek/enip_words.hpp"
#include "sensor/zeek/logs.hpp"

namespace prahari::zeek {
namespace {

using Number = std::optional<std::uint64_t>;

void put_hex(Cell& cell, Number value, std::size_t digits) {
  value ? cell.hex(*value, digits) : cell.unset();
}

struct EnipLine {
  Where where;
  Number command;
  Number length;
  Number session;
  Number status;
  std::string context;  // hex
  Number options;
};
using EnipColumn = Column<EnipLine>;

template <class Line>
inline constexpr std::array<Column<Line>, 1> kPacket = {{
    {"packet_correlation_id", "string",
     [](Cell& c, const Line& l) { c.text(l.where.packet_id().view()); }},
}};

constexpr auto kEnip = join(
    kConnection<EnipLine>, kSides<EnipLine>, kPacket<EnipLine>,
    std::array<EnipColumn, 7>{{
        {"enip_command_code", "string",
         [](Cell& c, const EnipLine& l) { put_hex(c, l.command, 2); }},
        {"enip_command", "string",
         [](Cell& c, const EnipLine& l) { c.text(command_word(l.command.value_or(0))); }},
        {"length", "count", [](Cell& c, const EnipLine& l) { c.count(l.length); }},
        {"session_handle", "string", [](Cell& c, const EnipLine& l) { put_hex(c, l.session, 8); }},
        {"enip_status", "string",
         [](Cell& c, const EnipLine& l) { c.text(enip_status_word(l.status.value_or(0))); }},
        {"sender_context", "string",
         [](Cell& c,
            const EnipLine& l) { l.context.empty() ? c.unset() : c.text("0x" + l.context); }},
        {"options", "string", [](Cell& c, const EnipLine& l) { put_hex(c, l.options, 8); }},
    }});

struct CipLine {
  Where where;
  Number sequence;
  bool request = true;
  Number service;
  std::string service_name;
  Number status;
  Number extended;
  std::string extended_name;
  Number cls;
  std::string class_name;
  Number instance;
  Number attribute;
};
using CipColumn = Column<CipLine>;

constexpr auto kCip = join(
    kConnection<CipLine>, kSides<CipLine>, kPacket<CipLine>,
    std::array<CipColumn, 12>{{
        {"cip_sequence_count", "count",
         [](Cell& c, const CipLine& l) { l.sequence == 0 ? c.unset() : c.count(l.sequence); }},
        {"direction", "string",
         [](Cell& c, const CipLine& l) { c.text(l.request ? "request" : "response"); }},
        {"cip_service_code", "string", [](Cell& c, const CipLine& l) { put_hex(c, l.service, 2); }},
        {"cip_service", "string",
         [](Cell& c, const CipLine& l) {
           c.text(service_word(l.service.value_or(0), l.service_name));
         }},
        {"cip_status_code", "string", [](Cell& c, const CipLine& l) { put_hex(c, l.status, 2); }},
        {"cip_status", "string",
         [](Cell& c,
            const CipLine& l) { l.status ? c.text(cip_status_word(*l.status)) : c.unset(); }},
        {"cip_extended_status_code", "string",
         [](Cell& c, const CipLine& l) { put_hex(c, l.extended, 4); }},
        {"cip_extended_status", "string",
         [](Cell& c, const CipLine& l) { c.text_or_unset(l.extended_name); }},
        {"class_id", "string", [](Cell& c, const CipLine& l) { put_hex(c, l.cls, 2); }},
        {"class_name", "string", [](Cell& c, const CipLine& l) { c.text_or_unset(l.class_name); }},
        {"instance_id", "string", [](Cell& c, const CipLine& l) { put_hex(c, l.instance, 2); }},
        {"attribute_id", "string", [](Cell& c, const CipLine& l) { put_hex(c, l.attribute, 2); }},
    }});

struct IoLine {
  Where where;
  Number connection;
  Number sequence;
  Number length;
  std::string data;  // hex
};
using IoColumn = Column<IoLine>;

constexpr auto kIo = join(
    kConnection<IoLine>, kSides<IoLine>, kPacket<IoLine>,
    std::array<IoColumn, 4>{{
        {"connection_id", "string", [](Cell& c, const IoLine& l) { put_hex(c, l.connection, 8); }},
        {"sequence_number", "count", [](Cell& c, const IoLine& l) { c.count(l.sequence); }},
        {"data_length", "count", [](Cell& c, const IoLine& l) { c.count(l.length); }},
        {"io_data", "string", [](Cell& c, const IoLine& l) { c.text_or_unset(l.data); }},
    }});

struct IdentityLine {
  Where where;
  Number version;
  std::string address;
  Number port;
  Number vendor;
  std::string vendor_name;
  Number type;
  std::string type_name;
  Number product;
  std::string revision;
  Number status;
  Number serial;
  std::string name;
  Number state;
};
using IdentityColumn = Column<IdentityLine>;

constexpr auto kIdentity = join(
    kConnection<IdentityLine>, kSides<IdentityLine>, kPacket<IdentityLine>,
    std::array<IdentityColumn, 13>{{
        {"encapsulation_version", "count",
         [](Cell& c, const IdentityLine& l) { c.count(l.version); }},
        {"socket_address", "addr",
         [](Cell& c, const IdentityLine& l) { c.text_or_unset(l.address); }},
        {"socket_port", "count", [](Cell& c, const IdentityLine& l) { c.count(l.port); }},
        {"vendor_id", "count", [](Cell& c, const IdentityLine& l) { c.count(l.vendor); }},
        {"vendor_name", "string",
         [](Cell& c, const IdentityLine& l) { c.text_or_unset(l.vendor_name); }},
        {"device_type_id", "count", [](Cell& c, const IdentityLine& l) { c.count(l.type); }},
        {"device_type_name", "string",
         [](Cell& c, const IdentityLine& l) { c.text_or_unset(l.type_name); }},
        {"product_code", "count", [](Cell& c, const IdentityLine& l) { c.count(l.product); }},
        {"revision", "string", [](Cell& c, const IdentityLine& l) { c.text_or_unset(l.revision); }},
        {"device_status", "string",
         [](Cell& c, const IdentityLine& l) { put_hex(c, l.status, 4); }},
        {"serial_number", "string",
         [](Cell& c, const IdentityLine& l) { put_hex(c, l.serial, 8); }},
        {"product_name", "string", [](Cell& c, const IdentityLine& l) { c.text(l.name); }},
        {"device_state", "string", [](Cell& c, const IdentityLine& l) { put_hex(c, l.state, 4); }},
    }});

// Unset members of an object stay unset.
Number member_number(const std::vector<std::pair<std::string, std::string>>& object,
                     std::string_view name) {
  for (const auto& [key, value] : object) {
    if (key == name) {
      return number_of(value);
    }
  }
  return std::nullopt;
}

std::string member_text(const std::vector<std::pair<std::string, std::string>>& object,
                        std::string_view name) {
  for (const auto& [key, value] : object) {
    if (key == name && value != "null") {
      return unquote(value);
    }
  }
  return {};
}

Number from_hex(const std::string& text) {
  constexpr int kHex = 16;
  char* end = nullptr;
  const std::uint64_t value = std::strtoull(text.c_str(), &end, kHex);
  return text.empty() || *end != '\0' ? Number{} : Number{value};
}

class EnipLogs final : public ProtocolLogs {
 public:
  [[nodiscard]] bool takes(std::string_view protocol) const noexcept override {
    return protocol == "enip" || protocol == "cip" || protocol == "cipio";
  }

  void message(const Event& event, const Where& where, const Values& values,
               LogFolder& out) override {
    const std::string_view protocol = to_string(event.protocol);
    if (protocol == "enip") {
      encapsulation(where, values, out);
    } else if (protocol == "cip") {
      service(event, where, values, out);
    } else {
      io(where, values, out);
    }
  }

 private:
  static void encapsulation(const Where& where, const Values& values, LogFolder& out) {
    out.write<EnipLine>("enip", kEnip,
                        {.where = where,
                         .command = values.number("command"),
                         .length = values.number("length"),
                         .session = values.number("session"),
                         .status = values.number("status"),
                         .context = values.text("sender_context"),
                         .options = values.number("options")});
    const auto identity = members(values.json("identity"));
    if (identity.empty()) {
      return;
    }
    IdentityLine line;
    line.where = where;
    line.version = member_number(identity, "encap_version");
    line.address = member_text(identity, "ip");
    line.port = member_number(identity, "port");
    line.vendor = member_number(identity, "vendor_id");
    line.vendor_name = vendor_word(line.vendor.value_or(0), member_text(identity, "vendor"));
    line.type = member_number(identity, "device_type");
    line.type_name =
        device_type_word(line.type.value_or(0), member_text(identity, "device_type_name"));
    line.product = member_number(identity, "product_code");
    line.revision = member_text(identity, "revision");
    line.status = member_number(identity, "status");
    line.serial = from_hex(member_text(identity, "serial"));
    line.name = member_text(identity, "product_name");
    line.state = member_number(identity, "state");
    out.write<IdentityLine>("cip_identity", kIdentity, line);
  }

  static void service(const Event& event, const Where& where, const Values& values,
                      LogFolder& out) {
    CipLine line;
    line.where = where;
    line.sequence = values.number("seq");
    line.request = event.message.kind == Kind::request;
    line.service = values.number("service");
    line.service_name = values.text("service_name");
    if (line.request) {
      line.cls = values.number("class");
      line.class_name = line.cls ? class_word(*line.cls, values.text("class_name")) : "";
      line.instance = values.number("instance");
      line.attribute = values.number("attribute");
    } else {
      line.status = values.number("status");
      const auto extended = members(values.json("ext_status"));
      if (!extended.empty()) {
        line.extended = number_of(extended.front().second);
        line.extended_name = values.text("ext_status_name");
      }
    }
    out.write<CipLine>("cip", kCip, line);
  }

  // ICSNPP leaves the sequence count of the connection in the data.
  static void io(const Where& where, const Values& values, LogFolder& out) {
    const Number count = values.number("cip_seq");
    IoLine line;
    line.where = where;
    line.connection = values.number("connection_id");
    line.sequence = values.number("encap_seq");
    line.length = values.number("data_len").value_or(0) + (count ? 2 : 0);
    if (count) {
      append_hex(line.data, *count, 2);
      append_hex(line.data, *count >> 8U, 2);
    }
    line.data += values.text("data");
    out.write<IoLine>("cip_io", kIo, line);
  }
};

}  // namespace

std::unique_ptr<ProtocolLogs> enip_logs() { return std::make_unique<EnipLogs>(); }

}  // namespace prahari::zeek
