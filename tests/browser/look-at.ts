/** What holds for every page, whoever looks at it and with what. */
import type { Page } from 'playwright-core';
import type { Browser } from './browser.ts';
import {
  badLabels,
  blur,
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

export interface LookAt {
  readonly url: string;
  /** Of the pictures. */
  readonly name: string;
  /** Which ones; default all. */
  readonly pictures?: readonly Picture[];
}
export type Picture = `${(typeof READ_AT)[number]}-${(typeof SCHEMES)[number]}`;

const MOST_BYTES = 60 * 1_024;
const READ_AT = [360, 1_280] as const;
/** The last one is a window of 1280 px at 200 %. */
const FITS_AT = [360, 1_280, 640] as const;
const SCHEMES = ['light', 'dark'] as const;
/** A list of a hundred links is walked through so far. */
const MOST_STOPS = 45;

/** @returns what is wrong: where, and what. */
export async function lookAt(browser: Browser, { url, name, pictures }: LookAt): Promise<readonly string[]> {
  const wrong: string[] = [];
  const note = (where: string, what: readonly string[]): void => {
    wrong.push(...what.map((one) => `${name}, ${where}: ${one}`));
  };
  const bytes = (await (await fetch(url)).arrayBuffer()).byteLength;
  if (bytes > MOST_BYTES) note('size', [`${bytes} bytes`]);

  let plain = '';
  await browser.show(url, { width: 1_280, scheme: 'light' }, async ({ page, complaints }) => {
    plain = await textOf(page, 'main');
    note('without script', complaints);
  });
  const view = { width: 1_280, scheme: 'light', script: true } as const;
  await browser.show(url, view, async ({ page, complaints, requests }) => {
    if ((await textOf(page, 'main')) !== plain) note('with script', ['another text than without']);
    note('keyboard', await walkThrough(page));
    await blur(page);
    await eachView(page, async (which) => {
      if (!pictures || pictures.includes(which)) await browser.picture(page, `${name}-${which}`);
    });
    await openDetails(page);
    await eachView(page, async (which) => note(`${which}, axe`, await violationsOn(page)));
    for (const width of FITS_AT) {
      await page.setViewportSize({ width, height: 800 });
      const where = `${width} px`;
      if ((await widthOf(page)) > width) note(where, ['can be scrolled sideways']);
      note(`${where}, sticks out`, await overflowing(page));
      note(`${where}, cut off`, await clipped(page));
      note(`${where}, words on words`, await badLabels(page));
    }
    note('console', complaints);
    const { origin } = new URL(url);
    note(
      'elsewhere',
      requests.filter((asked) => new URL(asked).origin !== origin),
    );
  });
  return wrong;
}

async function eachView(page: Page, look: (which: Picture) => Promise<void>): Promise<void> {
  for (const width of READ_AT) {
    await page.setViewportSize({ width, height: 800 });
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      await look(`${width}-${scheme}`);
    }
  }
}

/** By the keyboard alone, from the top. */
async function walkThrough(page: Page): Promise<readonly string[]> {
  const expected = await reachable(page);
  const stops: Stop[] = [];
  while (stops.length < MOST_STOPS) {
    const stop = await nextStop(page);
    if (!stop) break;
    stops.push(stop);
  }
  const passed = new Set(stops.map(({ order }) => order));
  const end = stops.at(-1)?.order ?? 0;
  return [
    ...(stops[0]?.name === 'Skip to content' ? [] : ['it does not begin with the way to the content']),
    ...stops.filter(({ isSeen }) => !isSeen).map((stop) => `the focus on "${stop.name}" is not seen`),
    ...stops
      .filter(({ order }, i) => order < (stops[i - 1]?.order ?? 0))
      .map((stop) => `"${stop.name}" comes too late`),
    ...expected
      .filter(({ order }) => order <= end && !passed.has(order))
      .map((missed) => `${missed.name} is passed over`),
  ];
}
