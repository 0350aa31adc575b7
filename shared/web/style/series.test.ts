/** The colours of series, measured: against the paper, and beside each other as people with other eyes see them. */
import { CHARTS } from './charts.ts';
import { TOKENS } from './tokens.ts';

type Colour = readonly [red: number, green: number, blue: number];

const SCHEMES = ['light', 'dark'] as const;

/** Linear light, 0 to 1. */
function colourOf(name: string, scheme: (typeof SCHEMES)[number]): Colour {
  const pair = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(`${TOKENS}${CHARTS}`);
  const hex = pair?.[scheme === 'light' ? 1 : 2] ?? '';
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const mixed = (rows: readonly Colour[], [r, g, b]: Colour): Colour =>
  rows.map(([x, y, z]) => Math.min(1, Math.max(0, x * r + y * g + z * b))) as unknown as Colour;

/** Viénot, Brettel and Mollon 1999; tritanopia as Machado, Oliveira and Fernandes 2009. All on linear light. */
const EYES: Readonly<Record<string, readonly Colour[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  deuteranopia: [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** WCAG 2.2. */
const luminance = ([r, g, b]: Colour): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
function contrast(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** Oklab, where equal distances look about equal. */
function labOf([r, g, b]: Colour): Colour {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
const distance = (a: Colour, b: Colour): number =>
  Math.hypot(...labOf(a).map((value, i) => value - (labOf(b)[i] ?? 0)));

/** What lies on each other, lowest first. */
const STACKS = {
  results: ['c1', 'c3', 'c2', 'c0', 'bad'],
  copies: ['c1', 'c0', 'bad'],
  'copies without any unavailable': ['c1', 'bad'],
  versions: ['c0', 'v5', 'v4', 'v3', 'c1', 'v1'],
};
/** What the eye still tells apart with ease, beside a gap of one pixel. */
const APART = 0.06;

describe.each(SCHEMES)('series, %s', (scheme) => {
  const names = [...new Set(Object.values(STACKS).flat())];

  it.each(names)('%s is at least 3:1 on paper', (name) => {
    expect(contrast(colourOf(name, scheme), colourOf('paper', scheme))).toBeGreaterThanOrEqual(3);
  });

  describe.each(Object.entries(STACKS))('neighbours among %s', (_, stack) => {
    it.each(Object.entries(EYES))('differ with %s', (__, eye) => {
      const seen = stack.map((name) => mixed(eye, colourOf(name, scheme)));
      const steps = seen.slice(1).map((colour, i) => distance(colour, seen[i] ?? [0, 0, 0]));
      expect(Math.min(...steps)).toBeGreaterThan(APART);
    });
  });

  it.each(Object.entries(EYES))('lines differ with %s, besides their strokes', (_, eye) => {
    const seen = ['c1', 'c2', 'v1'].map((name) => mixed(eye, colourOf(name, scheme)));
    const [one, two, three] = seen as [Colour, Colour, Colour];
    expect(Math.min(distance(one, two), distance(two, three), distance(one, three))).toBeGreaterThan(APART);
  });
});
