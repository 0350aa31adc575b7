/** What stands in the band of a page of figures: the figures, and the stretch of time that they are of. */
export const HEADLINE = `
.stats { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9.25rem, 42%), 1fr)); gap: var(--s5); margin-top: 1px; padding-block: var(--s5) var(--s6); border-top: 2px solid var(--ink); }
.stats dt { color: var(--soft); font-size: var(--small); }
.stats b { display: block; font-size: 2rem; letter-spacing: -.035em; line-height: 1.2; white-space: nowrap; }
.stats b small { font-size: .55em; font-weight: 600; letter-spacing: 0; }
.stats span { color: var(--soft); font-size: var(--tiny); }
.range { margin-top: var(--s5); }
.range ul { display: inline-flex; gap: 0; border: 1px solid var(--firm); border-radius: 8px; overflow: hidden; }
.range li + li { border-left: 1px solid var(--firm); }
.range a { padding: .4rem .85rem; border: 0; }
.range [aria-current] { background: var(--ink); color: var(--paper); }
.range a:focus-visible { outline-offset: -3px; }
.note .find { margin-top: 0; }
.note .find input { flex-basis: 7rem; }
`;
