/**
 * Colours, sizes and spaces: the only place where they are numbers. Each colour is a pair for light and dark; text has at least
 * 4.5:1 on every ground and tint. A tone sets `--tone` and `--tint`, and pieces of a page only know those two.
 */
export const TOKENS = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fbf9f5, #131416);
  --raised: light-dark(#ffffff, #1b1d20);
  --sunk: light-dark(#f2eee6, #1f2125);
  --ink: light-dark(#1d1a17, #eeeae3);
  --soft: light-dark(#5f5951, #aaa49b);
  --line: light-dark(#e3ddd1, #2f3237);
  --firm: light-dark(#8b8479, #7b776f);
  --accent: light-dark(#a8430a, #f3a06a);
  --good: light-dark(#0a6b4a, #63d2a4);
  --good-tint: light-dark(#dff0e5, #11281f);
  --busy: light-dark(#1f66a8, #72b4f0);
  --warn: light-dark(#7d4b00, #f2bd52);
  --warn-tint: light-dark(#fbeac2, #30240c);
  --bad: light-dark(#a8231b, #ff958a);
  --bad-tint: light-dark(#fae0db, #371715);
  --sans: system-ui, -apple-system, "Segoe UI", Cantarell, "Noto Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", "Noto Sans Mono", "DejaVu Sans Mono", monospace;
  --tiny: .8125rem;
  --small: .875rem;
  --text: 1rem;
  --large: 1.1875rem;
  --s1: .25rem; --s2: .5rem; --s3: .75rem; --s4: 1rem; --s5: 1.5rem; --s6: 2rem; --s7: 3rem; --s8: 4.5rem;
  --tint: var(--sunk);
  --tone: var(--ink);
}
.good { --tint: var(--good-tint); --tone: var(--good); }
.busy { --tone: var(--busy); }
.warn { --tint: var(--warn-tint); --tone: var(--warn); }
.bad { --tint: var(--bad-tint); --tone: var(--bad); }
.calm { --tint: var(--sunk); --tone: var(--soft); }
@media (prefers-contrast: more) { :root { --line: var(--firm); --soft: var(--ink); } }
`;
