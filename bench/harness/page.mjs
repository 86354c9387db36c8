import { round, verdict } from "./report.mjs";
import { summary } from "./statistics.mjs";

const WIDTH = 640;
const BAR = 22;
const LABEL = 130;
const ROOM = 150;

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1f24; --soft: #5c6570; --paper: #fff; --line: #d8dde3; --sluice: #0b6bcb; --spark: #d9822b; --limit: #7d8896; --goal: #1a7f37; --bad: #c62828; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa4b0; --paper: #14171b; --line: #333a43; --sluice: #4c9be8; --spark: #f0a35a; --goal: #4cc26c; --bad: #ff7b72; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1rem; margin: 2.2rem 0 .3rem; } p, figcaption { color: var(--soft); margin: .2rem 0; }
figure { margin: 0; } svg { max-width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
table { border-collapse: collapse; width: 100%; } th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; } .met { color: var(--goal); } .not { color: var(--bad); }
.wide { overflow-x: auto; }`;

/** The report as a page that needs nothing but itself. */
export function page(report, { runs, quick, missing }) {
  const notes = [
    `${runs} ${runs === 1 ? "run" : "interleaved runs"} of each side, on 2 executors. Bars are medians, whiskers the smallest and largest run, green lines what the goal asks of Sluice.`,
    ...(quick ? ["A quick run: it shows that everything runs, and measures nothing worth quoting."] : []),
    ...(missing === undefined ? [] : [`Spark is left out: ${missing}.`]),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice beside Spark</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Sluice beside Spark</h1>
${notes.map((note) => `<p>${escaped(note)}</p>`).join("\n")}
${table(report)}
${report.map(section).join("\n")}
</body>
</html>
`;
}

function table(report) {
  const lines = report.map((row) => {
    const { work, goal, sluice, spark, limit, ratio, spread, unit, met } = row;
    const figures = [sluice, spark, limit].map((value) => (value === null ? "—" : `${round(value)} ${unit}`));
    const times = ratio === null ? "—" : `${round(ratio)}× (${spread.map(round).join("–")})`;
    const cells = [work, ...figures, times, goal].map((cell) => `<td>${escaped(cell)}</td>`);
    return `<tr>${cells.join("")}${verdictCell(met)}</tr>`;
  });
  const heads = ["work", "Sluice", "Spark", "by hand", "ratio", "goal", ""].map((head) => `<th>${head}</th>`);
  return `<div class="wide"><table><thead><tr>${heads.join("")}</tr></thead><tbody>${lines.join("\n")}</tbody></table></div>`;
}

const verdictCell = (met) => `<td class="${met === null ? "" : met ? "met" : "not"}">${verdict(met)}</td>`;

function section(row) {
  const beside = Object.entries(row.figures).map(([name, value]) => `${name}: ${round(value)}`);
  const notes = [
    ...(beside.length > 0 ? [beside.join(" · ")] : []),
    ...(row.differs === null ? [] : [`The row does not count: the sides differ in ${row.differs}.`]),
    ...(row.error === null ? [] : [`It failed: ${row.error}`]),
  ];
  const caption = notes.map((note) => `<figcaption>${escaped(note)}</figcaption>`).join("");
  return `<section><h2>${escaped(row.work)}</h2><figure>${chart(row)}${caption}</figure></section>`;
}

/** A bar for each side that ran. */
function chart({ work, runs, unit, bound }) {
  const sides = [
    ["Sluice", "sluice"],
    ["Spark", "spark"],
    ["written by hand", "limit"],
  ].flatMap(([label, side]) => (runs[side].length > 0 ? [{ label, side, of: summary(runs[side]) }] : []));
  if (sides.length === 0) return "";
  const most = Math.max(bound ?? 0, ...sides.map(({ of }) => of.max));
  const x = (value) => LABEL + (value / most) * (WIDTH - LABEL - ROOM);
  const bars = sides.map(({ label, side, of }, i) => {
    const top = i * (BAR + 6);
    const middle = top + BAR / 2;
    return `<text x="${LABEL - 8}" y="${middle + 5}" text-anchor="end">${label}</text>
<rect x="${LABEL}" y="${top}" width="${(x(of.median) - LABEL).toFixed(1)}" height="${BAR}" rx="2" fill="var(--${side})"/>
<path d="M${x(of.min).toFixed(1)} ${middle}H${x(of.max).toFixed(1)}" stroke="var(--ink)"/>
<text x="${(x(of.max) + 8).toFixed(1)}" y="${middle + 5}">${round(of.median)} ${unit}</text>`;
  });
  const height = sides.length * (BAR + 6);
  const goal =
    bound === null ? "" : `<path d="M${x(bound).toFixed(1)} 0V${height - 6}" stroke="var(--goal)" stroke-width="2"/>`;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img" aria-label="${escaped(work)}">${bars.join("\n")}${goal}</svg>`;
}

function escaped(text) {
  const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(text).replace(/[&<>"]/g, (character) => names[character]);
}
