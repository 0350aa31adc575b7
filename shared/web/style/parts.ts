/** States, the parts of the service, meters. */
export const PARTS = `
.state { display: inline-flex; align-items: center; gap: .45em; color: var(--tone); font-weight: 600; white-space: nowrap; }
.state svg { flex: none; width: .8em; height: .8em; fill: currentColor; }
.state .hollow { fill: none; stroke: currentColor; stroke-width: 1.6; }
.parts { list-style: none; display: grid; }
.part { display: grid; grid-template-columns: 9rem 11rem minmax(0, 1fr); align-items: baseline; gap: var(--s1) var(--s4); padding-block: var(--s4); border-top: 1px solid var(--line); }
.part:first-child { padding-top: 0; border-top: 0; }
.part:last-child { padding-bottom: 0; }
.part p { font-size: var(--small); }
.part > .soft { grid-column: 3; }
.meter { width: 100%; max-width: 9rem; height: 6px; margin-top: .4rem; }
.meter-whole { fill: var(--line); }
.meter-done { fill: var(--tone); }
@media (max-width: 48rem) {
  .part { grid-template-columns: minmax(0, 1fr) auto; }
  .part > .soft, .part > .uptime { grid-column: 1 / -1; }
  .meter { max-width: none; }
}
@media (forced-colors: active) { .meter { forced-color-adjust: none; } }
`;
