#include "sensor/zeek/opcua_message.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

#include "capture/time_text.hpp"
#include "dissectors/hex_text.hpp"
#include "dissectors/protocols/opcua/text.hpp"

namespace prahari::zeek {
namespace {

using opcua::NodeId;

constexpr std::uint32_t kNull = 0xffffffff;
constexpr std::size_t kShownBytes = 24;
constexpr std::uint8_t kHasServer = 0x40;

void put_number(Cell cell, bool there, std::uint32_t value) {
  there ? cell.count(std::uint64_t{value}) : cell.unset();
}

// Microseconds since 1970 of a DateTime, which counts tenths of them from 1601.
constexpr std::int64_t micros_of(std::int64_t date) noexcept {
  return date / 10 - 11'644'473'600'000'000;
}

}  // namespace

Uid OpcuaMessage::new_link() noexcept {
  constexpr unsigned kShift = 32;
  return where_.packet_id(++links_ << kShift | (number_ & kNull));
}

void OpcuaMessage::write(Row& row) {
  if (!in.ok()) {
    return;
  }
  if (rows_ == kMostRows) {
    cut_ = true;
    in.fail();
    return;
  }
  ++rows_;
  row.write(out_);
}

void OpcuaMessage::write_main(Row& row) {
  if (in.ok() || cut_) {
    row.write(out_);
  }
}

std::uint32_t OpcuaMessage::count() noexcept {
  const std::uint32_t count = in.le32();
  if (count == kNull) {
    return 0;
  }
  if (count > in.remaining()) {
    in.fail();
    return 0;
  }
  return count;
}

double OpcuaMessage::real() noexcept { return std::bit_cast<double>(in.le64()); }

OpcuaNode OpcuaMessage::node() noexcept {
  OpcuaNode node;
  if (in.remaining() == 0) {
    in.fail();
    return node;
  }
  node.form = std::to_integer<std::uint8_t>(in.rest().front());
  const opcua::ExpandedNodeId read = opcua::read_expanded(in);
  node.id = read.node;
  node.uri = read.uri;
  node.server = read.server;
  return node;
}

OpcuaText OpcuaMessage::localized() noexcept {
  OpcuaText out;
  out.mask = in.u8();
  out.locale = (out.mask & 1U) != 0 ? text() : std::string_view{};
  out.text = (out.mask & 2U) != 0 ? text() : std::string_view{};
  return out;
}

OpcuaName OpcuaMessage::name() noexcept {
  OpcuaName out;
  out.ns = in.le16();
  out.name = text();
  return out;
}

void put_node(Row& row, std::string_view first_column, const OpcuaNode& node) {
  const NodeId::Kind kind = node.id.kind;
  row.cell(first_column).hex(node.form, 2);
  put_number(row.next(), (node.form & 0x3fU) != 0, node.id.ns);
  put_number(row.next(), kind == NodeId::Kind::numeric, node.id.number);
  kind == NodeId::Kind::string ? row.next().text(as_text(node.id.bytes)) : row.next().unset();
  kind == NodeId::Kind::guid ? put_guid(row.next(), node.id.bytes) : row.next().unset();
  kind == NodeId::Kind::opaque ? put_hex(row.next(), node.id.bytes) : row.next().unset();
}

void put_expanded_node(Row& row, std::string_view first_column, const OpcuaNode& node) {
  put_node(row, first_column, node);
  row.next().text_or_unset(node.uri);
  put_number(row.next(), (node.form & kHasServer) != 0, node.server);
}

void put_guid(Cell cell, Bytes bytes) {
  std::string text;
  opcua::append_node_id(text, {.kind = NodeId::Kind::guid, .ns = 0, .number = 0, .bytes = bytes});
  cell.text(std::string_view{text}.substr(2));  // without "g="
}

void put_date(Cell cell, std::int64_t date) { cell.seconds(date <= 0 ? 0 : micros_of(date)); }

void put_date_text(Cell cell, std::int64_t date) {
  constexpr std::int64_t kNanos = 1000;
  const std::int64_t latest = kLatestTime.time_since_epoch().count() / kNanos;
  const std::int64_t micros = micros_of(date);
  if (micros < 0 || micros > latest) {
    return cell.unset();
  }
  cell.text(format_time(Timestamp{std::chrono::microseconds{micros}}));
}

void put_hex(Cell cell, Bytes bytes) {
  std::string text = "0x";
  append_hex(text, bytes.first(std::min(bytes.size(), kShownBytes)));
  text += bytes.size() > kShownBytes ? "..." : "";
  cell.text(text);
}

void put_hex_or_unset(Cell cell, Bytes bytes) {
  bytes.empty() ? cell.unset() : put_hex(cell, bytes);
}

void put_link(Cell cell, const std::optional<Uid>& link) {
  link ? cell.text(link->view()) : cell.unset();
}

void put_millis(Cell cell, double value) {
  constexpr double kMost = 9e18;
  if (!(value >= 0)) {  // no number either
    return cell.unset();
  }
  cell.count(static_cast<std::uint64_t>(std::min(value, kMost)));
}

void put_secret(Cell cell, Bytes bytes) { bytes.empty() ? cell.text("") : cell.unset(); }

}  // namespace prahari::zeek
