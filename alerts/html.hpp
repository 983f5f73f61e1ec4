// Builds a page. Markup goes in by raw(), everything else by text(), which escapes: a call says
// which of the two it is, so a name from the wire cannot become markup by oversight.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "alerts/text.hpp"

namespace prahari {

class Html {
 public:
  Html& raw(std::string_view markup) {
    out_ += markup;
    return *this;
  }
  Html& text(std::string_view words) {
    append_html(out_, words);
    return *this;
  }
  Html& number(std::uint64_t value) {
    out_ += with_commas(value);
    return *this;
  }

  // <tag class="kind">words</tag>; both names are literals of ours.
  Html& element(std::string_view tag, std::string_view words, std::string_view kind = {}) {
    open(tag, kind);
    return text(words).close(tag);
  }
  Html& open(std::string_view tag, std::string_view kind = {}) {
    out_ += '<';
    out_ += tag;
    if (!kind.empty()) {
      out_ += " class=\"";
      out_ += kind;
      out_ += '"';
    }
    out_ += '>';
    return *this;
  }
  Html& close(std::string_view tag) {
    out_ += "</";
    out_ += tag;
    out_ += ">\n";
    return *this;
  }
  // A cell; empty words show as a dash.
  Html& cell(std::string_view words, std::string_view kind = {}) {
    return element("td", words.empty() ? "–" : words, kind);
  }
  Html& cell_number(std::uint64_t value) {
    return raw("<td class=\"num\">").number(value).raw("</td>");
  }

  [[nodiscard]] const std::string& str() const noexcept { return out_; }
  [[nodiscard]] std::string take() noexcept { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace prahari
