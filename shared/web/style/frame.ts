/** The frame: one band that says it, then quiet sections with a margin column, then the footer. */
export const FRAME = `
.wrap { max-width: 71rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2.5rem); }
.band { background: var(--tint); border-bottom: 1px solid light-dark(#1d1a171f, #ffffff1a); }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s1) var(--s5); padding-block: var(--s4); }
.brand { display: flex; align-items: center; gap: .55rem; margin-right: auto; font-weight: 700; font-size: var(--large); letter-spacing: -.03em; text-decoration: none; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 var(--s5); list-style: none; font-size: var(--small); }
nav a { display: block; padding-block: var(--s2); border-bottom: 2px solid transparent; text-decoration: none; }
nav [aria-current] { border-color: currentColor; font-weight: 700; }

.hero { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: end; column-gap: var(--s6); }
.say { padding-block: var(--s6) var(--s7); }
.say .lead { margin-top: var(--s4); max-width: 46ch; font-size: var(--large); line-height: 1.45; }
.say .small { margin-top: var(--s3); }
.verdict { font-weight: 700; letter-spacing: -.02em; }
.verdict span { display: block; font-size: clamp(1.15rem, .95rem + .9vw, 1.6rem); overflow-wrap: anywhere; }
.verdict strong { display: block; margin-left: -.04em; color: var(--tone); font-size: clamp(3.5rem, 2.4rem + 4.6vw, 5.5rem); line-height: 1.02; letter-spacing: -.045em; }
.verdict strong.long { font-size: clamp(2.1rem, .6rem + 7vw, 5.25rem); }
.title { font-size: clamp(1.9rem, 1.4rem + 2.2vw, 3rem); letter-spacing: -.035em; overflow-wrap: anywhere; }

main > section { display: grid; gap: var(--s4); padding-block: 2.75rem; border-bottom: 1px solid var(--line); }
main > section > * { min-width: 0; }
.note { display: grid; gap: var(--s3); align-content: start; }
.note p { max-width: 44ch; color: var(--soft); font-size: var(--small); }
.matter { display: grid; gap: var(--s4); align-content: start; }
.matter > * { min-width: 0; }
.pair { display: grid; gap: var(--s4); grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); }
.pair.wide { gap: var(--s6) var(--s7); }
.pair > * { min-width: 0; }
.stack { display: grid; gap: var(--s3); align-content: start; }
.plainly { display: grid; gap: var(--s2); padding-left: 1.1em; max-width: 64ch; }
.nothing { padding: var(--s6) var(--s5); border: 1px dashed var(--firm); border-radius: 10px; color: var(--soft); text-align: center; }
.nothing p { margin-inline: auto; max-width: 48ch; }
@media (min-width: 66rem) {
  main > section { grid-template-columns: 13.5rem minmax(0, 1fr); column-gap: var(--s7); }
}

footer { --tint: var(--paper); display: grid; gap: var(--s5); padding-block: var(--s7) var(--s8); color: var(--soft); font-size: var(--small); }
.fact { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: var(--s4); align-items: center; padding-bottom: var(--s3); color: var(--ink); font-size: var(--large); line-height: 1.4; }
.fact .mark { width: 46px; height: 44px; }
.fact span { display: block; color: var(--soft); font-size: var(--tiny); }
.row { display: flex; flex-wrap: wrap; gap: var(--s1) var(--s5); list-style: none; }
.row a { color: var(--ink); }
@media (max-width: 48rem) {
  .top { padding-block: var(--s3); }
  .hero { display: block; }
  .say { padding-block: var(--s4) var(--s5); }
  nav ul { gap: 0 var(--s4); }
}
`;
