/** The pages of figures as a client gets them. How they look is for `tests/browser`. */
import fc from 'fast-check';
import { RANGES } from '../../../../shared/analytics/queries/range.ts';
import {
  emptyFigures,
  FIGURES_NOW,
  type Figures,
  figuresOfOneDay,
  inventedFigures,
  type TellerOptions,
  tellerOf,
} from '../../../../shared/testing/invented-figures.ts';
import { type ReadAnswer, serveWorld } from '../../../../shared/testing/serve-world.ts';
import { CACHE } from '../../answer.ts';
import { CSV_TABLES, TABLES } from '../../api/endpoints.ts';
import { openPages } from './open.ts';

const SITE = {
  name: 'cache.example.org',
  mirrorUrl: 'https://cache.example.org',
  version: '1.2.3',
  contact: 'ops@example.org',
  sourceUrl: 'https://example.org/source',
  issuesUrl: 'https://example.org/issues',
};
const PAGES = ['/analytics', '/packages', '/packages/curl'];

function mirror(figures: Figures = inventedFigures(), options: TellerOptions & { readonly threshold?: number } = {}) {
  const { tell, asked } = tellerOf(figures, options);
  const { threshold = 10 } = options;
  const pages = openPages({ tell, siteOf: () => SITE, threshold, date: () => FIGURES_NOW });
  const { ask } = serveWorld({ sections: [pages] });
  return {
    asked,
    ask,
    /** The words of a page, without its style. */
    async read(path: string, query?: string): Promise<string> {
      return wordsOf(await ask(path, { query }));
    },
  };
}

const utf8 = ({ body = '' }: ReadAnswer): string => Buffer.from(body, 'latin1').toString();
const wordsOf = (answer: ReadAnswer): string =>
  utf8(answer)
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('\u202f', ' ')
    .replace(/\s+/g, ' ');
const rowsOf = (figures: Figures, topic: string, wanted: never): readonly object[] =>
  (figures[topic]?.(wanted) ?? []) as readonly object[];
/** What a section says, by the id of its heading. */
const sectionOf = (answer: ReadAnswer, id: string): string => {
  const [, rest = ''] = utf8(answer).split(`id="${id}"`);
  return rest.split(/<h2|<footer/)[0] ?? '';
};
/** Where it says that its figures are for programs. */
const dataLinks = (answer: ReadAnswer): readonly string[] =>
  [...utf8(answer).matchAll(/<main.*<\/main>/gs)].flatMap(([main]) =>
    [...main.matchAll(/href="(\/api\/[^"]*)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&')),
  );
const headings = (answer: ReadAnswer): readonly string[] =>
  [...utf8(answer).matchAll(/<h2 id="[\w-]+">([^<]+)/g)].map(([, heading]) => heading ?? '');

describe('/analytics', () => {
  it('shows all that is told, each in its place', async () => {
    const answer = await mirror().ask('/analytics');
    expect(answer.status).toBe(200);
    expect(headings(answer)).toEqual([
      ...['Requests per day', 'Time to answer a lookup', 'Most downloaded', 'Rising this week', 'Clients', 'Countries'],
      ...['Sent per day', 'Size of a download', 'Stores seen per week', 'Channels', 'What the mirror did'],
    ]);
    const words = wordsOf(answer);
    for (const said of [
      ...['In the last 30 days, data up to 11:32', 'Requests 10.2 M', 'Downloads 1.4 M', 'Sent 205 GiB'],
      ...['Lookups found 68.0 % of 8 123 456', 'Lookup, p95 83 ms', 'Stores seen 35.1 k in 7 days'],
      ...['1 glibc 57 670 16 GiB', 'Nix 2.31.2 4 911 204 53.2 %', 'Germany 311 204', 'openssl 3 000 new'],
      ...['Nix asks a cache for nix-cache-info once a week', 'Half of the downloads are at most 512 KiB'],
      ...['copy UPSTREAM_FAILED last 21 Nov, 03:12 957 0', 'Under 10 downloads, a package is not listed'],
    ])
      expect(words).toContain(said);
  });

  it('leads to the same figures as JSON and CSV, and to nothing that the API does not have', async () => {
    const known = new Set([...TABLES, ...CSV_TABLES.map(({ path }) => ({ path }))].map(({ path }) => path));
    for (const range of RANGES) {
      const links = dataLinks(await mirror().ask('/analytics', { query: `range=${range}` }));
      expect(links.length).toBeGreaterThan(20);
      for (const link of links) {
        const { pathname, searchParams } = new URL(link, 'http://mirror');
        expect(known).toContain(pathname);
        expect(RANGES).toContain(searchParams.get('range') ?? range);
      }
    }
    expect(dataLinks(await mirror(emptyFigures()).ask('/analytics'))).toEqual([]);
  });

  it('does not call the downloads of two days those of 24 hours', async () => {
    const words = await mirror().read('/analytics', 'range=24h');
    expect(words).toContain('Downloads 1.4 M yesterday and today');
    const byDay = words.match(/Counted by the day: yesterday and today\./g);
    expect(byDay).toHaveLength(4); // packages, programs, countries, sizes
  });

  it('draws a chart of what it says in numbers', async () => {
    const traffic = sectionOf(await mirror().ask('/analytics'), 'traffic');
    expect(traffic).toMatch(/<svg[^>]*role="img" aria-labelledby="c-traffic-t c-traffic-d">/);
    const bars = (series: string): number =>
      (new RegExp(`class="${series}" d="([^"]*)"`).exec(traffic)?.[1]?.match(/M/g) ?? []).length;
    expect([bars('c1'), bars('c0'), bars('failed')]).toEqual([30, 30, 3]);
    // hit + not modified + made here; redirected; from upstream; miss; failed
    expect(traffic.replaceAll('\u202f', '')).toMatch(
      /<tr><th>2026-11-22<td>165318<td>46788<td>15596<td>81100<td>0(?=<|\s)/,
    );
  });

  it('asks each question once, and all at once', async () => {
    const { ask, asked } = mirror();
    await ask('/analytics', { query: 'range=7d' });
    expect(asked).toHaveLength(14);
    expect(new Set(asked).size).toBe(14);
  });

  it('is put together once for all who look within some seconds, each with their own condition', async () => {
    const { ask, asked } = mirror();
    const [first, second] = await Promise.all([ask('/analytics'), ask('/analytics')]);
    expect(asked).toHaveLength(14);
    expect(second.body).toBe(first.body);
    const again = await ask('/analytics', { ifNoneMatch: first.headers.etag });
    expect([again.status, asked.length]).toEqual([304, 14]);
    await ask('/analytics', { query: 'range=7d' });
    expect(asked).toHaveLength(28);
  });

  it.each([
    ['24h', 'Requests per hour', 24],
    ['7d', 'Requests per day', 7],
    ['30d', 'Requests per day', 30],
    ['1y', 'Requests per week', 53],
  ])('has a bar for each step of %s', async (range, heading, bars) => {
    const answer = await mirror().ask('/analytics', { query: `range=${range}` });
    expect(headings(answer)[0]).toBe(heading);
    expect(sectionOf(answer, 'traffic').match(/<tr><th>2/g)).toHaveLength(bars);
    expect(utf8(answer)).toContain(`<a href="/analytics?range=${range}" aria-current="true">`);
    expect(utf8(answer).match(/aria-current="true"/g)).toHaveLength(1);
  });

  it('says of each section that is not told that it is not available, and shows the rest', async () => {
    for (const [topic, id] of [
      ...[
        ['traffic', 'traffic'],
        ['traffic', 'sent'],
        ['latency', 'answer-time'],
        ['packages', 'packages'],
      ],
      ...[
        ['rising', 'rising'],
        ['clients', 'clients'],
        ['sizes', 'sizes'],
        ['stores', 'stores'],
      ],
      ...[
        ['channel-updates', 'channels'],
        ['copies', 'copies'],
        ['failures', 'copies'],
      ],
    ] as const) {
      const answer = await mirror(inventedFigures(), { untold: { [topic]: 'not-available' } }).ask('/analytics');
      expect(answer.status).toBe(200);
      expect(sectionOf(answer, id)).toContain('Not available now.');
      expect(headings(answer)).toHaveLength(11);
      expect(answer.headers['cache-control']).toBe(CACHE.briefly);
    }
    const without = await mirror(inventedFigures(), {
      untold: { headline: 'not-available', 'log-delay': 'not-available', 'latency-by-route': 'not-available' },
    }).read('/analytics');
    expect(without).toContain('Requests – Downloads –');
    expect(without).toContain('Not complete');
  });

  it('shows a year of stores, or as many weeks as there are in a frame of twelve', async () => {
    const weeks = (answer: ReadAnswer) => sectionOf(answer, 'stores').match(/<tr><th>2/g)?.length;
    expect(weeks(await mirror().ask('/analytics'))).toBe(51);
    const young = { ...inventedFigures(), stores: () => [{ week: '2026-11-09', checkins: 7 }] };
    expect(weeks(await mirror(young).ask('/analytics'))).toBe(12);
  });

  it('leaves countries out where nobody says one', async () => {
    const rows = [{ country: 'ZZ', requests: 10, downloads: 200, bodyBytes: 0 }];
    expect(headings(await mirror({ ...inventedFigures(), countries: () => rows }).ask('/analytics'))).not.toContain(
      'Countries',
    );
  });

  it('stands on the first day, and says what comes when', async () => {
    const answer = await mirror(emptyFigures()).ask('/analytics');
    expect(answer.status).toBe(200);
    expect(headings(answer)).toHaveLength(10);
    const words = wordsOf(answer);
    for (const said of [
      ...['Nothing yet.', 'A request shows here a few minutes after it was answered.', 'from 10 downloads on'],
      ...['Lookups found –', 'The first bar stands here when a whole week, Monday to Sunday, is over.'],
    ])
      expect(words).toContain(said);
    expect(utf8(answer)).not.toMatch(/NaN|Infinity|undefined|role="img"/);
  });

  it('has room for one day among thirty', async () => {
    for (const range of RANGES) {
      const answer = await mirror(figuresOfOneDay()).ask('/analytics', { query: `range=${range}` });
      expect(utf8(answer)).not.toMatch(/NaN|Infinity|undefined/);
    }
    const answer = await mirror(figuresOfOneDay()).ask('/analytics');
    expect(/class="c1" d="([^"]*)"/.exec(sectionOf(answer, 'traffic'))?.[1]).toMatch(/^M295 \d+v\d+$/);
  });
});

describe('/packages', () => {
  it('ranks what was downloaded, and finds by a part of a name', async () => {
    const { read } = mirror();
    expect(await read('/packages')).toContain('50 nginx 2 522');
    const found = await read('/packages', 'q=lib&range=7d');
    expect(found).toContain('2 zlib 4 864');
    expect(found).toContain('5 packages, the likeliest first.');
  });

  it('keeps what was searched for when another time is chosen, and the time when something is searched', async () => {
    const body = utf8(await mirror().ask('/packages', { query: 'q=a%26b&range=7d' }));
    expect(body).toContain('<a href="/packages?q=a%26b&amp;range=24h">');
    expect(body).toContain('<input type="hidden" name="range" value="7d">');
    expect(body).toContain('value="a&amp;b"');
  });

  it('says of what it does not find that it did not', async () => {
    expect(await mirror().read('/packages', 'q=nosuch')).toContain('No package with “nosuch” in its name');
  });
});

describe('/packages/<name>', () => {
  it('has its figures, its rank and its versions, the newest first and in the colours of the chart', async () => {
    const answer = await mirror().ask('/packages/curl');
    const words = wordsOf(answer);
    for (const said of ['Yesterday 1.2 k', '7 days 7.5 k', '30 days 33.4 k', 'Rank 4 th of 12 480'])
      expect(words).toContain(said);
    const swatches = [...sectionOf(answer, 'versions').matchAll(/class="dot (\w+)"><\/i>([^<]+)/g)];
    expect(swatches.map(([, series, version]) => `${series} ${version}`)).toEqual([
      ...['v1 8.1.1', 'v2 7.87.0', 'v3 7.86.0', 'v4 7.84.0', 'v5 7.82.0', 'c0 7.79.1', 'c0 7.8.0', 'c0 All others'],
    ]);
    expect(utf8(answer).match(/<i class="dot v1"><\/i>8\.1\.1/g)).toHaveLength(2);
  });

  it('does not say that it shows what ClickHouse said last where it shows nothing', async () => {
    const answers = { untold: { package: 'not-available', 'package-days': 'not-available' } } as const;
    const staleSince = new Date('2026-11-22T09:12:00Z');
    const words = await mirror(inventedFigures(), { ...answers, staleSince }).read('/packages/curl');
    expect(words).toContain('Not complete ClickHouse did not answer. What is missing comes back by itself.');
    expect(words).not.toContain('What it said last is shown');
  });

  it('leads to its days, its rank and its badge, where the API tells them', async () => {
    const named = dataLinks(await mirror().ask('/packages/gtk%2B'));
    const days = '/daily?from=2026-10-24&to=2026-11-23';
    expect(named).toEqual([
      ...[`/api/packages/gtk%2B${days}`, `/api/packages/gtk%2B${days.replace('?', '.csv?')}`],
      ...['/api/packages/gtk%2B', '/api/badges/gtk%2B/downloads'],
    ]);
    const unnamed = dataLinks(await mirror({ ...inventedFigures(), package: () => null }).ask('/packages/curl'));
    expect(unnamed.every((link) => link.includes('/daily'))).toBe(true);
  });

  it('says calmly when there are too few downloads to be told, or none: which of both is not told', async () => {
    const answer = await mirror(emptyFigures()).ask('/packages/curl');
    expect(answer.status).toBe(200);
    expect(wordsOf(answer)).toContain('It has fewer than 10 downloads from this mirror lately.');
    expect(await mirror(emptyFigures(), { threshold: 0 }).read('/packages/curl')).toContain('It has no downloads');
  });

  it('takes all versions for one where none has enough downloads to be named', async () => {
    const days = [{ date: '2026-11-22', version: null, downloads: 32, bodyBytes: 1 }];
    const words = await mirror({ ...inventedFigures(), 'package-days': () => days }).read('/packages/curl');
    expect(words).toContain('All versions 32 100.0 %');
    expect(words).not.toContain('All others 32');
  });

  it('has its first day before a whole one is over', async () => {
    const words = await mirror(figuresOfOneDay()).read('/packages/curl');
    for (const said of ['Yesterday 0', '7 days 960', '30 days 960', 'Rank 4 th of 311']) expect(words).toContain(said);
    expect(words).not.toContain('It has fewer than');
  });

  it('does not say how few were downloaded lately of what was downloaded before', async () => {
    const figures = { ...inventedFigures(), package: () => null };
    const few = await mirror(figures).ask('/packages/curl', { query: 'range=1y' });
    expect(wordsOf(few)).toContain('Yesterday <10 7 days <10 30 days <10 Rank –'.replaceAll('<', '&lt;'));
    const none = await mirror(figures, { threshold: 0 }).read('/packages/curl', 'range=1y');
    expect(none).toContain('Yesterday 0 7 days 0 30 days 0 Rank –');
  });

  it('says of a shorter time that there is too little of it', async () => {
    const figures = { ...inventedFigures(), 'package-days': () => [] };
    expect(await mirror(figures).read('/packages/curl', 'range=24h')).toContain(
      'Fewer than 10 downloads in the last 24 hours.',
    );
  });

  it.each(['/packages/', '/packages/a/b', '/packages/%3Cscript%3E', `/packages/${'x'.repeat(212)}`])(
    '%s can be no name, so there is no page',
    async (path) => {
      const { ask, asked } = mirror();
      const answer = await ask(path);
      expect(answer).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } });
      expect(wordsOf(answer)).toContain('No package is called that');
      expect(asked).toEqual([]);
    },
  );
});

describe('all of them', () => {
  it.each(PAGES)('%s refuses what it does not know, names it, and asks nobody', async (path) => {
    const { ask, asked } = mirror();
    for (const query of ['range=2d', 'range=7d&range=7d', 'utm_source=x']) {
      const answer = await ask(path, { query });
      expect(answer).toMatchObject({ status: 400, headers: { 'cache-control': 'no-store' } });
      expect(wordsOf(answer)).toMatch(/The parameter range|no other parameter/);
    }
    expect(asked).toEqual([]);
  });

  it.each(PAGES)('%s shows what was last told when ClickHouse is away, and when that was', async (path) => {
    const answer = await mirror(inventedFigures(), { staleSince: new Date('2026-11-21T09:12:00Z') }).ask(path);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': CACHE.briefly } });
    expect(wordsOf(answer)).toContain(
      'Not up to date ClickHouse did not answer. What it said last is shown, as of 21 Nov, 09:12 .',
    );
    expect(utf8(answer)).toContain('<body class="warn">');
    expect(utf8(answer)).not.toContain('As of'); // it is said once
  });

  it('say the date of a section that is newer than the rest', async () => {
    const { tell: old } = tellerOf(inventedFigures(), { staleSince: new Date('2026-11-20T09:12:00Z') });
    const { tell: newer } = tellerOf(inventedFigures(), { staleSince: new Date('2026-11-22T01:05:00Z') });
    const pages = openPages({
      tell: (topic, wanted) => (topic.name === 'sizes' ? newer : old)(topic, wanted),
      siteOf: () => SITE,
      threshold: 10,
      date: () => FIGURES_NOW,
    });
    const answer = await serveWorld({ sections: [pages] }).ask('/analytics');
    expect(sectionOf(answer, 'sizes')).toContain('As of <time datetime="2026-11-22T01:05:00.000Z">01:05</time>');
    expect(sectionOf(answer, 'stores')).not.toContain('As of');
  });

  it.each(PAGES)('%s says plainly that a mirror without ClickHouse counts nothing', async (path) => {
    const answer = await mirror(emptyFigures(), { untold: { all: 'not-configured' } }).ask(path);
    expect(answer.status).toBe(200);
    expect(wordsOf(answer)).toContain('This mirror counts nothing');
    expect(headings(answer)).toEqual([]);
  });

  it.each(PAGES)('%s may be kept, and is asked for again by its tag', async (path) => {
    const { ask } = mirror();
    const answer = await ask(path);
    expect(answer.headers).toMatchObject({ 'cache-control': CACHE.page, 'content-type': 'text/html; charset=utf-8' });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(utf8(answer)).not.toContain(answer.headers['x-request-id']);
    expect(await ask(path, { ifNoneMatch: answer.headers.etag })).toMatchObject({ status: 304, body: undefined });
  });

  it('are at most 60 KB, whatever the time and however long the names', async () => {
    const long = Array.from({ length: 50 }, (_, i) => `${i}${'x'.repeat(211)}`.slice(0, 211));
    const versions = Array.from({ length: 26 }, (_, i) => (i === 25 ? null : `${i}.${'0'.repeat(100)}`));
    const figures = inventedFigures(long);
    const worst: Figures = {
      ...figures,
      'package-days': (wanted) =>
        rowsOf(figures, 'package-days', wanted).map((row, i) => ({
          ...row,
          version: versions[i % 26] ?? null,
        })),
    };
    for (const range of RANGES) {
      for (const path of [...PAGES, `/packages/${long[0]}`]) {
        const { body = '' } = await mirror(worst).ask(path, { query: `range=${range}` });
        expect(body.length).toBeLessThanOrEqual(60_000); // latin1: as many as bytes
      }
    }
  });

  it('let nothing through unescaped, and ask nobody else for anything', async () => {
    const nasty = fc.string({ unit: fc.constantFrom('"', "'", '<', '>', '&', '`', 'x', '/', '=', ' ') });
    await fc.assert(
      fc.asyncProperty(nasty, async (rest) => {
        const name = `"><script>${rest}`;
        const figures: Figures = {
          ...inventedFigures([name, `javascript:${name}`, '..', ...Array(20).fill(name)]),
          'package-days': () => [{ date: '2026-11-22', version: name, downloads: 20, bodyBytes: 1 }],
          clients: () => [{ client: name, version: name, requests: 20, checkins: 0, downloads: 0 }],
          countries: () => [{ country: name, requests: 1, downloads: 200, bodyBytes: 0 }],
          failures: () => [{ stage: name, code: name, failures: 1, dead: 0, last: FIGURES_NOW.toISOString() }],
          'latency-by-route': () => [{ route: name, requests: 1, p50: 1, p95: 1, p99: 1 }],
          'channel-updates': () => [
            {
              ...{ at: FIGURES_NOW.toISOString(), channel: name, outcome: name, release: name, revision: name },
              ...{ paths: 1, newPaths: 1, unavailable: 1, durationUs: 1 },
            },
          ],
        };
        const { ask } = mirror(figures);
        for (const path of PAGES) {
          const query = path === '/packages' ? `q=${encodeURIComponent(name).slice(0, 200)}` : undefined;
          const body = utf8(await ask(path, { query }));
          expect(body).not.toMatch(/<script/i);
          expect(body).not.toMatch(/<[^>]*\s(on\w+|style)=/i);
          expect(body).not.toMatch(
            /\b(src|href|action)="(?!\/|#|\?|https:\/\/example\.org\/|mailto:ops@example\.org")/,
          );
          expect(body).not.toMatch(/href="\/packages\/\.\."/);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('leave all other addresses to others', async () => {
    const { ask, asked } = mirror();
    for (const path of ['/', '/analyticsx', '/analytics/x', '/package', '/api/packages'])
      expect((await ask(path)).status).toBe(404);
    expect(asked).toEqual([]);
  });
});
