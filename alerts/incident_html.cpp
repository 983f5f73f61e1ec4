#include "alerts/incident.hpp"
#include "alerts/incident_sections.hpp"
#include "alerts/time_forms.hpp"

namespace prahari {
namespace {

constexpr std::string_view kTlp = "TLP:AMBER";
constexpr std::string_view kDraft = "DRAFT, NOT SUBMITTED";

// A CSS string: everything but plain letters and digits as a hex escape, so no text can leave it.
std::string css_string(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::string plain = plain_text(text, 60);
  std::string out = "\"";
  for (std::size_t at = 0; at < plain.size();) {
    const char32_t c = next_code_point(plain, at);
    const bool harmless =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
    if (harmless) {
      out += static_cast<char>(c);
      continue;
    }
    out += '\\';
    for (int shift = 20; shift >= 0; shift -= 4) {
      out += kDigits[c >> static_cast<unsigned>(shift) & 0xFU];
    }
    out += ' ';  // ends the escape; a space of the text would be taken for it
  }
  return out + "\"";
}

// Header and footer of each printed page.
std::string page_boxes(const Incident& incident, const std::string& organisation) {
  const std::string small = "font:8pt \"Noto Sans\",sans-serif;";
  const std::string times =
      "Generated " + form_text(incident.generated_at) + " IST, " + utc_text(incident.generated_at);
  return "@page{size:A4;margin:17mm 14mm 16mm;@top-left{" + small +
         "content:" + css_string(organisation + "  " + incident.id + "  v1") + "}@top-center{" +
         small + "font-weight:bold;content:" + css_string(kTlp) + "}@top-right{" + small +
         "font-weight:bold;content:" + css_string(kDraft) + "}@bottom-left{" + small +
         "content:" + css_string(times) + "}@bottom-center{" + small +
         "content:" + css_string("manifest: none yet") + "}@bottom-right{" + small +
         "content:\"Page \" counter(page) \" of \" counter(pages)}}\n";
}

// The same on a screen, at the head of each sheet.
void begin_sheet(Html& page, const Incident& incident, const std::string& organisation,
                 std::string_view kind) {
  page.raw("<div class=\"sheet ").raw(kind).raw("\">\n<div class=\"run\"><span>");
  page.text(organisation).raw("</span><span>").text(incident.id).raw(" v1</span><b>");
  page.raw(kTlp).raw("</b><b>").raw(kDraft).raw("</b></div>\n");
}

}  // namespace

std::string incident_html(const Incident& incident, const AlertContext& context) {
  const SiteInfo& site = context.network.site;
  const std::string organisation =
      !site.organisation.empty() ? site.organisation : "Organisation not given";
  Html page;
  page.raw(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n<title>");
  page.text(incident.id).raw(" – ").text(kDraft).raw("</title>\n<style>").raw(kIncidentStyle);
  page.raw(page_boxes(incident, organisation)).raw("</style></head>\n<body>\n");
  begin_sheet(page, incident, organisation, "first");
  add_form_a(page, incident, context);
  page.raw("</div>\n");
  begin_sheet(page, incident, organisation, "");
  add_clock_part(page, incident, context);
  add_story_parts(page, incident, context);
  page.raw("</div>\n");
  begin_sheet(page, incident, organisation, "flow");
  add_annexes(page, incident, context);
  page.raw("<p class=\"under\">Generated ").text(both_times(incident.generated_at));
  page.raw(" by prahari ").text(context.version).raw(", ").text(kTlp).raw(", ").text(kDraft);
  page.raw("</p>\n</div>\n</body></html>\n");
  return page.take();
}

}  // namespace prahari
