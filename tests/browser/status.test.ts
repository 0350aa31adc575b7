/** The pages as people have them: readable by all, in light and dark, on a phone, without script, and by the keyboard alone. */
import { createRequestListener } from '../../functions/serve/local.ts';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';
import { type StatusWorld, type StatusWorldOptions, statusWorld } from '../../shared/testing/status-world.ts';
import { type Browser, describeWithChromium, openBrowser } from './browser.ts';
import { focused, overflowing, violationsOn, widthOf } from './in-page.ts';

const refused = () => Object.assign(new Error('10.0.0.7'), { code: 'ECONNREFUSED' });
const late = () => new DOMException('late', 'TimeoutError');

const LOADED = { loadedUpTo: new Date('2026-11-23T11:32:58Z'), asOf: new Date('2026-11-23T11:33:07Z'), fresh: true };
const QUIET = (days: number) => Array.from({ length: days }, () => [1_440, 0] as const);

/** What is shown, and what makes a mirror be like that. */
const STATES: Readonly<
  Record<
    string,
    { readonly is: string; readonly options?: StatusWorldOptions; readonly make: (world: StatusWorld) => Promise<void> }
  >
> = {
  online: {
    is: 'online',
    options: { askClickHouse: async () => undefined },
    async make(world) {
      await world.fill();
      await world.days([...QUIET(23), [1_431, 9], ...QUIET(34), [1_421, 19], ...QUIET(20)]);
      await world.probe({ clickhouse: 6 });
      await world.poll();
    },
  },
  malfunctioning: {
    is: 'malfunctioning',
    options: { askClickHouse: () => Promise.reject(late()), logDelay: async () => LOADED },
    async make(world) {
      await world.fill();
      await world.days(Array.from({ length: 89 }, (_, ago) => [1_300 - ago, ago ** 2 % 140] as const));
      await world.probe({ clickhouse: { code: 522 } });
      await world.poll();
    },
  },
  offline: {
    is: 'offline',
    options: { askClickHouse: () => Promise.reject(late()) },
    async make(world) {
      world.down.bucket = refused();
      world.down.state = refused();
    },
  },
  'first-day': {
    is: 'online',
    async make(world) {
      await world.probe({ upstream: { code: 503 } });
    },
  },
  stale: {
    is: 'malfunctioning',
    options: { pause: async () => ({ reason: 'bucket-limit', used: 412 * 2 ** 30, limit: 400 * 2 ** 30 }) },
    async make(world) {
      await world.fill();
      await world.probe();
      await world.poll();
      world.pass(5 * 3_600_000);
    },
  },
};

describeWithChromium('the pages in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser('status');
  });
  afterAll(() => browser.close());

  const serving = ({ deps }: StatusWorld): Promise<HttpServer> =>
    listenHttp(
      createRequestListener({ deps, config: { HOST: '127.0.0.1', PORT: 0, PUBLIC_URL: undefined, TRUST_PROXY: [] } }),
    );

  describe.each(Object.entries(STATES))('%s', (name, { is, options, make }) => {
    it.each([
      [360, 'light'],
      [360, 'dark'],
      [1280, 'light'],
      [1280, 'dark'],
    ] as const)('is right at %i px, %s, without script', async (width, scheme) => {
      const world = statusWorld(options);
      await make(world);
      await using server = await serving(world);
      await browser.show(server.url, { width, scheme }, async ({ page, complaints }) => {
        expect(await page.title()).toBe(`cache.example.org is ${is} · Copycat`);
        expect((await page.textContent('h1'))?.replace(/\s+/g, ' ')).toBe(`cache.example.org is ${is}`);
        await browser.picture(page, `${name}-${width}-${scheme}`);
        expect(complaints).toEqual([]);
      });
      await browser.show(server.url, { width, scheme, script: true }, async ({ page, complaints }) => {
        expect(await violationsOn(page)).toEqual([]);
        expect(await widthOf(page)).toBeLessThanOrEqual(width);
        expect(await overflowing(page)).toEqual([]);
        expect(complaints).toEqual([]);
      });
    });
  });

  it.each([360, 1280])('says what is counted, at %i px', async (width) => {
    await using server = await serving(statusWorld());
    for (const scheme of ['light', 'dark'] as const) {
      await browser.show(
        `${server.url}/what-is-counted`,
        { width, scheme, script: true },
        async ({ page, complaints }) => {
          await browser.picture(page, `what-is-counted-${width}-${scheme}`);
          expect(await violationsOn(page)).toEqual([]);
          expect(await widthOf(page)).toBeLessThanOrEqual(width);
          expect(complaints).toEqual([]);
        },
      );
    }
  });

  it('is walked through by the keyboard in the order in which it is read', async () => {
    const world = statusWorld();
    await world.fill();
    await world.days([[1_421, 19]]);
    await using server = await serving(world);
    await browser.show(server.url, { width: 1280, scheme: 'light', script: true }, async ({ page }) => {
      const stops: string[] = [];
      for (let tabs = 0; tabs < 30; tabs += 1) {
        await page.keyboard.press('Tab');
        const stop = (await focused(page))?.name ?? '';
        if (stop === '') break;
        stops.push(stop);
      }
      expect(stops).toEqual([
        'Skip to content',
        'copycat',
        'Status',
        'Analytics',
        'Packages',
        'Channels',
        'Paths',
        'API',
        'Show the days that were not whole',
        '/etc/nix/nix.conf',
        'NixOS, configuration.nix',
        'A flake, flake.nix',
        'is public',
        'the list of it',
        'Diagnose',
        'report it',
        'ops@example.org',
        'Source',
        'Report a problem',
        'Support',
        'What is counted',
        'Contact',
      ]);
    });
    await browser.show(server.url, { width: 1280, scheme: 'light', script: true }, async ({ page }) => {
      await page.keyboard.press('Tab');
      expect((await focused(page))?.top).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('Enter');
      expect((await focused(page))?.id).toBe('main');
    });
  });

  it('runs nothing of what is called by a hostile name', async () => {
    const hostile = '"><script>document.title="run"</script><img src=x onerror=alert(1)>';
    const world = statusWorld({
      site: { name: hostile, contact: hostile, issuesUrl: `https://example.org/${hostile}` },
    });
    await world.fill();
    await using server = await serving(world);
    await browser.show(server.url, { width: 360, scheme: 'light', script: true }, async ({ page, complaints }) => {
      expect(await page.title()).toBe(`${hostile} is online · Copycat`);
      expect(await page.locator('script, img').count()).toBe(0);
      expect(await widthOf(page)).toBeLessThanOrEqual(360);
      expect(complaints).toEqual([]);
    });
  });
});
