// The look of a CERT-In draft: an A4 form in black on white that survives a grey printer.

#include "alerts/incident_sections.hpp"

namespace prahari {

const std::string_view kIncidentStyle = R"css(
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:#e9edf0;color:#111;
font:10.4pt/1.42 "Noto Sans","Noto Sans Devanagari","Noto Sans Tamil","Noto Sans Telugu",system-ui,"Segoe UI",Roboto,sans-serif}
.sheet{background:#fff;max-width:190mm;margin:14px auto;padding:12mm 13mm;box-shadow:0 1px 5px rgba(0,0,0,.16)}
.run{display:flex;flex-wrap:wrap;justify-content:space-between;gap:2px 14px;font-size:8.6pt;
border-bottom:1px solid #111;padding-bottom:4px;margin-bottom:10px}
.run b{letter-spacing:.03em}
h1{font-size:15.5pt;line-height:1.25;margin:0 0 2px;text-align:center}
.under{text-align:center;font-size:9pt;margin:0 0 8px;color:#333}
h2{font-size:13pt;line-height:1.3;margin:18px 0 6px;border-bottom:1px solid #888;padding-bottom:2px}
h3{font-size:10.8pt;margin:12px 0 4px}
p{margin:4px 0}
table{border-collapse:collapse;width:100%;margin:0 0 7px}
td,th{border:1px solid #777;padding:3px 7px;text-align:left;vertical-align:top;overflow-wrap:break-word}
td.time{white-space:nowrap}
th{font-weight:600;background:#f1f1f1}
table.form td:first-child{width:35%;font-weight:600}
table.form th{background:#e4e4e4;text-align:left;font-size:10.6pt}
table.form th small{font-weight:400}
.none{color:#555;font-style:italic;font-weight:400}
.box{display:inline-block;width:10.5pt;height:10.5pt;border:1.1px solid #111;margin:0 5px 0 0;vertical-align:-1.5pt;
text-align:center;line-height:9.4pt;font-size:9.4pt;font-weight:700;flex:none}
.choice{display:flex;margin:1px 0}
.choice.side{display:inline-flex;margin-right:18px}
.types{display:grid;grid-template-columns:repeat(3,1fr);gap:0 12px;font-size:8.1pt;line-height:1.28;font-weight:400}
.types .choice{margin:1.6px 0}
.types .box{width:8.6pt;height:8.6pt;line-height:7.6pt;font-size:7.6pt;margin-top:1pt}
.note{font-size:8.6pt;color:#444;background:#f1f1f1;border-left:3px solid #999;padding:2px 7px;margin:4px 0}
.brief{white-space:pre-line}
.mono{font-family:ui-monospace,Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em;overflow-wrap:anywhere}
ul{margin:3px 0;padding-left:18px}
.lines td{height:24px}
.wide{overflow-x:auto}
svg{display:block;width:100%;height:auto;max-width:640px;margin:4px auto}
@media (max-width:640px){
.sheet{margin:0 0 10px;padding:16px 14px;box-shadow:none}
.types{grid-template-columns:1fr}
.wide table{min-width:560px}
table.form td{display:block;width:auto!important;border-top:0}
table.form tr:first-child td:first-child{border-top:1px solid #777}
table.form td:first-child{border-bottom:0;padding-bottom:0}
}
@media print{
body{background:#fff}
.sheet{max-width:none;margin:0;padding:0;box-shadow:none}
.sheet+.sheet{break-before:page}
.sheet+.sheet.flow{break-before:auto}
.run{display:none}
h2,h3{break-after:avoid}
tr,.keep{break-inside:avoid}
.first{font-size:8.7pt;line-height:1.3}
.first td,.first th{padding:1.6px 6px}
.first table{margin-bottom:4px}
.first .types{font-size:7.1pt;line-height:1.22}
.first .types .choice{margin:.7px 0}
.first h1{font-size:13pt}
.first .under{margin-bottom:4px;font-size:8pt}
.first .note{font-size:7.4pt;padding:1px 6px;margin:2px 0}
}
)css";

}  // namespace prahari
