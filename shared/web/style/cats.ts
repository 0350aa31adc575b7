/** How the cats look. They blink where motion is welcome, and only while all is well: the only motion there is. */
export const CATS = `
.mark { width: 30px; height: 29px; }
.cats { width: clamp(10rem, 27vw, 20rem); height: auto; margin-bottom: -1px; }
.cat-body { fill: light-dark(#1d1a17, #070808); stroke: var(--tint); stroke-width: 2.5; }
.cat-line { fill: var(--tint); stroke: light-dark(#1d1a17, #b9b3a8); stroke-width: 2.25; }
.heads { overflow: hidden; }
.cat-toes { fill: none; stroke-width: 1.5; stroke-linecap: round; opacity: .55; }
.mark .cat-line { stroke-width: 2; }
.cat-eye { fill: light-dark(#7fe0b4, #63d2a4); }
.warn .cat-eye { fill: #f7c24f; }
.cat-pupil { fill: #0b0b0b; }
.cat-dot { fill: light-dark(#1d1a17, #b9b3a8); }
.cat-lid { fill: none; stroke: light-dark(#fbf9f5, #b9b3a8); stroke-width: 3.25; stroke-linecap: round; }
.cat-nose { fill: light-dark(#e9a48e, #8d5d4f); }
@media (max-width: 48rem) { .cats { margin-left: auto; } }
@media (prefers-reduced-motion: no-preference) {
  .good .cats .cat-eye { animation: blink 9s 3s infinite; transform-box: fill-box; transform-origin: center; }
  @keyframes blink { 0%, 97%, 100% { transform: none; } 98.5% { transform: scaleY(.08); } }
}
`;
