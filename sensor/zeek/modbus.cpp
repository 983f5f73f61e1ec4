// modbus.log of Zeek 7 (base/protocols/modbus) and the four logs of ICSNPP-Modbus.

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>

#include "sensor/zeek/logs.hpp"
#include "sensor/zeek/modbus_columns.hpp"
#include "sensor/zeek/modbus_words.hpp"

namespace prahari::zeek {
namespace modbus {
namespace {

constexpr std::uint8_t kExceptionBit = 0x80;
constexpr std::uint16_t kReadDiscreteInputs = 2;
constexpr std::uint16_t kDiagnostics = 8;
constexpr std::uint16_t kReadFileRecord = 20;
constexpr std::uint16_t kWriteFileRecord = 21;
constexpr std::uint16_t kMaskWrite = 22;
constexpr std::uint16_t kReadWrite = 23;
constexpr std::uint16_t kReadFifo = 24;
constexpr std::uint16_t kEncapsulated = 43;
constexpr std::uint64_t kDeviceIdentification = 14;

// Functions that ICSNPP has a handler for; of any other it writes each message by itself.
constexpr bool paired(std::uint16_t function) noexcept {
  constexpr std::uint16_t kLastRead = 6;
  return (function >= 1 && function <= kLastRead) || function == kDiagnostics || function == 15 ||
         function == 16 || (function >= kReadFileRecord && function <= kReadFifo) ||
         function == kEncapsulated;
}

std::uint64_t items(std::string_view json) noexcept {
  return json.size() <= 2 ? 0 : 1 + static_cast<std::uint64_t>(std::ranges::count(json, ','));
}

// The words of a diagnostic message as the bytes they were.
std::string diagnostic_bytes(std::string_view json) {
  constexpr std::uint64_t kOctet = 0xff;
  std::string out;
  for (const auto& [name, value] : members(json)) {
    const std::uint64_t word = number_of(value).value_or(0);
    out += static_cast<char>(word >> 8U & kOctet);
    out += static_cast<char>(word & kOctet);
  }
  return out;
}

// "Diagnostics: Return Query Data" without its first word.
std::string sub_function(const Event& event) {
  constexpr std::string_view kPrefix = "Diagnostics: ";
  std::string_view name = event.message.name;
  if (name.ends_with("Unknown Sub-Function")) {
    return "unknown-" + std::to_string(event.message.sub_function);
  }
  return std::string{name.substr(name.starts_with(kPrefix) ? kPrefix.size() : 0)};
}

std::string mei_name(std::uint64_t mei) {
  if (mei == kDeviceIdentification) {
    return "Read Device Identification";
  }
  return mei == 13 ? "CANopen" : "invalid encapsulated interface transport";
}

// The bits behind the last coil of a response, which ICSNPP shows as data.
std::string padding(std::uint64_t quantity) {
  std::string out;
  for (std::uint64_t bit = quantity; bit % 8 != 0; ++bit) {
    out += out.empty() ? "0" : ",0";
  }
  return out;
}

// Messages of one packet differ in their transaction.
std::string link_id(const Line& line) {
  constexpr std::uint64_t kNone = 0x1'0000;
  return std::string{line.where.packet_id(line.tid.value_or(kNone)).view()};
}

class ModbusLogs final : public ProtocolLogs {
 public:
  [[nodiscard]] bool takes(std::string_view protocol) const noexcept override {
    return protocol == "modbus";
  }

  void message(const Event& event, const Where& where, const Values& values,
               LogFolder& out) override {
    const MessageFacts& facts = event.message;
    const bool exception = facts.kind == Kind::exception;
    Line line;
    line.where = where;
    line.tid = values.number("tid");
    line.unit = values.number("unit");
    line.func =
        function_word(static_cast<std::uint8_t>(facts.function | (exception ? kExceptionBit : 0U)));
    line.request = facts.direction == Direction::unknown ? where.is_orig
                                                         : facts.direction == Direction::to_server;
    if (exception) {
      line.exception = exception_word(values.number("exception").value_or(0));
    }
    out.write<Line>("modbus", kModbus, line);
    if (!paired(facts.function)) {
      out.write<Detailed>("modbus_detailed", kDetailed, alone(line));
    } else if (line.request && !exception) {
      ask(event, values, std::move(line), out);
    } else {
      answer(event, values, std::move(line), out);
    }
  }

  void closed(FlowId flow, LogFolder& out) override {
    const auto found = waiting_.find(flow.index());
    if (found == waiting_.end()) {
      return;
    }
    for (Request& request : found->second) {
      unanswered(request, out);
    }
    total_ -= found->second.size();
    waiting_.erase(found);
  }

 private:
  static constexpr std::size_t kWaiting = 65'536;  // more are written without their response
  static constexpr std::size_t kWaitingInFlow = 64;

  struct Request {
    Detailed line;
    PacketRef packet;
    std::uint16_t function = 0;
  };
  using Queue = std::deque<Request>;

  static Detailed alone(const Line& line) {
    Detailed out;
    out.where = line.where;
    out.tid = line.tid;
    out.unit = line.unit;
    out.func = line.func;
    out.exception = line.exception;
    return out;
  }

  static void unanswered(Request& request, LogFolder& out) {
    request.line.matched = false;
    out.write<Detailed>("modbus_detailed", kDetailed, request.line);
  }

  void ask(const Event& event, const Values& values, Line line, LogFolder& out) {
    const std::uint16_t function = event.message.function;
    Request request{.line = alone(line), .packet = event.packet, .function = function};
    Detailed& wide = request.line;
    const std::string data = values.list("values");
    switch (function) {
      case kDiagnostics:
        wide.request_sub = sub_function(event);
        wide.request_data = diagnostic_bytes(data);
        break;
      case kReadFileRecord:
      case kWriteFileRecord:
        wide.quantity = event.message.count;
        break;
      case kMaskWrite:
      case kReadWrite:
      case kEncapsulated:
        line.link = wide.link = link_id(line);
        link(event, values, line, out);
        wide.mei = function == kEncapsulated ? mei_name(values.number("sub").value_or(0)) : "";
        wide.address = function == kMaskWrite ? line.address : std::nullopt;
        break;
      default:
        wide.address = values.number("addr");
        wide.quantity = function == 5 || function == 6 ? 1 : values.number("qty");
        wide.request_values = data;
    }
    Queue& queue = waiting_[event.flow.index()];
    queue.push_back(std::move(request));
    if (++total_ > kWaiting || queue.size() > kWaitingInFlow) {
      unanswered(queue.front(), out);
      queue.pop_front();
      --total_;
    }
  }

  void answer(const Event& event, const Values& values, Line line, LogFolder& out) {
    std::optional<Request> request = take(event, values);
    const std::uint16_t function = event.message.function;
    const bool exception = event.message.kind == Kind::exception;
    if (request) {
      line.link = request->line.link;
      request->line.matched = true;
    } else {
      request = Request{.line = alone(line), .packet = {}, .function = function};
      if (!exception) {
        request->line.matched = false;
      }
    }
    Detailed& wide = request->line;
    wide.exception = line.exception;
    if (!exception) {
      fill_response(event, values, line, wide);
      link(event, values, line, out);
    }
    out.write<Detailed>("modbus_detailed", kDetailed, wide);
  }

  static void fill_response(const Event& event, const Values& values, Line& line, Detailed& wide) {
    const std::uint16_t function = event.message.function;
    const std::string data = values.list("values");
    switch (function) {
      case kDiagnostics:
        wide.response_sub = sub_function(event);
        wide.response_data = diagnostic_bytes(data);
        return;
      case kReadFileRecord:
      case kWriteFileRecord:
        return;
      case kMaskWrite:
      case kReadWrite:
      case kEncapsulated:
        if (line.link.empty()) {
          line.link = wide.link = link_id(line);
        }
        return;
      default:
        wide.response_values = data;
    }
    if (function == kReadFifo || !wide.quantity) {
      wide.quantity = items(data);
    }
    if (function <= kReadDiscreteInputs && event.message.problems == 0) {
      wide.response_data = padding(*wide.quantity);
    }
  }

  // The line of the log that modbus_detailed.log points to.
  static void link(const Event& event, const Values& values, Line& line, LogFolder& out) {
    if (event.message.function == kMaskWrite) {
      const auto masks = members(values.list("values"));
      line.address = values.number("addr");
      line.and_mask = masks.empty() ? std::nullopt : number_of(masks.front().second);
      line.or_mask = masks.size() < 2 ? std::nullopt : number_of(masks[1].second);
      out.write<Line>("modbus_mask_write_register", kMaskWriteLog, line);
    } else if (event.message.function == kReadWrite) {
      line.values = values.list("values");
      if (line.request) {
        line.address = values.number("addr");
        line.quantity = values.number("qty");
        line.write_address = values.number("write_addr");
      }
      out.write<Line>("modbus_read_write_multiple_registers", kReadWriteLog, line);
    } else if (event.message.function == kEncapsulated &&
               values.number("sub") == kDeviceIdentification) {
      identification(values, line, out);
    }
  }

  static void identification(const Values& values, Line& line, LogFolder& out) {
    constexpr std::string_view kPath = "modbus_read_device_identification";
    const auto head = members(values.list("values"));
    const auto octet = [&](std::size_t i) {
      return i < head.size() ? number_of(head[i].second) : std::nullopt;
    };
    line.code = octet(0);
    if (line.request) {
      line.object = octet(1);
      line.object_name = line.object ? asked_name(*line.object) : "";
      return out.write<Line>(kPath, kIdentificationLog, line);
    }
    line.conformity = octet(1);
    for (const auto& [object, value] : members(values.list("mei_objects"))) {
      line.object = number_of(object);
      line.object_name = object_name(line.object.value_or(0));
      line.object_value = unquote(value);
      out.write<Line>(kPath, kIdentificationLog, line);
    }
  }

  // The request that this answers, by the packet that the dissector names.
  std::optional<Request> take(const Event& event, const Values& values) {
    const auto found = waiting_.find(event.flow.index());
    if (!event.message.matched || found == waiting_.end()) {
      return std::nullopt;
    }
    Queue& queue = found->second;
    const Number tid = values.number("tid");
    const auto it = std::ranges::find_if(queue, [&](const Request& request) {
      return request.packet == event.message.request && request.line.tid == tid &&
             request.function == event.message.function;
    });
    if (it == queue.end()) {
      return std::nullopt;
    }
    std::optional<Request> request{std::move(*it)};
    queue.erase(it);
    --total_;
    return request;
  }

  std::unordered_map<std::uint32_t, Queue> waiting_;  // by FlowId::index()
  std::size_t total_ = 0;
};

}  // namespace
}  // namespace modbus

std::unique_ptr<ProtocolLogs> modbus_logs() { return std::make_unique<modbus::ModbusLogs>(); }

}  // namespace prahari::zeek
