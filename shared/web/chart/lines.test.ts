import fc from 'fast-check';
import { took } from '../words.ts';
import { apart, type Line, logLines } from './lines.ts';

const HEIGHT = 100;
const chart = (lines: readonly Line[]): string =>
  String(
    logLines({ id: 'x', title: 'Times', says: 'Three.', lines, labels: [], format: took, height: HEIGHT }),
  ).replaceAll('\u202f', ' ');
const pathOf = (svg: string, name: string): string =>
  new RegExp(`class="line ${name}" d="([^"]*)"`).exec(svg)?.[1] ?? '';

describe('lines on a logarithmic axis', () => {
  it('go from the middle of a slot to the middle of the next, as high as their logarithm', () => {
    const svg = chart([{ name: 'p50', values: [1_000, 10_000, 100_000] }]);
    expect(pathOf(svg, 'p50')).toBe('M1 100l2 -50l2 -50');
    expect(svg).toContain('viewBox="0 0 6 100"');
    expect(svg).toContain('<text x="100%" y="12"><tspan class="named">p50</tspan> 100 ms</text>');
  });

  it('break where nothing was measured, and what stands alone is seen', () => {
    const svg = chart([{ name: 'p50', values: [null, 1_000, null, 3_000, 3_000, null] }]);
    expect(pathOf(svg, 'p50')).toBe('M2.5 100h1M7 0l2 0');
  });

  it('stay within the picture, whatever was measured', () => {
    const values = fc.array(fc.option(fc.integer({ min: 1, max: 10 ** 9 })), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, values, (some, others) => {
        fc.pre(some.some((value) => value !== null));
        const svg = chart([
          { name: 'p50', values: some },
          { name: 'p99', values: others },
        ]);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        for (const name of ['p50', 'p99']) {
          let y = 0;
          for (const [, kind, , to] of pathOf(svg, name).matchAll(/([Ml])([\d.]+) (-?\d+)/g)) {
            y = kind === 'M' ? Number(to) : y + Number(to);
            expect(y).toBeGreaterThanOrEqual(0);
            expect(y).toBeLessThanOrEqual(HEIGHT);
          }
        }
      }),
    );
  });

  it('have names that do not lie on each other, and no further from their ends than that takes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 180 }), { maxLength: 5 }), (places) => {
        const moved = apart(places, 16, 180);
        const sorted = [...moved].sort((a, b) => a - b);
        sorted.slice(1).forEach((place, i) => {
          expect(place - (sorted[i] ?? 0)).toBeGreaterThanOrEqual(16);
        });
        for (const place of moved) expect(place).toBeLessThanOrEqual(180);
        const isApart = [...places]
          .sort((a, b) => a - b)
          .every((place, i, all) => i === 0 || place - (all[i - 1] ?? 0) >= 16);
        if (isApart) expect(moved).toEqual(places);
      }),
    );
  });
});
