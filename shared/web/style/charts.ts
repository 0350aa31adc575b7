/**
 * Charts, their keys and their numbers. Series are at least 3:1 on paper in both schemes, and neighbours in a stack differ for every
 * kind of colour blindness; a test measures it.
 */
export const CHARTS = `
:root {
  --c0: light-dark(#948c80, #6f6b65);
  --c1: light-dark(#1f66a8, #72b4f0);
  --c2: light-dark(#b9520f, #f2975a);
  --c3: light-dark(#35958a, #2fa090);
  --v1: light-dark(#2a2f78, #c3caff);
  --v3: light-dark(#2a898c, #2f9d9b);
  --v4: light-dark(#3b6b27, #93c56f);
  --v5: light-dark(#ad7a18, #94702f);
}
.c0 { stroke: var(--c0); background: var(--c0); }
.c1, .v2 { stroke: var(--c1); background: var(--c1); }
.c2 { stroke: var(--c2); background: var(--c2); }
.c3 { stroke: var(--c3); background: var(--c3); }
.failed { stroke: var(--bad); background: var(--bad); }
.v1 { stroke: var(--v1); background: var(--v1); }
.v3 { stroke: var(--v3); background: var(--v3); }
.v4 { stroke: var(--v4); background: var(--v4); }
.v5 { stroke: var(--v5); background: var(--v5); }
.chart { padding-left: 3.1rem; }
.rimmed { padding-right: 5.6rem; }
.chart text { fill: var(--soft); font: 400 .75rem var(--sans); font-variant-numeric: tabular-nums; }
.y { text-anchor: end; transform: translateX(-8px); }
.x { text-anchor: middle; }
.x .last { text-anchor: end; }
.rim { transform: translateX(10px); }
.chart .named { fill: var(--ink); font-weight: 600; }
.grid { stroke: var(--line); vector-effect: non-scaling-stroke; shape-rendering: crispEdges; }
.pointed { stroke: transparent; }
.pointed :hover { stroke: var(--ink); stroke-opacity: .1; }
.line { fill: none; stroke: var(--c1); stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.p95 { stroke: var(--c2); stroke-dasharray: 7 5; }
.p99 { stroke: var(--v1); stroke-dasharray: 1 5; }
.key { display: flex; flex-wrap: wrap; gap: var(--s1) var(--s4); list-style: none; font-size: var(--small); }
.key li { display: flex; align-items: center; min-width: 0; overflow-wrap: anywhere; }
.key b { margin-left: auto; white-space: nowrap; padding-left: var(--s2); font-weight: 600; }
.dot { flex: none; display: inline-block; width: 12px; height: 12px; margin-right: .5em; border-radius: 2px; }
.share { width: 100%; height: 6px; overflow: hidden; border-radius: 3px; background: var(--sunk); fill: var(--c1); }
details { font-size: var(--small); }
summary { width: fit-content; padding-block: var(--s1); color: var(--soft); cursor: pointer; }
details .scroll { max-height: 22rem; margin-top: var(--s2); overflow: auto; }
.numbers td, .numbers th + th, .ranked td, .ranked th + th { text-align: right; white-space: nowrap; }
.numbers .word { text-align: left; }
.numbers th, .numbers td { padding-block: .4rem; }
.numbers tbody th { min-width: 7rem; overflow-wrap: anywhere; }
details .numbers tbody th { min-width: 0; white-space: nowrap; }
.ranked .share { margin-top: .35rem; }
.ranked td { vertical-align: top; }
.ranked tbody th { overflow-wrap: anywhere; }
.columns { grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: var(--s6) var(--s7); }
.lengths { width: 32%; vertical-align: middle; }
.rank { width: 2.5rem; color: var(--soft); }
@media (min-width: 66rem) {
  .note .key { display: grid; grid-template-columns: minmax(0, 1fr); }
  main > .columns { grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); }
}
@media (max-width: 48rem) {
  .x :nth-last-child(even), .lengths, .extra { display: none; }
  .rimmed .x * { display: none; }
  .rimmed .x :nth-last-child(3n + 1) { display: inline; }
}
@media (forced-colors: active) { .chart, .dot, .share { forced-color-adjust: none; } }
`;
