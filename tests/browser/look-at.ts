/** What holds for every page, whoever looks at it and with what. */
import type { Browser } from './browser.ts';
import {
  badLabels,
  clipped,
  nextStop,
  openDetails,
  overflowing,
  reachable,
  type Stop,
  textOf,
  violationsOn,
  widthOf,
} from './in-page.ts';

export interface Looked {
  /** What is wrong: where, and what. */
  readonly wrong: readonly string[];
  readonly bytes: number;
}

export interface LookAt {
  readonly url: string;
  /** Of the pictures. */
  readonly name: string;
  /** Of these widths and schemes; default all. */
  readonly pictures?: readonly `${number}-${'light' | 'dark'}`[];
}

export const MOST_BYTES = 60 * 1_024;
/** The second one is a window of 1280 px at 200 %. */
const WIDTHS = [360, 640, 1_280] as const;
const SCHEMES = ['light', 'dark'] as const;
/** A list of a hundred links is walked through so far. */
const MOST_STOPS = 45;

export async function lookAt(browser: Browser, { url, name, pictures }: LookAt): Promise<Looked> {
  const wrong: string[] = [];
  const note = (where: string, what: readonly string[]): void => {
    wrong.push(...what.map((one) => `${name}, ${where}: ${one}`));
  };
  const { origin } = new URL(url);
  const bytes = (await (await fetch(url)).arrayBuffer()).byteLength;
  if (bytes > MOST_BYTES) note('size', [`${bytes} bytes`]);

  let plain = '';
  await browser.show(url, { width: 1_280, scheme: 'light' }, async ({ page, complaints }) => {
    plain = await textOf(page, 'main');
    note('without script', complaints);
  });
  await browser.show(url, { width: 1_280, scheme: 'light', script: true }, async ({ page, complaints, requests }) => {
    if ((await textOf(page, 'main')) !== plain) note('with script', ['another text than without']);
    note('keyboard', await walkThrough());
    await openDetails(page);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      for (const scheme of SCHEMES) {
        await page.emulateMedia({ colorScheme: scheme });
        const where = `${width} px, ${scheme}`;
        if (width !== 640) {
          note(`${where}, axe`, await violationsOn(page));
          if (!pictures || pictures.includes(`${width}-${scheme}`))
            await browser.picture(page, `${name}-${width}-${scheme}`);
        }
        if (scheme === 'dark') continue;
        if ((await widthOf(page)) > width) note(where, ['can be scrolled sideways']);
        note(`${where}, sticks out`, await overflowing(page));
        note(`${where}, cut off`, await clipped(page));
        note(`${where}, words on words`, await badLabels(page));
      }
    }
    note('console', complaints);
    note(
      'request',
      requests.filter((asked) => new URL(asked).origin !== origin),
    );

    async function walkThrough(): Promise<readonly string[]> {
      const expected = (await reachable(page)).slice(0, MOST_STOPS);
      const stops: Stop[] = [];
      for (let stop = await nextStop(page); stop && stops.length < MOST_STOPS; stop = await nextStop(page))
        stops.push(stop);
      const passed = new Set(stops.map(({ order }) => order));
      return [
        ...stops.filter(({ isSeen }) => !isSeen).map((stop) => `the focus on "${stop.name}" is not seen`),
        ...stops
          .filter(({ order }, i) => order < (stops[i - 1]?.order ?? 0))
          .map((stop) => `"${stop.name}" comes too late`),
        ...expected
          .filter(({ order }) => order <= (stops.at(-1)?.order ?? 0) && !passed.has(order))
          .map(({ name: what }) => `${what} is passed over`),
        ...(stops[0]?.name === 'Skip to content' ? [] : ['it does not begin with the way to the content']),
      ];
    }
  });
  return { wrong, bytes };
}
