import { createHash } from 'node:crypto';

/** The style of the report page. Colours are chosen for contrast in light and dark; words carry the meaning. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--soft:#f4f5f7;--line:#d5d9e0;--text:#1b1f27;--dim:#565e6c;--good:#176b35;--warn:#7d4e00;--bad:#b3161f;--link:#0b57c2}
@media (prefers-color-scheme:dark){:root{--bg:#14171c;--soft:#1d2128;--line:#363c47;--text:#e7eaf0;--dim:#a3acba;--good:#6fd08d;--warn:#f0bb5a;--bad:#ff8f88;--link:#8ab8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main,header{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 .5rem}
h2{font-size:1.2rem;margin:2.25rem 0 .6rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.4rem 0 .5rem}
p{margin:.4rem 0}
a{color:var(--link)}
code,pre,.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9em}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;white-space:pre-wrap;margin:.5rem 0}
.dim{color:var(--dim)}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
.status{display:inline-block;border:1.5px solid currentColor;border-radius:1rem;padding:0 .7rem;font-size:.85rem;font-weight:600}
.facts{display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;padding:0;margin:.7rem 0;list-style:none;color:var(--dim);font-size:.9rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600}
td.n,th.n{text-align:right;white-space:nowrap}
.zero{color:var(--dim)}
.box{border:1px solid var(--line);border-left:4px solid var(--warn);border-radius:6px;padding:.6rem 1rem;margin:.8rem 0}
.box.error{border-left-color:var(--bad)}
details{border:1px solid var(--line);border-radius:6px;margin:.6rem 0}
summary{cursor:pointer;padding:.5rem .9rem;font-weight:600;background:var(--soft);border-radius:6px}
details[open]>summary{border-radius:6px 6px 0 0}
summary:focus-visible,a:focus-visible,input:focus-visible{outline:3px solid var(--link);outline-offset:1px}
ul.rows{list-style:none;margin:0;padding:0}
ul.rows>li{padding:.55rem .9rem;border-top:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 3.2rem}
.name{font-weight:600}
dl{display:grid;grid-template-columns:minmax(6rem,14rem) 1fr;gap:.15rem 1rem;margin:.35rem 0 0;font-size:.93rem}
dt{color:var(--dim)}dd{margin:0}
del{color:var(--bad);text-decoration:none}ins{color:var(--good);text-decoration:none}
.why{margin:0;padding:.5rem .9rem;border-top:1px solid var(--line);color:var(--dim)}
bdi{unicode-bidi:isolate}
#find{display:flex;gap:.6rem;align-items:center;flex-wrap:wrap;margin:.8rem 0}
#find input{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--dim);border-radius:6px;padding:.35rem .7rem;min-width:min(22rem,100%)}
footer{max-width:72rem;margin:3rem auto 2rem;padding:.8rem 1.25rem 0;color:var(--dim);font-size:.85rem}
@media (max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.35rem}h1{font-size:1.25rem}th,td{padding-right:.6rem}main,header,footer{padding-left:.9rem;padding-right:.9rem}}
@media print{:root{--bg:#fff;--soft:#fff;--line:#999;--text:#000;--dim:#444;--good:#063;--warn:#630;--bad:#900;--link:#000}#find{display:none}body{font-size:11px}details::details-content{content-visibility:visible;block-size:auto}ul.rows>li{content-visibility:visible;break-inside:avoid}}
`;

/** Adds a field that filters the rows. The page is whole without it. */
export const SCRIPT = `
(function(){
var rows=[].slice.call(document.querySelectorAll('ul.rows>li'));
if(rows.length<2)return;
var place=document.getElementById('find'),label=document.createElement('label'),field=document.createElement('input'),said=document.createElement('span');
label.textContent='Find in these rows';label.htmlFor='q';field.id='q';field.type='search';said.className='dim';said.setAttribute('role','status');
place.append(label,field,said);
var groups=[].slice.call(document.querySelectorAll('details.group')),open=groups.map(function(g){return g.open}),timer;
function find(){
var part=field.value.trim().toLowerCase(),found=0;
rows.forEach(function(row){var fits=part===''||row.textContent.toLowerCase().indexOf(part)>=0;row.hidden=!fits;if(fits)found++});
groups.forEach(function(g,i){var some=g.querySelector('li:not([hidden])')!==null;g.hidden=part!==''&&!some;g.open=part===''?open[i]:some});
said.textContent=part===''?'':found+' of '+rows.length+' rows';
}
field.addEventListener('input',function(){clearTimeout(timer);timer=setTimeout(find,120)});
window.addEventListener('beforeprint',function(){groups.forEach(function(g){g.open=true})});
})();
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What the page may do: nothing but its own style and script. */
export const REPORT_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
