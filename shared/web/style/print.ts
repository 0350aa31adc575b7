/** On paper: light, whatever the scheme, and without what only a screen can do. */
export const PRINT = `
@media print {
  :root { color-scheme: light; --paper: #fff; --tint: #fff; font-size: 10pt; }
  nav, .skip { display: none; }
  main > section { break-inside: avoid; padding-block: 1.2rem; }
}
`;
