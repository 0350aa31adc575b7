/** Every page of the site, on a real ClickHouse that holds nothing, a day, or a month, and on one that has gone away. */

import type { HttpServer } from '../../shared/testing/http-server.ts';
import { sized } from '../../shared/web/words.ts';
import { insert, requestRow } from '../analytics/analytics-world.ts';
import { HOSTILE_NAMES } from '../analytics/hostile/names.ts';
import { describeWithGivenClickHouse } from '../support/describe-with.ts';
import { type Browser, describeWithChromium, openBrowser } from './browser.ts';
import { cellsOf, textOf } from './in-page.ts';
import { lookAt, type Picture } from './look-at.ts';
import { MISSING, openPagesWorld, type PagesWorld } from './pages-world.ts';

const VIEW = { width: 1_280, scheme: 'light' } as const;
/** Of pages that are not full of figures, so that there are not too many to look at. */
const FEW: readonly Picture[] = ['360-dark', '1280-light'];

/** Where it is long, a table leaves out its middle. */
const shortened = (name = ''): string => (name.length > 40 ? `${name.slice(0, 10)}…${name.slice(-10)}` : name);

describeWithChromium('all pages', () => {
  describeWithGivenClickHouse('on a ClickHouse', () => {
    let world: PagesWorld;
    let browser: Browser;
    let server: HttpServer | undefined;
    beforeAll(async () => {
      [world, browser] = await Promise.all([openPagesWorld(), openBrowser('pages')]);
    });
    afterAll(async () => {
      await browser.close();
      await world.end();
    });
    afterEach(() => server?.close());

    const at = (path: string): string => `${server?.url}${path}`;
    const isRight = async (path: string, name: string, pictures?: readonly Picture[]) => {
      const wrong = await lookAt(browser, { url: at(path), name, ...(pictures && { pictures }) });
      expect(wrong).toEqual([]);
    };
    const textAt = async (path: string): Promise<string> => {
      let text = '';
      await browser.show(at(path), VIEW, async ({ page, complaints }) => {
        text = (await textOf(page, 'body')).replace(/[\s\u202f]+/g, ' ');
        expect(complaints).toEqual([]);
      });
      return text;
    };

    describe('that is empty', () => {
      beforeEach(async () => {
        await world.analytics.empty();
        server = await world.serve();
      });

      it.each([
        ['/analytics', 'empty-analytics'],
        ['/packages', 'empty-packages'],
      ])('%s has its frame, and says when there will be something in it', async (path, name) => {
        await isRight(path, name, FEW);
        expect(await textAt(path)).toMatch(/None in the last 30 days|Nothing was downloaded/);
      });
    });

    describe('that has a day', () => {
      beforeAll(async () => {
        await world.analytics.empty();
        await world.aDay(4_000);
      });
      beforeEach(async () => {
        server = await world.serve();
      });

      it.each([
        ['/analytics', 'day-analytics'],
        ['/packages?range=7d', 'day-packages'],
      ])('%s shows it', async (path, name) => {
        await isRight(path, name, FEW);
      });
    });

    describe('that has hostile names', () => {
      const MARKUP = [
        '"><script>document.title="run"</script>',
        '<img src=x onerror=alert(1)>',
        "it's",
        '\\',
        '$(reboot)',
        'a\tb',
      ];
      const names = [
        ...new Set([...HOSTILE_NAMES.map(([, pname]) => pname).filter((pname) => pname !== ''), ...MARKUP]),
      ];
      beforeAll(async () => {
        await world.analytics.empty();
        const ts = new Date(world.today.getTime() - 3_600_000).toISOString();
        const nar = { ts, route: 'nar', status: 302, cache_result: 'redirect', body_bytes: 1_000 };
        const rows = names.flatMap((name, at) =>
          Array.from({ length: 20 + at }, () => requestRow({ ...nar, pname: name, version: name })),
        );
        await insert(world.analytics.client, 'requests', rows, 'hostile');
      });
      beforeEach(async () => {
        server = await world.serve();
      });

      it('shows each as the text that it is, and leads to those that a store path can have', async () => {
        let links: readonly string[] = [];
        await isRight('/packages', 'hostile-packages', FEW);
        await browser.show(at('/packages'), { ...VIEW, script: true }, async ({ page, complaints }) => {
          const [, ...rows] = await cellsOf(page, 'Packages by downloads');
          expect(rows.map(([, name]) => shortened(name)).toSorted()).toEqual(names.map(shortened).toSorted());
          expect(await page.title()).toBe('Packages · cache.example.org');
          expect(await page.locator('script, img').count()).toBe(0);
          links = await page.evaluate<string[]>(
            "[...document.querySelectorAll('main table a')].map((link) => link.href)",
          );
          expect(complaints).toEqual([]);
        });
        expect(links.length).toBeGreaterThan(15);
        for (const link of links) {
          const answer = await fetch(link);
          const body = await answer.text();
          expect([link, answer.status]).toEqual([link, 200]);
          expect([link, body.includes('Downloads per day')]).toEqual([link, true]);
        }
      });

      it.each([
        ['x'.repeat(211), 'long'],
        ['a+b?c=d', 'odd'],
      ])('has a page for %s', async (name, called) => {
        await isRight(`/packages/${encodeURIComponent(name)}`, `hostile-${called}`, FEW);
        expect(await textAt(`/packages/${encodeURIComponent(name)}`)).toContain(name);
      });

      it.each(MARKUP)('finds %s, and asks for nothing else', async (text) => {
        const found = await textAt(`/packages?q=${encodeURIComponent(text)}`);
        expect(found).toContain('1 package, the likeliest first.');
      });
    });

    describe('that has a month', () => {
      let pname = '';
      let mirror = '';
      beforeAll(async () => {
        await world.analytics.empty();
        await world.aMonth(60_000);
        mirror = await world.makeMirror();
        const [first] = await world.analytics.rows<{ pname: string }>(
          'SELECT pname FROM requests WHERE download GROUP BY pname ORDER BY count() DESC, pname LIMIT 1',
        );
        pname = first?.pname ?? '';
      });
      beforeEach(async () => {
        server = await world.serve(mirror);
      });

      it.each([
        ['/analytics', 'analytics'],
        ['/analytics?range=24h', 'analytics-24h'],
        ['/analytics?range=7d', 'analytics-7d'],
        ['/analytics?range=1y', 'analytics-1y'],
        ['/packages', 'packages'],
        ['/packages?q=lib', 'packages-found'],
      ])('%s is right for everybody', async (path, name) => {
        await isRight(path, name);
      });

      it.each([
        ['/', 'status'],
        ['/channels', 'channels'],
        ['/paths', 'paths'],
        [`/paths/${MISSING}`, 'path'],
        ['/what-is-counted', 'what-is-counted'],
        ['/api', 'api'],
        ['/packages?q=nothing-is-called-so', 'packages-none'],
        ['/packages/nobody-ever-wanted-this', 'package-unknown'],
      ])('%s is right for everybody', async (path, name) => {
        await isRight(path, name, FEW);
      });

      it('/packages/<pname> is right for everybody', async () => {
        await isRight(`/packages/${pname}`, 'package');
        await isRight(`/packages/${pname}?range=1y`, 'package-1y', FEW);
      });

      it.each([
        ['/analytics?range=2d', 400],
        ['/analytics?range=7d&range=7d', 400],
        ['/packages?sort=name', 400],
        ['/packages/a%2Fb', 404],
        ['/packages/%22%3E%3Cscript%3E', 404],
      ])('%s is refused calmly', async (path, status) => {
        expect((await fetch(at(path))).status).toBe(status);
      });

      it.each([
        ['/analytics?range=2d', 'refused'],
        ['/packages/a%2Fb', 'not-a-name'],
      ])('%s is refused on a page that is right for everybody', async (path, name) => {
        await isRight(path, name, FEW);
      });

      const raw = <T>(query: string) =>
        world.analytics.rows<T>(`${query} SETTINGS output_format_json_quote_64bit_integers = 0`);
      const shown = async (path: string, caption: string) => {
        let cells: readonly (readonly string[])[] = [];
        await browser.show(at(path), VIEW, async ({ page }) => {
          cells = await cellsOf(page, caption);
        });
        return cells;
      };

      it('shows the requests of each day as the rows have them', async () => {
        const expected = await raw<{ date: string; counts: number[] }>(
          `SELECT toString(toDate(ts)) AS date, [countIf(cache_result IN ('hit', 'not_modified', 'local')),
             countIf(cache_result = 'redirect'), countIf(cache_result = 'upstream'), countIf(cache_result = 'miss')] AS counts
           FROM requests WHERE route NOT IN ('page', 'api', 'health', 'diagnose', 'other') AND ts > subtractDays(today(), 29)
           GROUP BY date ORDER BY date`,
        );
        const [head, ...days] = await shown('/analytics', 'Requests per day, by result, as a table');
        expect(head?.map((name) => name.toLowerCase())).toEqual(['day', 'hit', 'redirected', 'from upstream', 'miss']);
        expect(days.slice(0, -1)).toEqual(expected.map(({ date, counts }) => [date, ...counts.map(String)]));
        expect(days.at(-1)?.slice(1)).toEqual(['0', '0', '0', '0']); // today nothing came yet
      });

      it('ranks packages as the rows do, and names none that is below the threshold', async () => {
        const expected = await raw<{ pname: string; downloads: number; bytes: number }>(
          `SELECT pname, countIf(download) AS downloads, sumIf(body_bytes, route = 'nar' AND method = 'GET') AS bytes
           FROM requests WHERE pname != '' AND ts > subtractDays(today(), 29)
           GROUP BY pname HAVING downloads >= 10 ORDER BY downloads DESC, pname LIMIT 50`,
        );
        expect(expected.length).toBeGreaterThan(10);
        const [, ...rows] = await shown('/packages', 'Packages by downloads');
        expect(rows.map(([rank, name, _bar, downloads, sent]) => [rank, name, downloads, sent])).toEqual(
          expected.map(({ pname, downloads, bytes }, i) => [
            ...[String(i + 1), pname, String(downloads)],
            sized(bytes).replace('\u202f', ''),
          ]),
        );
      });

      it('counts the versions of a package as the rows do', async () => {
        const expected = await raw<{ version: string; downloads: number }>(
          `SELECT version, count() AS downloads FROM requests
           WHERE download AND pname = '${pname}' AND ts > subtractDays(today(), 29) GROUP BY version`,
        );
        const [, ...rows] = await shown(`/packages/${pname}`, 'Versions, newest first, as a table');
        const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);
        expect(sum(rows.map(([, downloads]) => Number(downloads)))).toBe(
          sum(expected.map(({ downloads }) => downloads)),
        );
        for (const [version, downloads] of rows.filter(([name]) => !/others|no version/.test(name ?? '')))
          expect(expected).toContainEqual({ version, downloads: Number(downloads) });
      });

      it('says of lookups and stores what the rows say', async () => {
        const [row] = await raw<{ lookups: number; stores: number }>(
          `SELECT countIf(route = 'narinfo') AS lookups,
             countIf(route = 'cache_info' AND method = 'GET' AND ts >= subtractDays(today(), 6)) AS stores
           FROM requests WHERE ts > subtractDays(today(), 29)`,
        );
        const text = (await textAt('/analytics')).replace(/(\d) (?=\d{3}\b)/g, '$1');
        expect(text).toContain(`of ${row?.lookups}`);
        expect(text).toMatch(new RegExp(`Stores seen ${row?.stores} in 7 days`));
      });

      it('shows the last answer with its date, and the status as it is, once ClickHouse is gone', async () => {
        await textAt('/analytics');
        const before = await shown('/analytics', 'Requests per day, by result, as a table');
        await server?.close();
        await world.goAway();
        server = await world.serve(mirror); // one that was never told anything
        const text = await textAt('/analytics');
        expect(text).toMatch(
          /Not up to date ClickHouse did not answer\. What it said last is shown, as of .*\d\d:\d\d\./,
        );
        expect(await shown('/analytics', 'Requests per day, by result, as a table')).toEqual(before);
        await isRight('/analytics', 'gone-analytics', FEW);
        await isRight('/packages/nobody-ever-wanted-this', 'gone-package', FEW);
        const status = await textAt('/');
        expect(status).toContain('cache.example.org is malfunctioning');
        expect(status).toContain('ClickHouse offline');
        expect(status).toMatch(/99\.8\d % in 81 days/);
      });
    });
  });
});
