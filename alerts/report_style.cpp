// The look of report.html: calm on a screen, one column on a phone, ink-saving on A4.

#include "alerts/report_sections.hpp"

namespace prahari {

const std::string_view kReportStyle = R"css(
:root{--ink:#17222d;--soft:#566574;--line:#dde3e8;--paper:#fff;--ground:#f4f6f8;--accent:#0b5566;
--critical:#8e1330;--high:#b93a0b;--medium:#8a6100;--low:#1c6596;--info:#5d6b78;--good:#21704a}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Devanagari",sans-serif}
main,header.top>div,footer{max-width:1120px;margin:0 auto;padding:0 24px}
header.top{background:var(--accent);color:#fff;padding:26px 0 22px}
header.top .brand{font-size:13px;letter-spacing:.08em;text-transform:uppercase;opacity:.85}
header.top h1{margin:.1em 0 .15em;font-size:27px;line-height:1.2;font-weight:650}
header.top p{margin:0;opacity:.92}
nav{max-width:1120px;margin:0 auto;padding:12px 24px;font-size:14px;display:flex;flex-wrap:wrap;gap:6px 18px}
a{color:var(--accent)}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:20px 24px;margin:0 0 18px}
h2{font-size:19px;line-height:1.3;margin:0 0 10px;font-weight:650}
h3{font-size:15.5px;margin:18px 0 6px;font-weight:650}
p{margin:.4em 0}
.lead{color:var(--soft);margin-top:0}
.more{color:var(--soft);font-size:14px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em}
code,.mono{overflow-wrap:anywhere}
pre{background:#f1f4f6;border:1px solid var(--line);border-radius:6px;padding:9px 12px;margin:6px 0;
white-space:pre-wrap;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(8,1fr);gap:12px;margin:0 0 18px}
.tile{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:12px 14px}
.tile b{display:block;font-size:23px;line-height:1.2;font-weight:650;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:13.5px;line-height:1.3;display:block}
.tile.critical b{color:var(--critical)}.tile.high b{color:var(--high)}
.tile.medium b{color:var(--medium)}.tile.low b{color:var(--low)}
.alert{border:1px solid var(--line);border-left:5px solid var(--info);border-radius:8px;padding:13px 18px;margin:12px 0}
.alert.critical{border-left-color:var(--critical)}.alert.high{border-left-color:var(--high)}
.alert.medium{border-left-color:var(--medium)}.alert.low{border-left-color:var(--low)}
.alert h3{margin:0 0 2px;display:flex;flex-wrap:wrap;gap:4px 10px;align-items:baseline}
.alert .why{font-size:15.5px;margin:.25em 0 .6em}
.chip{display:inline-block;border-radius:99px;padding:1px 10px;font-size:12.5px;font-weight:600;
color:#fff;background:var(--info);white-space:nowrap}
.chip.critical{background:var(--critical)}.chip.high{background:var(--high)}
.chip.medium{background:var(--medium)}.chip.low{background:var(--low)}
.chip.good{background:var(--good)}.chip.bad{background:var(--high)}.chip.note{background:var(--medium)}
.times{color:var(--soft);font-size:13.5px;font-weight:400}
dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 16px;margin:6px 0 0;font-size:14px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.clock{background:#fdf3ee;border:1px solid #efd3c4;border-radius:6px;padding:6px 12px;margin:8px 0 2px;font-size:14px}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;color:var(--soft);font-weight:600;border-bottom:2px solid var(--line);padding:6px 10px 6px 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:6px 10px 6px 0;vertical-align:top;overflow-wrap:anywhere}
td[data-label=Seen],td[data-label=Service],td[data-label=Operations],td[data-label=Zone],td[data-label=Role],
td[data-label=Offers],td[data-label=Used]{
overflow-wrap:break-word}
td[data-label=Interface] .mono{white-space:nowrap}
td.num,th.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td .sub{color:var(--soft);font-size:12.5px;display:block}
.scroll{overflow-x:auto}
table.matrix td,table.matrix th{border:1px solid var(--line);padding:6px 8px;min-width:84px}
table.matrix th{vertical-align:top}
td.num+td:not(.num),th.num+th:not(.num){padding-left:14px}
table.matrix td.empty{background:#fafbfc}
table.matrix td.bad{background:#fbe9e4}
.figure{overflow-x:auto;margin:8px 0}
.figure svg{display:block;width:100%;min-width:680px;height:auto}
.legend{font-size:13.5px;color:var(--soft);display:flex;flex-wrap:wrap;gap:4px 18px}
ul.health{list-style:none;margin:0;padding:0}
ul.health li{display:grid;grid-template-columns:76px 1fr;gap:0 12px;padding:7px 0;border-bottom:1px solid var(--line)}
ul.health .hint{color:var(--soft)}
ul.health .chip{justify-self:start;align-self:start}
footer{color:var(--soft);font-size:13.5px;padding-bottom:34px}
@media (max-width:1000px){.tiles{grid-template-columns:repeat(4,1fr)}}
@media (max-width:640px){
body{font-size:15px}
main,header.top>div,nav,footer{padding-left:14px;padding-right:14px}
section{padding:15px 14px;border-radius:8px}
.tiles{grid-template-columns:repeat(2,1fr);gap:9px}
.alert{padding:11px 13px}
dl{grid-template-columns:1fr;gap:0}dt{margin-top:6px;font-size:13px}
table.rows thead{display:none}
table.rows tr{display:block;border-bottom:1px solid var(--line);padding:8px 0}
table.rows td{display:grid;grid-template-columns:108px 1fr;gap:0 10px;border:0;padding:2px 0;text-align:left;white-space:normal}
table.rows td::before{content:attr(data-label);color:var(--soft);font-size:13px}
table.rows td>*{grid-column:2}
ul.health li{grid-template-columns:1fr;gap:3px}
}
@page{size:A4;margin:14mm 13mm 16mm}
@media print{
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{background:#fff;font-size:10pt}
header.top{background:#fff;color:var(--ink);border-bottom:2pt solid var(--accent);padding:0 0 8pt}
main,header.top>div,footer{max-width:none;padding:0}
nav{display:none}
section{border:0;border-radius:0;padding:0;margin:0 0 14pt}
h2{font-size:13.5pt;border-bottom:.6pt solid var(--line);padding-bottom:3pt}
h2,h3,thead{break-after:avoid}
.alert,.tile,tr,ul.health li{break-inside:avoid}
.tiles{grid-template-columns:repeat(4,1fr)}
.figure svg{min-width:0}
.scroll,.figure{overflow:visible}
table{font-size:8.6pt}
pre{font-size:8pt;padding:4pt 8pt;margin:3pt 0}
.alert{padding:6pt 10pt;margin:7pt 0}
.alert .why{font-size:9.6pt;line-height:1.4;margin:.2em 0 .4em}
.alert dl,.clock{font-size:8.6pt;line-height:1.4;margin-top:3pt}
.alert .clock{padding:3pt 8pt}
.alert>p{font-size:8.6pt;margin:.2em 0}
a{color:inherit;text-decoration:none}
}
)css";

}  // namespace prahari
