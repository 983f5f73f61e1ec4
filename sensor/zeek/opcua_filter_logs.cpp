// Filters of monitored items and what the server made of them: opcua_binary_data_change_filter,
// _aggregate_filter and _event_filter with its clauses and operands.

#include <array>

#include "capture/time_text.hpp"
#include "sensor/zeek/opcua_filter_columns.hpp"
#include "sensor/zeek/opcua_logs.hpp"

namespace prahari::zeek {
namespace {

constexpr auto kTriggers =
    std::to_array<std::string_view>({"Status", "StatusValue", "StatusValueTimestamp"});
constexpr auto kDeadbands =
    std::to_array<std::string_view>({"None", "AbsoluteDeadband", "PercentDeadband"});
constexpr auto kOperators = std::to_array<std::string_view>(
    {"Equals", "IsNull", "GreaterThan", "LessThan", "GreaterThanOrEqual", "LessThanOrEqual", "Like",
     "Not", "Between", "InList", "And", "OR", "Cast", "InView", "OfType", "RelatedTo", "BitwiseAnd",
     "BitwiseOr"});

template <std::size_t N>
constexpr std::string_view word(const std::array<std::string_view, N>& words,
                                std::uint32_t number) noexcept {
  return number < N ? words[number] : std::string_view{};
}

void data_change(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kDataChange);
  row.cell("monitored_parameters_link_id").text(link.view());
  row.cell("trigger").text_or_unset(word(kTriggers, message.in.le32()));
  row.cell("deadband_type").text_or_unset(word(kDeadbands, message.in.le32()));
  row.cell("deadband_value").real(message.real());
  message.write(row);
}

// AggregateConfiguration: five cells.
void put_configuration(OpcuaMessage& message, Row& row) {
  row.next().boolean(message.boolean());
  row.next().boolean(message.boolean());
  row.next().count(std::uint64_t{message.in.u8()});
  row.next().count(std::uint64_t{message.in.u8()});
  row.next().boolean(message.boolean());
}

void put_start(OpcuaMessage& message, Row& row, std::string_view column) {
  const std::int64_t date = message.time();
  put_date(row.cell(column), date);
  date == 0 ? row.next().unset() : put_date_text(row.next(), date);
}

void aggregate(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kAggregate);
  row.cell("monitored_parameters_link_id").text(link.view());
  put_start(message, row, "start_time");
  put_node(row, "aggregate_type_encoding_mask", message.node());
  row.cell("processing_interval").real(message.real());
  put_configuration(message, row);
  message.write(row);
}

void aggregate_result(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kAggregate);
  row.cell("monitored_parameters_link_id").text(link.view());
  put_start(message, row, "revised_start_time");
  row.cell("revised_processing_interval").real(message.real());
  put_configuration(message, row);
  message.write(row);
}

// One SimpleAttributeOperand, as what is selected or as an operand.
void simple(OpcuaMessage& message, const Uid& link, const Log& log, std::string_view what) {
  Row row = message.row(log);
  row.next().text(link.view());
  put_node(row, "type_id_encoding_mask", message.node());
  const std::uint32_t size = message.count();
  if (size > 0) {
    const Uid path = message.new_link();
    for (std::uint32_t i = 0; i < size && message.in.ok(); ++i) {
      const OpcuaName name = message.name();
      Row step = message.row(filters::kPath);
      step.cell("simple_attribute_operand_browse_path_link_id").text(path.view());
      step.cell("browse_path_src").text(what);
      step.cell("namespace_index").count(std::uint64_t{name.ns});
      step.cell("name").text_or_unset(name.name);
      message.write(step);
    }
    row.cell("simple_attribute_operand_browse_path_link_id").text(path.view());
  }
  row.cell("attribute_id").text(attribute_word(message.in.le32()));
  row.cell("index_range").text_or_unset(message.text());
  message.write(row);
}

void step(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kStep);
  row.cell("browse_path_element_link_id").text(link.view());
  put_node(row, "type_id_encoding_mask", message.node());
  row.cell("is_inverse").boolean(message.boolean());
  row.cell("include_subtypes").boolean(message.boolean());
  const OpcuaName name = message.name();
  row.cell("target_name_namespace_idx").count(std::uint64_t{name.ns});
  row.cell("target_name").text_or_unset(name.name);
  message.write(row);
}

void attribute(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kAttribute);
  row.cell("content_filter_filter_operand_link_id").text(link.view());
  put_node(row, "node_id_encoding_mask", message.node());
  row.cell("alias").text_or_unset(message.text());
  const std::uint32_t size = message.count();
  if (size > 0) {
    const Uid path = message.new_link();
    row.cell("browse_path_element_link_id").text(path.view());
    for (std::uint32_t i = 0; i < size && message.in.ok(); ++i) {
      step(message, path);
    }
  }
  row.cell("attribute").text(attribute_word(message.in.le32()));
  row.cell("index_range").text_or_unset(message.text());
  message.write(row);
}

void element_index(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kIndex);
  row.cell("content_filter_filter_operand_link_id").text(link.view());
  row.cell("element_index").count(std::uint64_t{message.in.le32()});
  message.write(row);
}

void literal(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kLiteral);
  row.cell("content_filter_filter_operand_link_id").text(link.view());
  const Uid value = message.new_link();
  variant(message, value, VariantSource::literal);
  row.cell("literal_operand_variant_link").text(value.view());
  message.write(row);
}

// A row for each operand, with the operator of the element.
void element(OpcuaMessage& message, const Uid& link) {
  const std::string_view named = word(kOperators, message.in.le32());
  const std::uint32_t size = message.count();
  for (std::uint32_t i = 0; i < size && message.in.ok(); ++i) {
    Row row = message.row(filters::kElement);
    row.cell("content_filter_element_link_id").text(link.view());
    row.cell("filter_operator").text_or_unset(named);
    const OpcuaExtension operand = read_extension(message);
    put_extension(row, "content_filter_filter_operand_type_id_node_id_encoding_mask", operand);
    const Uid further = message.new_link();
    row.cell("content_filter_filter_operand_link_id").text(further.view());
    write_filter(message, operand, further);
    message.write(row);
  }
}

// ContentFilter, and what belongs to it.
void where(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kWhere);
  row.cell("where_clause_link_id").text(link.view());
  const std::uint32_t size = message.count();
  if (size > 0) {
    const Uid all = message.new_link();
    row.cell("content_filter_element_link_id").text(all.view());
    for (std::uint32_t i = 0; i < size && message.in.ok(); ++i) {
      element(message, all);
    }
  }
  message.write(row);
}

void event(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kEvent);
  row.cell("monitored_parameters_link_id").text(link.view());
  const std::uint32_t size = message.count();
  if (size > 0) {
    const Uid selected = message.new_link();
    row.cell("select_clause_link_id").text(selected.view());
    for (std::uint32_t i = 0; i < size && message.in.ok(); ++i) {
      simple(message, selected, filters::kSelect, "SelectClause");
    }
  }
  const Uid clause = message.new_link();
  row.cell("where_clause_content_filter_link_id").text(clause.view());
  where(message, clause);
  message.write(row);
}

// A list of statuses and one of diagnostics: two cells.
void put_outcome(OpcuaMessage& message, Row& row, std::string_view column, OpcuaSource source) {
  const std::uint32_t size = message.count();
  if (size > 0) {
    const Uid link = message.new_link();
    row.cell(column).text(link.view());
    for (std::uint32_t i = 0; i < size && message.in.ok(); ++i) {
      message.status(link, source, message.in.le32());
    }
  } else {
    row.cell(column).unset();
  }
  put_link(row.next(), message.diagnostic_list(source));
}

void element_result(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kElement);
  row.cell("content_filter_element_link_id").text(link.view());
  put_outcome(message, row, "content_filter_operand_status_code_link_id",
              OpcuaSource::filter_operand);
  message.write(row);
}

void where_result(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kWhere);
  row.cell("where_clause_link_id").text(link.view());
  const std::uint32_t size = message.count();
  if (size > 0) {
    const Uid all = message.new_link();
    const Uid statuses = message.new_link();
    row.cell("content_filter_element_link_id").text(all.view());
    row.cell("content_filter_status_code_link_id").text(statuses.view());
    for (std::uint32_t i = 0; i < size && message.in.ok(); ++i) {
      message.status(statuses, OpcuaSource::filter_element, message.in.le32(), 1);
      element_result(message, all);
    }
  }
  put_link(row.cell("content_filter_diag_info_link_id"),
           message.diagnostic_list(OpcuaSource::filter_element));
  message.write(row);
}

void event_result(OpcuaMessage& message, const Uid& link) {
  Row row = message.row(filters::kEvent);
  row.cell("monitored_parameters_link_id").text(link.view());
  const Uid selected = message.new_link();
  row.cell("select_clause_link_id").text(selected.view());
  Row clause = message.row(filters::kSelect);
  clause.cell("select_clause_link_id").text(selected.view());
  put_outcome(message, clause, "select_clause_status_code_link_id", OpcuaSource::select_clause);
  message.write(clause);
  const Uid further = message.new_link();
  row.cell("where_clause_content_filter_link_id").text(further.view());
  where_result(message, further);
  message.write(row);
}

void write_known(OpcuaMessage& message, std::uint32_t type, const Uid& link) {
  switch (type) {
    case 594:
      return element_index(message, link);
    case 597:
      return literal(message, link);
    case 600:
      return attribute(message, link);
    case 603:
      return simple(message, link, filters::kSimple, "SimpleAttributeOperand");
    case 724:
      return data_change(message, link);
    case 727:
      return event(message, link);
    case 730:
      return aggregate(message, link);
    case 736:
      return event_result(message, link);
    case 739:
      return aggregate_result(message, link);
    default:
      return;
  }
}

}  // namespace

OpcuaExtension read_extension(OpcuaMessage& message) {
  OpcuaExtension out;
  out.type = message.node();
  out.encoding = message.in.u8();
  if (out.encoding != 0) {
    out.body = message.bytes();
  }
  return out;
}

void put_extension(Row& row, std::string_view first_column, const OpcuaExtension& extension) {
  const opcua::NodeId& type = extension.type.id;
  put_node(row, first_column, extension.type);
  const bool named = type.kind == opcua::NodeId::Kind::numeric && type.ns == 0;
  row.next().text_or_unset(named ? extension_word(type.number) : std::string_view{});
  row.next().hex(extension.encoding, 2);
}

// Its body has a length of its own: what makes no sense in it hides nothing that stands behind it.
void write_filter(OpcuaMessage& message, const OpcuaExtension& filter, const Uid& link) {
  const OpcuaMessage::Level level{message};
  if (!message.in.ok() || filter.known() == 0) {
    return;
  }
  const Reader outer = message.in;
  message.in = Reader{filter.body};
  write_known(message, filter.known(), link);
  message.in = outer;
  if (message.cut()) {
    message.in.fail();
  }
}

}  // namespace prahari::zeek
