// opcua_binary.log of ICSNPP-OPCUA-Binary: a line for each request with its response, and one for
// each message that has none. Columns that records do not hold (time-outs, diagnostics, nonces,
// certificates, session tokens) are there and unset; secrets are never written.

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>

#include "sensor/zeek/logs.hpp"

namespace prahari::zeek {
namespace {

using Number = std::optional<std::uint64_t>;

constexpr std::string_view kPolicies = "http://opcfoundation.org/UA/SecurityPolicy#";

// One way of an exchange.
struct Half {
  std::string link;
  Number size;
  Number sequence;
  Number identifier;
  std::string name;
  Number handle;
};

struct Line {
  Where where;  // of the request
  std::string type;
  std::string chunk;
  std::uint64_t size = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> limits;
  std::string url;
  std::string channels;  // "0,3" where a channel is opened: asked for, given
  std::string policy;    // URI
  Number request_id;
  Half request;
  Half response;
};
using Col = Column<Line>;

template <std::size_t Count>
constexpr std::array<Col, Count> unset(const std::array<std::string_view, 2 * Count>& names) {
  std::array<Col, Count> out{};
  for (std::size_t i = 0; i < Count; ++i) {
    out[i] = {names[2 * i], names[2 * i + 1], [](Cell& c, const Line&) { c.unset(); }};
  }
  return out;
}

void put_limit(Cell& cell, const Line& line, std::string_view name) {
  const auto found =
      std::ranges::find_if(line.limits, [&](const auto& limit) { return limit.first == name; });
  cell.count(found == line.limits.end() ? Number{} : number_of(found->second));
}

constexpr auto kHead = std::to_array<Col>({
    {"msg_type", "string", [](Cell& c, const Line& l) { c.text(l.type); }},
    {"is_final", "string", [](Cell& c, const Line& l) { c.text(l.chunk); }},
    {"total_size", "count", [](Cell& c, const Line& l) { c.count(l.size); }},
    {"error", "count", [](Cell& c, const Line&) { c.unset(); }},
    {"reason", "string", [](Cell& c, const Line& l) { c.text_or_unset(l.reason); }},
    {"version", "count", [](Cell& c, const Line& l) { put_limit(c, l, "version"); }},
    {"rcv_buf_size", "count", [](Cell& c, const Line& l) { put_limit(c, l, "receive_buffer"); }},
    {"snd_buf_size", "count", [](Cell& c, const Line& l) { put_limit(c, l, "send_buffer"); }},
    {"max_msg_size", "count", [](Cell& c, const Line& l) { put_limit(c, l, "max_message"); }},
    {"max_chunk_cnt", "count", [](Cell& c, const Line& l) { put_limit(c, l, "max_chunks"); }},
    {"endpoint_url", "string", [](Cell& c, const Line& l) { c.text_or_unset(l.url); }},
    {"sec_channel_id", "vector[count]",
     [](Cell& c, const Line& l) { c.text_or_unset(l.channels); }},
    {"sec_policy_uri_len", "int",
     [](Cell& c, const Line& l) {
       l.policy.empty() ? c.unset() : c.count(std::uint64_t{l.policy.size()});
     }},
    {"sec_policy_uri", "string", [](Cell& c, const Line& l) { c.text_or_unset(l.policy); }},
});

constexpr auto kCertificates = unset<4>(
    {"snd_cert_len", "int", "snd_cert", "string", "rcv_cert_len", "int", "rcv_cert", "string"});

constexpr auto kRequest = std::to_array<Col>({
    {"request_id", "count", [](Cell& c, const Line& l) { c.count(l.request_id); }},
    {"req_opcua_link_id", "string",
     [](Cell& c, const Line& l) { c.text_or_unset(l.request.link); }},
    {"req_msg_size", "count", [](Cell& c, const Line& l) { c.count(l.request.size); }},
    {"req_seq_number", "count", [](Cell& c, const Line& l) { c.count(l.request.sequence); }},
    {"req_encoding_mask", "count", [](Cell& c, const Line&) { c.unset(); }},
    {"req_namespace_idx", "count",
     [](Cell& c, const Line& l) { l.request.identifier ? c.count(std::uint64_t{0}) : c.unset(); }},
    {"req_identifier", "count", [](Cell& c, const Line& l) { c.count(l.request.identifier); }},
    {"req_identifier_str", "string",
     [](Cell& c, const Line& l) { c.text_or_unset(l.request.name); }},
});

constexpr auto kRequestHeader = unset<7>(
    {"req_hdr_node_id_type", "string", "req_hdr_node_id_namespace_idx", "count",
     "req_hdr_node_id_numeric", "count", "req_hdr_node_id_string", "string", "req_hdr_node_id_guid",
     "string", "req_hdr_node_id_opaque", "string", "req_hdr_timestamp", "time"});

constexpr auto kHandle = std::to_array<Col>({
    {"req_hdr_request_handle", "count", [](Cell& c, const Line& l) { c.count(l.request.handle); }},
});

constexpr auto kRequestRest = unset<5>(
    {"req_hdr_return_diag", "count", "req_hdr_audit_entry_id", "string", "req_hdr_timeout_hint",
     "count", "req_hdr_add_hdr_type_id", "count", "req_hdr_add_hdr_enc_mask", "count"});

constexpr auto kResponse = std::to_array<Col>({
    {"res_opcua_link_id", "string",
     [](Cell& c, const Line& l) { c.text_or_unset(l.response.link); }},
    {"res_msg_size", "count", [](Cell& c, const Line& l) { c.count(l.response.size); }},
    {"res_seq_number", "count", [](Cell& c, const Line& l) { c.count(l.response.sequence); }},
    {"res_encoding_mask", "count", [](Cell& c, const Line&) { c.unset(); }},
    {"res_namespace_idx", "count",
     [](Cell& c, const Line& l) { l.response.identifier ? c.count(std::uint64_t{0}) : c.unset(); }},
    {"res_identifier", "count", [](Cell& c, const Line& l) { c.count(l.response.identifier); }},
    {"res_identifier_str", "string",
     [](Cell& c, const Line& l) { c.text_or_unset(l.response.name); }},
    {"res_hdr_timestamp", "time", [](Cell& c, const Line&) { c.unset(); }},
    {"res_hdr_request_handle", "count", [](Cell& c, const Line& l) { c.count(l.response.handle); }},
});

constexpr auto kResponseRest =
    unset<4>({"status_code_link_id", "string", "res_hdr_service_diag_encoding", "count",
              "res_hdr_add_hdr_type_id", "count", "res_hdr_add_hdr_enc_mask", "count"});

constexpr auto kBinary = join(kConnection<Line>, kHead, kCertificates, kRequest, kRequestHeader,
                              kHandle, kRequestRest, kResponse, kResponseRest);

Half half_of(const Where& where, const Values& values, std::string_view way) {
  Half half;
  half.link = std::string{where.packet_id(values.number("seq").value_or(0)).view()};
  half.size = values.number("size");
  half.sequence = values.number("seq");
  half.identifier = values.number("type_id");
  half.handle = values.number("handle");
  half.name = values.text("service");
  if (!half.name.empty() && !half.name.ends_with(way)) {
    half.name += way;
  }
  return half;
}

class OpcuaLogs final : public ProtocolLogs {
 public:
  [[nodiscard]] bool takes(std::string_view protocol) const noexcept override {
    return protocol == "opcua";
  }

  void message(const Event& event, const Where& where, const Values& values,
               LogFolder& out) override {
    const std::string type = values.text("type");
    const bool answer = event.message.direction == Direction::to_client;
    const bool exchange = type == "MSG" || type == "OPN" || type == "CLO";
    if (exchange && answer && complete(event, where, values, out)) {
      return;
    }
    Line line = line_of(where, values, type);
    (answer ? line.response : line.request) =
        exchange ? half_of(where, values, answer ? "Response" : "Request") : Half{};
    // Nothing answers a CLO; what is encrypted shows no id to answer by.
    if (!exchange || answer || type == "CLO" || !line.request_id) {
      return write(line, out);
    }
    auto& queue = waiting_[event.flow.index()];
    queue.push_back({std::move(line), event.packet});
    if (++total_ > kWaiting || queue.size() > kWaitingInFlow) {
      write(queue.front().line, out);
      queue.pop_front();
      --total_;
    }
  }

  void closed(FlowId flow, LogFolder& out) override {
    const auto found = waiting_.find(flow.index());
    if (found == waiting_.end()) {
      return;
    }
    for (const Waiting& waiting : found->second) {
      write(waiting.line, out);
    }
    total_ -= found->second.size();
    waiting_.erase(found);
  }

 private:
  static constexpr std::size_t kWaiting = 65'536;  // more are written without their response
  static constexpr std::size_t kWaitingInFlow = 256;

  struct Waiting {
    Line line;
    PacketRef packet;
  };

  static void write(const Line& line, LogFolder& out) {
    out.write<Line>("opcua_binary", kBinary, line);
  }

  static Line line_of(const Where& where, const Values& values, const std::string& type) {
    Line line;
    line.where = where;
    line.type = type;
    line.chunk = values.text("chunk");
    line.size = values.number("size").value_or(0);
    line.reason = values.text("reason");
    line.limits = members(values.list("limits"));
    line.url = type == "HEL" ? values.text("endpoint_url") : "";
    if (type != "HEL" && type != "ACK") {
      line.channels = values.list("channel");
    }
    const std::string policy = type == "OPN" ? values.text("policy") : "";
    line.policy = policy.empty() ? "" : std::string{kPolicies} + policy;
    line.request_id = values.number("request_id");
    return line;
  }

  // Adds the response to the request that waits for it. False where none does.
  bool complete(const Event& event, const Where& where, const Values& values, LogFolder& out) {
    const auto found = waiting_.find(event.flow.index());
    if (!event.message.matched || found == waiting_.end()) {
      return false;
    }
    auto& queue = found->second;
    const Number id = values.number("request_id");
    const auto it = std::ranges::find_if(queue, [&](const Waiting& waiting) {
      return waiting.packet == event.message.request && waiting.line.request_id == id;
    });
    if (it == queue.end()) {
      return false;
    }
    Line& line = it->line;
    line.response = half_of(where, values, "Response");
    line.size += line.response.size.value_or(0);
    const std::string channel = values.list("channel");
    if (line.type == "OPN" && channel != line.channels) {
      line.channels += "," + channel;
    }
    write(line, out);
    queue.erase(it);
    --total_;
    return true;
  }

  std::unordered_map<std::uint32_t, std::deque<Waiting>> waiting_;  // by FlowId::index()
  std::size_t total_ = 0;
};

}  // namespace

std::unique_ptr<ProtocolLogs> opcua_logs() { return std::make_unique<OpcuaLogs>(); }

}  // namespace prahari::zeek
