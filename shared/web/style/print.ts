/** On paper: light, whatever the scheme, and without what only a screen can do. */
export const PRINT = `
@media print {
  :root { color-scheme: light; --paper: #fff; --tint: #fff; font-size: 10pt; }
  nav, .skip, .find { display: none; }
  main > section { break-inside: avoid; padding-block: 1.2rem; }
  details::details-content { content-visibility: visible; block-size: auto; }
  details .scroll { max-height: none; }
  .chart, .dot, .share { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
