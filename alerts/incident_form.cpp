// Page 1: the fields of CERT-In's form in its order, with its labels.

#include <algorithm>

#include "alerts/incident_sections.hpp"
#include "alerts/time_forms.hpp"

namespace prahari {
namespace {

// Rows of one block of the form.
class Block {
 public:
  Block(Html& page, const CertInData& certin) : page_(page), certin_(certin) {}

  void begin(std::size_t block) {
    page_.raw(R"(<table class="form"><tbody><tr><th colspan="2">)");
    page_.text(certin_.form_blocks[block].label);
    if (!certin_.form_blocks[block].note.empty()) {
      page_.raw(" <small>(").text(certin_.form_blocks[block].note).raw(")</small>");
    }
    page_.raw("</th></tr>\n");
  }
  void end() { page_.raw("</tbody></table>\n"); }

  void row(std::string_view field, std::string_view value) {
    page_.raw("<tr><td>").text(certin_.label(field)).raw("</td><td>");
    words(value);
    page_.raw("</td></tr>\n");
  }
  void words(std::string_view value) {
    if (value.empty()) {
      page_.element("span", certin_.not_available, "none");
    } else {
      page_.text(value);
    }
  }
  void choice(std::string_view label, bool ticked, std::string_view kind = {}) {
    page_.raw("<span class=\"choice ").raw(kind).raw(R"("><span class="box">)");
    page_.raw(ticked ? "X" : "").raw("</span><span>").text(label).raw("</span></span>");
  }
  // One box for each of a field's values.
  void choices(std::string_view field, std::string_view ticked) {
    const auto found = certin_.form_choices.find(field);
    if (found == certin_.form_choices.end()) {
      return;
    }
    for (const std::string& value : found->second) {
      choice(value, value == ticked, "side");
    }
  }

 private:
  Html& page_;
  const CertInData& certin_;
};

void add_reporter(Html& page, Block& form, const CertInData& certin, const SiteInfo& site) {
  page.raw("<table class=\"form\"><tbody><tr><td>").text(certin.label("A1")).raw("</td><td>");
  form.choices("A1", "the effected entity");
  page.raw("</td></tr></tbody></table>\n");
  form.begin(0);
  form.row("A2", site.reporter_name_role);
  page.raw("<tr><td>").text(certin.label("A3")).raw("</td><td>");
  form.choices("A3", "Organization");
  page.raw("</td></tr>\n");
  form.row("A4", site.organisation);
  form.row("A5", site.reporter_contact);
  form.row("A6", site.reporter_email);
  form.row("A7", site.reporter_address);
  form.end();
}

void add_types(Html& page, Block& form, const Incident& incident, const CertInData& certin) {
  page.raw("<tr><td colspan=\"2\">").text(certin.label("A9")).raw("<div class=\"types\">");
  for (const std::vector<std::string>& column : certin.type_columns) {
    page.raw("<div>");
    for (const std::string& id : column) {
      const bool ticked =
          std::find(incident.types.begin(), incident.types.end(), id) != incident.types.end();
      form.choice(certin.form_label(id), ticked);
    }
    page.raw("</div>");
  }
  page.raw(
      "</div><div class=\"note\">Boxes are ticked as suggested by the kind of alert; a person "
      "confirms them.</div></td></tr>\n");
}

void add_basics(Html& page, Block& form, const Incident& incident, const CertInData& certin) {
  form.begin(1);
  form.row("A8", "Same as reporting entity");
  add_types(page, form, incident, certin);
  page.raw("<tr><td>").text(certin.label("A11")).raw("</td><td>");
  std::string_view answer;
  if (incident.critical) {
    answer = *incident.critical ? "Yes" : "No";
  }
  form.choices("A11", answer);
  if (!incident.critical_details.empty()) {
    page.raw("<br>").text(incident.critical_details);
  }
  page.raw("</td></tr>\n");
  form.end();
}

std::string ip_list(const HostView& host) {
  std::string out;
  for (std::size_t i = 0; i < host.ips.size() && i < 4; ++i) {
    out += (i == 0 ? "" : ", ") + host.ips[i];
  }
  return out;
}

// Each field over all affected systems, one line a system.
template <class Text>
std::string over(const Incident& incident, Text text) {
  std::string out;
  for (const HostView* host : incident.systems) {
    const std::string words = text(*host);
    if (!words.empty()) {
      out += (out.empty() ? "" : "\n") + words;
    }
  }
  return out;
}

void add_system(Block& form, const Incident& incident, const AlertContext& context) {
  const SiteInfo& site = context.network.site;
  const Finding& finding = incident.alert->finding;
  form.begin(2);
  const std::string url = over(incident, [](const HostView& host) { return host.url; });
  form.row("A13", url.empty() ? "Not applicable" : url);
  std::string ips = over(incident, ip_list);
  if (ips.empty() && !finding.destination.ip.empty()) {
    ips = to_string(finding.destination.ip);
  }
  form.row("A14", ips);
  form.row("A15", "Embedded / not determined");
  form.row("A16", over(incident, make_model_text));
  form.row("A17", over(incident, [&](const HostView& host) {
             return host.application.empty() ? finding.protocol : host.application;
           }));
  form.row("A18", over(incident, [&](const HostView& host) { return location_text(host, site); }));
  form.row("A19", over(incident, [&](const HostView& host) { return network_text(host, site); }));
  form.end();
}

void add_description(Html& page, Block& form, const Incident& incident) {
  form.begin(3);
  page.raw(R"(<tr><td colspan="2" class="brief" style="font-weight:400">)");
  page.text(incident.brief).raw("</td></tr>\n");
  form.row("A21", form_text(incident.alert->first_seen) + " IST");
  form.row("A22", form_text(incident.noticed_at) + " IST");
  form.end();
}

}  // namespace

void add_form_a(Html& page, const Incident& incident, const AlertContext& context) {
  const CertInData& certin = context.certin;
  Block form(page, certin);
  page.element("h1", certin.form_title);
  page.raw(
      "<p class=\"under\">Prepared by prahari from network traffic in the order of CERT-In's "
      "form. To be checked and sent by a person.</p>\n");
  add_reporter(page, form, certin, context.network.site);
  add_basics(page, form, incident, certin);
  add_system(form, incident, context);
  add_description(page, form, incident);
  page.raw("<p class=\"note\">Mail or fax to ").text(certin.address).raw("; fax ");
  page.text(certin.fax).raw("; email ").text(certin.email).raw("; phone ").text(certin.phone);
  page.raw(". Manifest SHA-256: none yet, the bundle is made when the draft is exported.</p>\n");
}

}  // namespace prahari
