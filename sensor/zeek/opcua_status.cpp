// Headers, and the logs of statuses and diagnostics: opcua_binary_status_code_detail and
// opcua_binary_diag_info_detail.

#include <algorithm>
#include <array>

#include "dissectors/protocols/opcua/status_codes.hpp"
#include "sensor/zeek/opcua_message.hpp"

namespace prahari::zeek {
namespace {

constexpr auto kStatusColumns = std::to_array<Heading>({
    {"status_code_link_id", "string"}, {"source", "count"},
    {"source_str", "string"},          {"source_level", "count"},
    {"status_code", "string"},         {"severity", "count"},
    {"severity_str", "string"},        {"sub_code", "count"},
    {"sub_code_str", "string"},        {"structure_changed", "bool"},
    {"semantics_changed", "bool"},     {"info_type", "count"},
    {"info_type_str", "string"},       {"limit_bits", "count"},
    {"limit_bits_str", "string"},      {"overflow", "bool"},
    {"historian_bits", "count"},       {"historian_bits_str", "string"},
    {"historianPartial", "bool"},      {"historianExtraData", "bool"},
    {"historianMultiValue", "bool"},
});
constexpr Log kStatus{"opcua_binary_status_code_detail", kStatusColumns};

constexpr auto kDiagnosticColumns = std::to_array<Heading>({
    {"diag_info_link_id", "string"},
    {"root_object_id", "string"},
    {"source", "count"},
    {"source_str", "string"},
    {"inner_diag_level", "count"},
    {"has_symbolic_id", "bool"},
    {"symbolic_id", "count"},
    {"symbolic_id_str", "string"},
    {"has_namespace_uri", "bool"},
    {"namespace_uri", "count"},
    {"namespace_uri_str", "string"},
    {"has_locale", "bool"},
    {"locale", "count"},
    {"locale_str", "string"},
    {"has_locale_txt", "bool"},
    {"locale_txt", "count"},
    {"locale_txt_str", "string"},
    {"has_addl_info", "bool"},
    {"addl_info", "string"},
    {"has_inner_stat_code", "bool"},
    {"inner_stat_code", "string"},
    {"has_inner_diag_info", "bool"},
});
constexpr Log kDiagnostic{"opcua_binary_diag_info_detail", kDiagnosticColumns};

// By OpcuaSource, half of it.
constexpr std::array<std::string_view, 10> kSources = {"ResponseHeader",
                                                       "Browse",
                                                       "ActivateSession",
                                                       "Read",
                                                       "CreateMonitoredItems",
                                                       "EventFilterSelectClause",
                                                       "ContentFilterElement",
                                                       "ContentFilterElementOperand",
                                                       "Variant",
                                                       "Write"};

constexpr std::array<std::string_view, 4> kSeverities = {"Severity_Good", "Severity_Uncertain",
                                                         "Severity_Bad", "Reserved"};
constexpr std::array<std::string_view, 4> kInfoTypes = {"InfoType_NotUsed", "InfoType_DataValue",
                                                        "Reserved", "Reserved"};
constexpr std::array<std::string_view, 4> kLimits = {"LimitBits_None", "LimitBits_Low",
                                                     "LimitBits_High", "LimitBits_Constant"};
constexpr std::array<std::string_view, 4> kHistorians = {
    "HistorianBits_Raw", "HistorianBits_Calculated", "HistorianBits_Interpolated", "Reserved"};

std::string source_text(OpcuaSource source, std::string_view inner) {
  return std::string{kSources[static_cast<std::size_t>(source) / 2]} + std::string{inner};
}

// A severity's name is no name of a code.
std::string_view code_text(std::uint32_t code) {
  const std::string_view name = opcua::status_name(code);
  const bool general = name == "Bad" || name == "Uncertain" || (name == "Good" && code >> 16U != 0);
  return general ? std::string_view{} : name;
}

void put_flags(Row& row, std::uint32_t code) {
  const auto bit = [code](unsigned at) { return (code >> at & 1U) != 0; };
  const auto two = [code](unsigned at) { return code >> at & 3U; };
  row.cell("structure_changed").boolean(bit(15));
  row.cell("semantics_changed").boolean(bit(14));
  row.cell("info_type").count(std::uint64_t{two(10)});
  row.cell("info_type_str").text(kInfoTypes[two(10)]);
  if (two(10) == 0) {
    return;  // then the others mean nothing
  }
  row.cell("limit_bits").count(std::uint64_t{two(8)});
  row.cell("limit_bits_str").text(kLimits[two(8)]);
  row.cell("overflow").boolean(bit(7));
  row.cell("historian_bits").count(std::uint64_t{two(0)});
  row.cell("historian_bits_str").text(kHistorians[two(0)]);
  row.cell("historianPartial").boolean(bit(2));
  row.cell("historianExtraData").boolean(bit(3));
  row.cell("historianMultiValue").boolean(bit(4));
}

// One DiagnosticInfo without the one inside (OPC 10000-6, 5.2.2.12).
struct Diagnostic {
  std::uint8_t mask = 0;
  std::array<std::uint32_t, 4> index{};  // symbolic id, namespace, locale, localized text
  std::string_view more;
  std::uint32_t status = 0;
};
constexpr std::array<std::uint8_t, 4> kIndexBits = {0x01, 0x02, 0x08, 0x04};
constexpr std::uint8_t kHasMore = 0x10;
constexpr std::uint8_t kHasStatus = 0x20;
constexpr std::uint8_t kHasInner = 0x40;

Diagnostic read_one(OpcuaMessage& message) {
  Diagnostic out;
  out.mask = message.in.u8();
  for (std::size_t i = 0; i < kIndexBits.size(); ++i) {
    out.index[i] = (out.mask & kIndexBits[i]) != 0 ? message.in.le32() : 0;
  }
  out.more = (out.mask & kHasMore) != 0 ? message.text() : std::string_view{};
  out.status = (out.mask & kHasStatus) != 0 ? message.in.le32() : 0;
  return out;
}

// With all that are inside, outermost first.
std::vector<Diagnostic> read_nest(OpcuaMessage& message) {
  std::vector<Diagnostic> out{read_one(message)};
  while ((out.back().mask & kHasInner) != 0 && message.in.ok()) {
    if (out.size() > OpcuaMessage::kDeepest) {
      message.in.fail();
    }
    out.push_back(read_one(message));
  }
  return out;
}

void put_index(Row& row, bool there, std::uint32_t index,
               const std::vector<std::string_view>& strings) {
  row.next().boolean(there);
  there ? row.next().count(std::uint64_t{index}) : row.next().unset();
  there&& index < strings.size() ? row.next().text(strings[index]) : row.next().unset();
}

void put_diagnostic(Row& row, const Diagnostic& it, const std::vector<std::string_view>& strings) {
  for (std::size_t i = 0; i < kIndexBits.size(); ++i) {
    put_index(row, (it.mask & kIndexBits[i]) != 0, it.index[i], strings);
  }
  const bool more = (it.mask & kHasMore) != 0;
  row.cell("has_addl_info").boolean(more);
  more ? row.next().text(it.more) : row.next().unset();
  const bool status = (it.mask & kHasStatus) != 0;
  row.cell("has_inner_stat_code").boolean(status);
  status ? row.next().hex(it.status, 8) : row.next().unset();
  row.cell("has_inner_diag_info").boolean((it.mask & kHasInner) != 0);
}

void put_nest(OpcuaMessage& message, const Uid& link, OpcuaSource source,
              std::span<const Diagnostic> nest, const std::vector<std::string_view>& strings) {
  const Uid root = message.new_link();
  for (std::size_t level = 0; level < nest.size(); ++level) {
    Row row = message.row(kDiagnostic);
    row.cell("diag_info_link_id").text(link.view());
    row.cell("root_object_id").text(root.view());
    row.cell("source").count(static_cast<std::uint64_t>(source) + (level > 0 ? 1 : 0));
    row.cell("source_str").text(source_text(source, level > 0 ? "_InnerDiagInfo" : "_DiagInfo"));
    row.cell("inner_diag_level").count(std::uint64_t{level});
    put_diagnostic(row, nest[level], strings);
    if ((nest[level].mask & kHasStatus) != 0) {
      message.status(link, source, nest[level].status, static_cast<unsigned>(level), true);
    }
    message.write(row);
  }
}

}  // namespace

void OpcuaMessage::status(const Uid& link, OpcuaSource source, std::uint32_t code, unsigned level,
                          bool inner) {
  Row row = this->row(kStatus);
  row.cell("status_code_link_id").text(link.view());
  row.cell("source").count(static_cast<std::uint64_t>(source) + (inner ? 1 : 0));
  row.cell("source_str").text(source_text(source, inner ? "_DiagInfo" : ""));
  row.cell("source_level").count(std::uint64_t{level});
  row.cell("status_code").hex(code, 8);
  row.cell("severity").count(std::uint64_t{code >> 30U});
  row.cell("severity_str").text(kSeverities[code >> 30U]);
  row.cell("sub_code").count(std::uint64_t{code >> 16U & 0xfffU});
  row.cell("sub_code_str").text(code_text(code));
  put_flags(row, code);
  write(row);
}

void OpcuaMessage::statuses(const Uid& link, OpcuaSource source, unsigned level) {
  const std::uint32_t size = count();
  for (std::uint32_t i = 0; i < size && in.ok(); ++i) {
    status(link, source, in.le32(), level);
  }
}

void OpcuaMessage::diagnostics(const Uid& link, OpcuaSource source) {
  const auto nest = read_nest(*this);
  put_nest(*this, link, source, nest, strings_);
}

std::optional<Uid> OpcuaMessage::diagnostic_list(OpcuaSource source) {
  return list([&](const Uid& link) { diagnostics(link, source); });
}

// The texts that diagnostics point to stand behind them.
void OpcuaMessage::response_header(OpcuaHeader& out) {
  constexpr std::size_t kMostStrings = 1024;
  out.result = in.le32();
  const auto nest = read_nest(*this);
  out.diagnostics = nest.front().mask;
  const std::uint32_t size = count();
  for (std::uint32_t i = 0; i < size && in.ok(); ++i) {
    const std::string_view one = text();
    if (strings_.size() < kMostStrings) {
      strings_.push_back(one);
    }
  }
  result_link_ = new_link();
  status(*result_link_, OpcuaSource::header, out.result);
  if (out.diagnostics != 0) {
    put_nest(*this, *result_link_, OpcuaSource::header, nest, strings_);
  }
}

OpcuaHeader OpcuaMessage::header(bool response) {
  OpcuaHeader out;
  out.type_form = node().form;
  if (!response) {
    out.token = node();
  }
  out.time = time();
  out.handle = in.le32();
  if (response) {
    response_header(out);
  } else {
    out.return_diagnostics = in.le32();
    out.audit_entry = text();
    out.timeout = in.le32();
  }
  const OpcuaNode type = node();
  out.extra_encoding = in.u8();
  if (type.id.kind == opcua::NodeId::Kind::numeric) {
    out.extra_type = type.id.number;
  }
  if (out.extra_encoding != 0) {
    static_cast<void>(bytes());
  }
  return out;
}

}  // namespace prahari::zeek
