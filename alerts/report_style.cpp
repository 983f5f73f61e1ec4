// The look of report.html: calm on a screen, light or dark; one column on a phone; ink-saving on
// A4, where everything that folds is open. Every colour of text keeps 4.5:1 to what is behind it.

#include "alerts/report_sections.hpp"

namespace prahari {

const std::string_view kReportStyle = R"css(
:root{color-scheme:light dark;--ink:#17222d;--soft:#51606e;--line:#dbe2e7;--paper:#fff;
--ground:#f3f5f7;--tint:#f1f4f6;--accent:#0b5566;--head:#0b5566;--critical:#8e1330;--high:#b3360a;
--medium:#7d5800;--low:#1c6596;--info:#56646f;--good:#1d6a45;--warn:#fdf1eb;--edge:#e9c6b4;
--heat:11,85,102;--wire:#647482}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:12px}
body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Devanagari",sans-serif}
main,header.top>div,nav,footer{max-width:1120px;margin:0 auto;padding:0 24px}
header.top{background:var(--head);color:#fff;padding:18px 0 15px}
header.top .brand{font-size:12.5px;letter-spacing:.08em;text-transform:uppercase;opacity:.9}
header.top h1{margin:.05em 0 .1em;font-size:25px;line-height:1.2;font-weight:650;overflow-wrap:anywhere}
header.top p{margin:0;opacity:.95}
nav{padding-top:10px;padding-bottom:10px;font-size:14px;display:flex;flex-wrap:wrap;gap:4px 18px}
a{color:var(--accent)}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:18px 24px 20px;margin:0 0 16px}
h2{font-size:19px;line-height:1.3;margin:0 0 8px;font-weight:650}
h3{font-size:15.5px;margin:18px 0 6px;font-weight:650}
p{margin:.4em 0;overflow-wrap:anywhere}
.lead{color:var(--soft);margin-top:0;max-width:92ch}
.more,.times,.sub{color:var(--soft);font-size:13.5px;font-weight:400}
.sub{display:block;font-size:12.5px}
.headline{font-size:18px;line-height:1.4;margin:0 0 12px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
code,.mono{overflow-wrap:anywhere}
pre{background:var(--tint);border:1px solid var(--line);border-radius:6px;padding:8px 12px;margin:6px 0;
white-space:pre-wrap;overflow-wrap:anywhere}
.fw{font-weight:650}
.glyphs{position:absolute}
.glyph{width:16px;height:16px;flex:none;vertical-align:-3px;fill:none;stroke:currentColor;stroke-width:1.2;
stroke-linejoin:round;stroke-linecap:round}
.tiles{display:grid;grid-template-columns:repeat(8,1fr);gap:9px;margin:0 0 14px}
.tile{background:var(--tint);border-radius:8px;padding:9px 12px;min-width:0}
.tile b{display:block;font-size:21px;line-height:1.25;font-weight:650;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:13px;line-height:1.3;display:block}
.tile small{color:var(--soft);display:block;font-size:12.5px;line-height:1.35;margin-top:4px}
.tile.critical b{color:var(--critical)}.tile.high b{color:var(--high)}.tile.medium b{color:var(--medium)}
.tile.low b{color:var(--low)}.tile.good b{color:var(--good)}
.tiles.health{grid-template-columns:repeat(4,1fr)}
.alert,.actor{border:1px solid var(--line);border-left:5px solid var(--info);border-radius:8px;padding:10px 16px;margin:9px 0}
.critical{border-left-color:var(--critical)}.high{border-left-color:var(--high)}
.medium{border-left-color:var(--medium)}.low{border-left-color:var(--low)}
.alert h3,.actor h3{margin:0;display:flex;flex-wrap:wrap;gap:3px 9px;align-items:baseline}
.alert .why{margin:.2em 0 .3em}
.actor{background:var(--warn);border-color:var(--edge)}
.actor h3{font-size:17px}
.deeds{list-style:none;margin:8px 0 2px;padding:0;display:grid;gap:5px}
.deeds li{display:grid;grid-template-columns:74px 1fr;gap:8px;align-items:baseline}
.deeds .chip{text-align:center}
.chip{display:inline-block;border-radius:99px;padding:0 9px;font-size:12.5px;line-height:19px;font-weight:600;
color:#fff;background:var(--info);white-space:nowrap;text-decoration:none}
.chip.critical{background:#8e1330}.chip.high{background:#b3360a}.chip.medium,.chip.note{background:#7d5800}
.chip.low{background:#1c6596}.chip.info{background:#56646f}.chip.good{background:#1d6a45}.chip.bad{background:#b3360a}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:6px 0 0;font-size:14px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;min-width:0}
.clock{margin:.1em 0;font-size:13.5px;color:var(--high)}.clock a{color:inherit}
details{margin:6px 0 0}
summary{color:var(--accent);cursor:pointer;font-size:14px}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;color:var(--soft);font-weight:600;border-bottom:2px solid var(--line);padding:5px 10px 5px 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:5px 10px 5px 0;vertical-align:top;overflow-wrap:anywhere}
td[data-label=Seen],td[data-label=Service],td[data-label=Operations],td[data-label=Zone],td[data-label=Role],
td[data-label=Offers],td[data-label=Used],td[data-label=Packets]{overflow-wrap:break-word}
td[data-label=Controller],td[data-label=Client],td[data-label=Server],td[data-label=From],td[data-label=To],td[data-label=Kind],
td[data-label=Until]{min-width:92px}
td[data-label=Rate],td[data-label=Until]{white-space:nowrap}
td[data-label="An auditor will ask"]{min-width:250px}
td.num,th.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.num+td:not(.num),th.num+th:not(.num){padding-left:14px}
td .chip{margin:0}
.who{display:flex;gap:7px}
.scroll{overflow-x:auto}
.matrix{width:auto;min-width:50%}
.matrix th{border:0;padding:4px 8px 4px 0;max-width:150px;overflow-wrap:anywhere}
.matrix thead th{font-size:13px;padding:4px;text-align:center}
.matrix thead th.corner{text-align:left;font-weight:400}
.matrix td{border:2px solid var(--paper);padding:4px 7px;min-width:56px;text-align:center;border-radius:6px;
background:var(--tint);line-height:1.3}
.matrix td b{display:block;font-size:13px;white-space:nowrap}.matrix td span{font-size:12px;color:var(--ink)}
.matrix td.none{background:none}
.heat.h1{background:rgba(var(--heat),.07)}.heat.h2{background:rgba(var(--heat),.13)}.heat.h3{background:rgba(var(--heat),.2)}
.heat.h4{background:rgba(var(--heat),.27)}.heat.h5{background:rgba(var(--heat),.35)}
.matrix td.bad{background:var(--warn);box-shadow:inset 0 0 0 2px var(--high)}.matrix td.bad b{color:var(--high)}
.cards{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:12px;align-items:start}
.card{border:1px solid var(--line);border-radius:8px;padding:11px 15px 12px}
.card.bad{border-color:var(--high)}
.card h3{margin:0;display:flex;flex-wrap:wrap;gap:4px 8px;align-items:center}
.card dl{font-size:13.5px}
.proof{font-size:12.5px;margin-top:5px}.proof td,.proof th{padding:3px 8px 3px 0}
.proof td:nth-child(n+4){white-space:nowrap}
.plain{list-style:none;margin:5px 0;padding:0;font-size:13.5px}
figure{margin:8px 0}
.topology{display:block;width:100%;height:auto;font-family:inherit;fill:var(--ink)}
.narrow{display:none}
.topology .lane{fill:var(--tint)}.topology .zone{fill:var(--paper);stroke:var(--line)}
.topology .node{fill:var(--tint);stroke:#b9c4cc}.topology .node.bad{fill:var(--warn);stroke:var(--high);stroke-width:1.6}
.topology .node.src{fill:var(--warn);stroke:var(--critical);stroke-width:3}
.topology .badge{fill:#b3360a}.topology .bt{fill:#fff;font-size:10px;font-weight:700;text-anchor:middle}
.topology .lv{font-size:12.5px;font-weight:650}.topology .ls,.topology .n2{font-size:10.5px;fill:var(--soft)}
.topology .n2{font-size:10px}.topology .zn{font-size:12px;font-weight:650}.topology .nm{font-size:12px;fill:var(--soft)}
.topology .n1{font-size:11px;font-weight:600}.topology .end{text-anchor:end}
.wire path{fill:none;stroke:var(--wire);stroke-width:1.3}.wire .tip{fill:var(--wire);stroke:none}
.wire.bad path{stroke:var(--high);stroke-width:2}.wire.bad .tip{fill:var(--high);stroke:none}
.topology .wl{font-size:10px;fill:var(--soft);paint-order:stroke;stroke:var(--paper);stroke-width:3px}
.topology .wl.bad{fill:var(--high);font-weight:650}
.legend{font-size:13px;color:var(--soft);display:flex;flex-wrap:wrap;gap:3px 16px;margin-top:8px}
.legend span{display:inline-flex;gap:5px;align-items:center}
.key{display:inline-block;width:16px;height:11px;border-radius:3px;border:1.6px solid var(--high);background:var(--warn)}
.key.src{border:3px solid var(--critical)}.key.line{height:0;border-width:1px 0;border-radius:0}
.shares{list-style:none;margin:0;padding:0;font-size:14px}
.shares li{display:grid;grid-template-columns:150px minmax(60px,300px) 90px 1fr;gap:10px;align-items:center;padding:2px 0}
.shares .num{text-align:right;font-variant-numeric:tabular-nums}
.bar{width:100%;height:8px}.bar .full{fill:var(--tint)}.bar .part{fill:var(--accent)}
ul.health{list-style:none;margin:0;padding:0}
ul.health li{display:grid;grid-template-columns:60px 1fr;gap:0 12px;padding:6px 0;border-bottom:1px solid var(--line)}
ul.health .hint{color:var(--soft)}
ul.health .chip{justify-self:start;align-self:start}
footer{color:var(--soft);font-size:13.5px;padding-bottom:30px}
@media screen and (prefers-color-scheme:dark){
:root{--ink:#e4eaef;--soft:#a3b1bd;--line:#33414d;--paper:#18222b;--ground:#10181f;--tint:#212d38;--accent:#6cc3d5;
--head:#0c3a46;--critical:#ff8ba1;--high:#ff9466;--medium:#e5b64a;--low:#79bdf0;--info:#a9b6c1;--good:#6fd1a1;
--warn:#33211d;--edge:#6b4032;--heat:108,195,213;--wire:#8b9aa6}
.topology .node{stroke:#4a5966}
}
@media (max-width:1000px){.tiles{grid-template-columns:repeat(4,1fr)}.cards{grid-template-columns:minmax(0,1fr)}}
@media screen and (max-width:640px){
main,header.top>div,nav,footer{padding-left:10px;padding-right:10px}
section{padding:13px 12px;border-radius:8px}
.tiles,.tiles.health{grid-template-columns:repeat(2,minmax(0,1fr))}
.wide{display:none}.narrow{display:block}
.headline{font-size:16.5px}
.alert,.actor,.card{padding:9px 11px}
dl{grid-template-columns:88px minmax(0,1fr);gap:2px 9px}
.alert dl{grid-template-columns:minmax(0,1fr);gap:0}.alert dt{margin-top:5px;font-size:13px}
table.rows thead{display:none}
table.rows,table.rows tbody{display:block}
table.rows tr{display:block;border-bottom:1px solid var(--line);padding:7px 0}
table.rows td,table.rows td.num{display:grid;grid-template-columns:100px minmax(0,1fr);gap:0 9px;border:0;padding:1px 0;
text-align:left;white-space:normal}
table.rows td::before{content:attr(data-label);color:var(--soft);font-size:13px}
table.rows td>*{grid-column:2}
table.brief td,table.brief td.num{display:inline;padding:0 8px 0 0}table.brief td::before{content:none}
table.brief td[data-label=Controller]{display:block;font-weight:650}table.brief td[data-label=Firmware]::before{content:"firmware "}
td[data-label]{min-width:0!important}
.proof thead{display:none}.proof,.proof tbody{display:block}
.proof tr{display:block;border-bottom:1px solid var(--line);padding:3px 0}
.proof td{display:inline;border:0;padding:0 6px 0 0}.proof td:first-child{color:var(--soft)}
.proof td:nth-child(2){font-weight:600}
.deeds li{grid-template-columns:minmax(0,1fr);gap:1px}.deeds .chip{justify-self:start}
.shares li{grid-template-columns:80px minmax(40px,1fr) 66px 52px;gap:7px}
ul.health li{grid-template-columns:minmax(0,1fr);gap:3px}
}
@page{size:A4;margin:13mm 12mm 15mm}
@media print{
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{background:#fff;font-size:9.5pt;line-height:1.4}
header.top{background:#fff;color:var(--ink);border-bottom:2pt solid var(--accent);padding:0 0 6pt;margin-bottom:8pt}
main,header.top>div,footer{max-width:none;padding:0}
nav,.screen{display:none}
details::details-content{content-visibility:visible;display:block;height:auto}
summary{list-style:none;color:var(--soft);font-size:8.5pt;font-weight:600}
section{border:0;border-radius:0;padding:0;margin:0 0 12pt}
h2{font-size:13pt;border-bottom:.6pt solid var(--line);padding-bottom:2pt}
h1,h2,h3,thead,.lead,summary{break-after:avoid}
.alert,.actor,.tile,tr,.deeds li,ul.health li,.shares li,figure,.clock{break-inside:avoid}
.tiles{grid-template-columns:repeat(8,1fr);gap:5pt}.tile{padding:4pt 6pt}.tile b{font-size:11pt}
.tile span,.tile small{font-size:7.5pt}.tiles.health{grid-template-columns:repeat(4,1fr)}
.headline{font-size:11.5pt}
.wide{display:block}.narrow{display:none}
.topology{max-height:235mm}
.scroll{overflow:visible}
table{font-size:8pt}td,th{padding:2.5pt 6pt 2.5pt 0}
.matrix td{padding:2pt 3pt;min-width:0}.matrix th{max-width:74pt}.matrix thead th{font-size:7.5pt}
.matrix td b{font-size:7.5pt}.matrix td span{font-size:7pt}
.cards{display:block}
.card{padding:4pt 8pt 5pt;margin:0 0 6pt}.card h3{break-after:avoid}.card dl,.lead{break-inside:avoid}
.card dl{grid-template-columns:max-content minmax(0,1fr) max-content minmax(0,1fr);font-size:7.8pt;gap:0 9pt}.card h3{font-size:9.5pt}
.proof{font-size:7.2pt}.proof td,.proof th{padding:1pt 4pt 1pt 0}.plain{font-size:7.8pt}
.sub{font-size:7pt}
.alert,.actor{padding:4pt 9pt;margin:5pt 0}
.alert .why{font-size:9pt}
.alert summary{display:none}
.alert dl{display:block;margin-top:1pt;font-size:7.8pt}.alert dt,.alert dd{display:inline}.alert dt{font-weight:600}
.alert dd{margin:0 8pt 0 2pt}.clock,.more,.times{font-size:8pt}
.clock{margin:0}td[data-label=Address],td[data-label=Firmware]{min-width:70pt}
.chip{font-size:7.5pt;line-height:11pt}
.deeds li{grid-template-columns:52pt 1fr}
pre{font-size:7.5pt;padding:3pt 7pt}
.legend{font-size:7.5pt}
a{color:inherit;text-decoration:none}a.chip{color:#fff}
}
)css";

}  // namespace prahari
