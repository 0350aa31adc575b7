/** Tables of figures, and the cards that their rows become on a narrow screen. */
export const TABLES = `
.scroll { position: relative; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: var(--small); }
th, td { padding: .65rem var(--s4) .65rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: baseline; }
th:last-child, td:last-child { padding-right: 0; }
thead th { padding-top: 0; border-top: 0; color: var(--soft); font-weight: 500; font-size: var(--tiny); white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 600; }
.cards tbody th { white-space: nowrap; }
.figure { text-align: right; }
td.figure { white-space: nowrap; }
.aside { display: block; color: var(--soft); font-weight: 400; font-size: var(--tiny); }
td.figure .aside { white-space: normal; }
@media (max-width: 48rem) {
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards, .cards tbody { display: block; }
  .cards tr { display: grid; grid-template-columns: 1fr 1fr; gap: var(--s3) var(--s4); padding-block: var(--s4); border-top: 1px solid var(--line); }
  .cards tbody tr:first-child { padding-top: 0; border-top: 0; }
  .cards tbody > tr > * { display: block; min-width: 0; padding: 0; border: 0; text-align: left; white-space: normal; }
  .cards tbody th, .cards td:nth-child(2) { grid-column: 1 / -1; }
  .cards tbody th { font-size: var(--text); overflow-wrap: anywhere; }
  .cards td::before { content: attr(data-label); display: block; color: var(--soft); font-size: var(--tiny); }
  .cards td:nth-child(2)::before { display: none; }
}
`;
