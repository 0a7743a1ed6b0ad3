// The report's look: light or dark as the reader has it, one column on a phone, black on white on paper.
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b2330; --soft: #5d6878; --line: #dfe4ea; --card: #fff; --page: #f5f7f9;
  --good: #1f7a4d; --bad: #b93a12; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa6b5; --line: #2d3642; --card: #191f28;
  --page: #11161d; --good: #5fce97; --bad: #ff8f66; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI",
  Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 44px 0 12px; }
h3 { font-size: 1rem; margin: 28px 0 10px; }
p { margin: 0 0 10px; max-width: 75ch; }
.soft, figcaption, dt, th { color: var(--soft); }
.small { font-size: .875rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; }
.verdict { margin: 22px 0 16px; border-left: 5px solid var(--soft); }
.verdict p:first-child { font-size: 1.2rem; line-height: 1.4; }
.verdict p:last-child { margin: 0; }
.ok { color: var(--good); } .bad { color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
.tiles .card { padding: 12px 16px; }
.tiles b { display: block; font-size: 1.6rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles span { display: block; }
.warnings { margin-top: 16px; } .warnings ul { margin: 6px 0 0; padding-left: 20px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); gap: 16px; }
figure { margin: 0; } figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
figcaption { font-size: .875rem; margin-bottom: 8px; }
figcaption strong { color: var(--ink); display: block; font-size: .95rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 12px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 500; font-size: .875rem; } tr:last-child td { border-bottom: 0; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal;
  overflow-wrap: anywhere; min-width: 9em; }
.scroll + p { margin-top: 8px; }
.case { margin-bottom: 14px; padding: 14px 16px; break-inside: avoid; }
.case header { display: flex; flex-wrap: wrap; gap: 2px 18px; align-items: baseline; margin-bottom: 10px; }
.case bdi { font-weight: 600; overflow-wrap: anywhere; }
.views { display: grid; grid-template-columns: repeat(3, 1fr); gap: 10px; }
.views figcaption { margin: 4px 0 0; font-size: .8rem; }
.views img { display: block; width: 100%; border-radius: 4px; }
.none { display: grid; place-items: center; aspect-ratio: 1; border: 1px dashed var(--line); border-radius: 4px;
  color: var(--soft); font-size: .875rem; padding: 8px; text-align: center; }
.legend { display: flex; flex-wrap: wrap; gap: 8px 22px; align-items: center; margin-bottom: 14px; }
.ramp { display: inline-flex; align-items: center; gap: 8px; }
.ramp i { display: block; width: 180px; height: 12px; border-radius: 2px; }
.key { display: inline-flex; align-items: center; gap: 7px; }
.key i { width: 14px; height: 14px; border: 3px solid; border-radius: 2px; background: #777; }
dl { display: grid; grid-template-columns: minmax(110px, max-content) minmax(0, 1fr); gap: 6px 22px; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
code { font: .86em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.read dl { grid-template-columns: 1fr; gap: 2px; } .read dd { margin-bottom: 10px; max-width: 80ch; }
.read dt { color: var(--ink); font-weight: 600; }
@media (max-width: 560px) { main { padding: 20px 12px 40px; } .card { padding: 12px; }
  .case dl, .made dl { grid-template-columns: 1fr; gap: 0; } .made dd { margin-bottom: 8px; } .views { gap: 6px; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --card: #fff; --page: #fff; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; } .card, figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
