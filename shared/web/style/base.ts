/** Text, links, focus: what every page is made of. */
export const BASE = `
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: var(--s5); }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 400 var(--text)/1.55 var(--sans);
  font-variant-numeric: tabular-nums;
}
h1, h2, h3, p, dl, dd, ol, ul, pre { margin: 0; padding: 0; }
h1, h2, h3 { line-height: 1.2; text-wrap: balance; }
h2 { font-size: var(--large); letter-spacing: -.01em; }
h3 { font-size: var(--text); }
p { max-width: 64ch; text-wrap: pretty; }
code, pre { font-family: var(--mono); font-size: .92em; }
code { overflow-wrap: anywhere; }
a {
  color: inherit;
  text-decoration: underline;
  text-decoration-color: var(--accent);
  text-decoration-thickness: 1.5px;
  text-underline-offset: .22em;
}
a:hover { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
main:focus { outline: none; }
svg { display: block; overflow: visible; }
.soft { color: var(--soft); }
.small { font-size: var(--small); }
.unbroken { white-space: nowrap; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: var(--s4); top: -5rem; z-index: 1; padding: var(--s2) var(--s4); background: var(--ink); color: var(--paper); }
.skip:focus { top: var(--s2); }
@media (prefers-reduced-motion: no-preference) { a { transition: color .12s; } }
`;
