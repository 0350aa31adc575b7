/** Ninety days of a part: one calm band, broken where it was offline. */
export const STRIPS = `
.uptime { display: grid; grid-template-columns: minmax(0, 1fr) 5rem; align-items: center; gap: var(--s4); }
.part .uptime-share { font-weight: 700; text-align: right; white-space: nowrap; }
.strip { width: 100%; height: 30px; }
.strip-good { fill: var(--good); }
.strip-bad { fill: var(--bad); }
.strip-unmeasured { fill: none; stroke: var(--firm); stroke-dasharray: 2 2; }
.strip-unmeasured rect { vector-effect: non-scaling-stroke; }
.axis { display: flex; justify-content: space-between; max-width: none; color: var(--soft); font-size: var(--tiny); padding-right: 6rem; }
@media (min-width: 48.01rem) {
  .part:has(.uptime) { align-items: center; }
  .part > .uptime { grid-area: 1 / 3; }
  .axis { margin-left: 22rem; }
}
@media (forced-colors: active) { .strip { forced-color-adjust: none; } }
`;
