import { briefly } from '../words.ts';
import { type Bar, stackedBars } from './stacked-bars.ts';

const HEIGHT = 100;
const chart = (bars: readonly Bar[], series = ['c1', 'c0']): string =>
  String(
    stackedBars({ id: 'x', title: 'Things', says: 'Few.', series, bars, format: briefly, height: HEIGHT }),
  ).replaceAll('\u202f', ' ');

/** Of each series: where its bars stand, from where they reach down, and how far. */
const drawn = (svg: string, series: string) =>
  [...(new RegExp(`class="${series}" d="([^"]*)"`).exec(svg)?.[1] ?? '').matchAll(/M([\d.]+) ([\d.]+)v([\d.]+)/g)].map(
    ([, x, y, high]) => ({ x: Number(x), y: Number(y), high: Number(high) }),
  );

describe('stacked bars', () => {
  it('have a name and say what is in them, for those who hear the page', () => {
    const svg = chart([{ parts: [1, 2] }]);
    expect(svg).toContain(
      'role="img" aria-labelledby="x-t x-d"><title id="x-t">Things</title><desc id="x-d">Few.</desc>',
    );
  });

  it('stand in the middle of their slots, upon each other, with a pixel between', () => {
    const svg = chart([{ parts: [30, 20] }, { parts: [0, 0] }, { parts: [50, 50] }]);
    expect(svg).toContain('viewBox="0 0 30 100"');
    expect(drawn(svg, 'c1')).toEqual([
      { x: 5, y: 71, high: 29 },
      { x: 25, y: 51, high: 49 },
    ]);
    expect(drawn(svg, 'c0')).toEqual([
      { x: 5, y: 50, high: 20 },
      { x: 25, y: 0, high: 50 },
    ]);
  });

  it('are all there and none above the axis, up to a thousand million', () => {
    const svg = chart(Array.from({ length: 60 }, (_, i) => ({ parts: [i * 10 ** 7, 10 ** 9 - i * 10 ** 7] })));
    for (const { y, high } of [...drawn(svg, 'c1'), ...drawn(svg, 'c0')]) {
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y + high).toBeLessThanOrEqual(HEIGHT);
    }
    expect(drawn(svg, 'c0')).toHaveLength(60);
    expect(svg).toContain('>1 G</text>');
  });

  it('stand as a frame where there is nothing', () => {
    for (const bars of [[], [{ parts: [0, 0] }], Array(30).fill({ parts: [0, 0] })]) {
      const svg = chart(bars);
      expect([drawn(svg, 'c1'), drawn(svg, 'c0')]).toEqual([[], []]);
      expect(svg).toContain('<g class="y"><text y="112">0</text><text y="12">1</text></g>');
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('do not fill the page where there is one', () => {
    const svg = chart([{ parts: [5, 0] }]);
    expect(svg).toContain('<g stroke-width="0.6">');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('are named when they are pointed at, and below them, where they have names', () => {
    const svg = chart(Array.from({ length: 30 }, (_, i) => ({ name: `"${i}`, label: `<${i}`, parts: [i, i] })));
    expect(svg.match(/<path d="M\d+ 0v100"><title>/g)).toHaveLength(30);
    expect(svg).toContain('<text class="last" x="100%">&lt;29</text>');
    expect(svg.match(/&lt;/g)?.length).toBeLessThanOrEqual(8);
    expect(svg).not.toMatch(/<\d|\sstyle=/);
  });
});
