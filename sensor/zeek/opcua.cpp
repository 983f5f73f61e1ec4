// opcua_binary.log of ICSNPP-OPCUA-Binary: a line for each request with its response, and one for
// each message that has none. Of each message the rows of its detail logs are written at once.
// Session tokens are secrets: their columns are there and unset.

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>

#include "dissectors/protocols/opcua/raw_fields.hpp"
#include "sensor/zeek/logs.hpp"
#include "sensor/zeek/opcua_message.hpp"

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
  // Of its header; `read` where there is one.
  bool read = false;
  std::uint8_t type_form = 0;
  std::uint8_t token_form = 0;
  std::uint16_t token_ns = 0;
  std::int64_t time = 0;
  std::uint32_t return_diagnostics = 0;
  std::string audit_entry;
  std::uint32_t timeout = 0;
  std::uint8_t diagnostics = 0;
  Number extra_type;
  std::uint8_t extra_encoding = 0;
  std::string result_link;
};

// Of an OPN: sizes and the beginning of the bytes, as ICSNPP shows them; -1: none.
struct Certificates {
  bool there = false;
  std::int64_t sender_size = -1;
  std::string sender;
  std::int64_t receiver_size = -1;
  std::string receiver;
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
  Certificates certificates;
  Number request_id;
  Half request;
  Half response;
};
using Col = Column<Line>;

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

void put_bytes(Cell& cell, const std::string& hex) { hex.empty() ? cell.unset() : cell.text(hex); }

constexpr auto kCertificates = std::to_array<Col>({
    {"snd_cert_len", "int",
     [](Cell& c, const Line& l) {
       l.certificates.there ? c.integer(l.certificates.sender_size) : c.unset();
     }},
    {"snd_cert", "string", [](Cell& c, const Line& l) { put_bytes(c, l.certificates.sender); }},
    {"rcv_cert_len", "int",
     [](Cell& c, const Line& l) {
       l.certificates.there ? c.integer(l.certificates.receiver_size) : c.unset();
     }},
    {"rcv_cert", "string", [](Cell& c, const Line& l) { put_bytes(c, l.certificates.receiver); }},
});

// A number of a header, where one was read.
template <class T>
void put_header(Cell& cell, const Half& half, T value) {
  half.read ? cell.count(std::uint64_t{value}) : cell.unset();
}

constexpr auto kRequest = std::to_array<Col>({
    {"request_id", "count", [](Cell& c, const Line& l) { c.count(l.request_id); }},
    {"req_opcua_link_id", "string",
     [](Cell& c, const Line& l) { c.text_or_unset(l.request.link); }},
    {"req_msg_size", "count", [](Cell& c, const Line& l) { c.count(l.request.size); }},
    {"req_seq_number", "count", [](Cell& c, const Line& l) { c.count(l.request.sequence); }},
    {"req_encoding_mask", "count",
     [](Cell& c, const Line& l) { put_header(c, l.request, l.request.type_form); }},
    {"req_namespace_idx", "count",
     [](Cell& c, const Line& l) { l.request.identifier ? c.count(std::uint64_t{0}) : c.unset(); }},
    {"req_identifier", "count", [](Cell& c, const Line& l) { c.count(l.request.identifier); }},
    {"req_identifier_str", "string",
     [](Cell& c, const Line& l) { c.text_or_unset(l.request.name); }},
});

void put_unset(Cell& cell, const Line& /*line*/) { cell.unset(); }

// The node is the session's token: of it only how it is encoded.
constexpr auto kRequestHeader = std::to_array<Col>({
    {"req_hdr_node_id_type", "string",
     [](Cell& c, const Line& l) { l.request.read ? c.hex(l.request.token_form, 2) : c.unset(); }},
    {"req_hdr_node_id_namespace_idx", "count",
     [](Cell& c, const Line& l) {
       l.request.token_form != 0 ? c.count(std::uint64_t{l.request.token_ns}) : c.unset();
     }},
    {"req_hdr_node_id_numeric", "count", put_unset},
    {"req_hdr_node_id_string", "string", put_unset},
    {"req_hdr_node_id_guid", "string", put_unset},
    {"req_hdr_node_id_opaque", "string", put_unset},
    {"req_hdr_timestamp", "time",
     [](Cell& c, const Line& l) { l.request.read ? put_date(c, l.request.time) : c.unset(); }},
    {"req_hdr_request_handle", "count", [](Cell& c, const Line& l) { c.count(l.request.handle); }},
    {"req_hdr_return_diag", "count",
     [](Cell& c, const Line& l) { put_header(c, l.request, l.request.return_diagnostics); }},
    {"req_hdr_audit_entry_id", "string",
     [](Cell& c, const Line& l) { l.request.read ? c.text(l.request.audit_entry) : c.unset(); }},
    {"req_hdr_timeout_hint", "count",
     [](Cell& c, const Line& l) { put_header(c, l.request, l.request.timeout); }},
    {"req_hdr_add_hdr_type_id", "count",
     [](Cell& c, const Line& l) { c.count(l.request.extra_type); }},
    {"req_hdr_add_hdr_enc_mask", "count",
     [](Cell& c, const Line& l) { put_header(c, l.request, l.request.extra_encoding); }},
});

constexpr auto kResponse = std::to_array<Col>({
    {"res_opcua_link_id", "string",
     [](Cell& c, const Line& l) { c.text_or_unset(l.response.link); }},
    {"res_msg_size", "count", [](Cell& c, const Line& l) { c.count(l.response.size); }},
    {"res_seq_number", "count", [](Cell& c, const Line& l) { c.count(l.response.sequence); }},
    {"res_encoding_mask", "count",
     [](Cell& c, const Line& l) { put_header(c, l.response, l.response.type_form); }},
    {"res_namespace_idx", "count",
     [](Cell& c, const Line& l) { l.response.identifier ? c.count(std::uint64_t{0}) : c.unset(); }},
    {"res_identifier", "count", [](Cell& c, const Line& l) { c.count(l.response.identifier); }},
    {"res_identifier_str", "string",
     [](Cell& c, const Line& l) { c.text_or_unset(l.response.name); }},
    {"res_hdr_timestamp", "time",
     [](Cell& c, const Line& l) { l.response.read ? put_date(c, l.response.time) : c.unset(); }},
    {"res_hdr_request_handle", "count", [](Cell& c, const Line& l) { c.count(l.response.handle); }},
});

constexpr auto kResponseRest = std::to_array<Col>({
    {"status_code_link_id", "string",
     [](Cell& c, const Line& l) { c.text_or_unset(l.response.result_link); }},
    {"res_hdr_service_diag_encoding", "count",
     [](Cell& c, const Line& l) { put_header(c, l.response, l.response.diagnostics); }},
    {"res_hdr_add_hdr_type_id", "count",
     [](Cell& c, const Line& l) { c.count(l.response.extra_type); }},
    {"res_hdr_add_hdr_enc_mask", "count",
     [](Cell& c, const Line& l) { put_header(c, l.response, l.response.extra_encoding); }},
});

constexpr auto kBinary = join(kConnection<Line>, kHead, kCertificates, kRequest, kRequestHeader,
                              kResponse, kResponseRest);

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

void take_header(Half& half, const OpcuaHeader& header, const OpcuaMessage& message) {
  constexpr std::size_t kLongestEntry = 256;  // a line may wait long for its response
  half.read = true;
  half.type_form = header.type_form;
  half.token_form = header.token.form;
  half.token_ns = header.token.id.ns;
  half.time = header.time;
  half.return_diagnostics = header.return_diagnostics;
  half.audit_entry = header.audit_entry.substr(0, kLongestEntry);
  half.timeout = header.timeout;
  half.diagnostics = header.diagnostics;
  half.extra_type = header.extra_type;
  half.extra_encoding = header.extra_encoding;
  if (message.result_link()) {
    half.result_link = message.result_link()->view();
  }
}

// The length as it lies, and the bytes as ICSNPP shows them.
void read_certificate(Reader& in, std::int64_t& size, std::string& shown) {
  const bool null = Reader{in}.le32() == 0xffffffff;
  const Bytes bytes = opcua::read_bytes(in);
  size = null ? -1 : static_cast<std::int64_t>(bytes.size());
  if (!bytes.empty()) {
    put_hex(Cell{shown}, bytes);
  }
}

Certificates certificates_of(Bytes security) {
  Certificates out;
  Reader in{security};
  static_cast<void>(opcua::read_text(in));  // policy
  out.there = !security.empty();
  read_certificate(in, out.sender_size, out.sender);
  read_certificate(in, out.receiver_size, out.receiver);
  return out;
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
    Half half = exchange ? half_of(where, values, answer ? "Response" : "Request") : Half{};
    details(half, where, values, answer, out);
    if (exchange && answer && complete(event, values, half, out)) {
      return;
    }
    Line line = line_of(where, values, type);
    (answer ? line.response : line.request) = std::move(half);
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

  [[nodiscard]] std::size_t cut() const noexcept override { return cut_; }

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

  // What stands in the message itself: its header, and the rows of the other logs.
  void details(Half& half, const Where& where, const Values& values, bool answer, LogFolder& out) {
    values.bytes(opcua::kRawField, 0, body_);
    const Number type_id = values.number("type_id");
    if (body_.empty() || !type_id || values.text("service").empty()) {
      return;
    }
    OpcuaMessage message{body_, where, half.sequence.value_or(0), out};
    const OpcuaHeader header = message.header(answer);
    if (!message.in.ok()) {
      return;
    }
    take_header(half, header, message);
    write_opcua_details(message, *type_id);
    cut_ += message.cut() ? 1U : 0U;
  }

  Line line_of(const Where& where, const Values& values, const std::string& type) {
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
    values.bytes(opcua::kRawField, 1, body_);
    line.certificates = certificates_of(body_);
    line.request_id = values.number("request_id");
    return line;
  }

  // Adds the response to the request that waits for it. False where none does.
  bool complete(const Event& event, const Values& values, Half& half, LogFolder& out) {
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
    line.response = std::move(half);
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
  std::vector<std::byte> body_;  // used again
  std::size_t cut_ = 0;
};

}  // namespace

std::unique_ptr<ProtocolLogs> opcua_logs() { return std::make_unique<OpcuaLogs>(); }

}  // namespace prahari::zeek
