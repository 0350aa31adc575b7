/** What tests ask of a page, as text that the browser runs: the rest of this project has no DOM. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds wrong: rule and elements. A script tag would be refused by the policy, and rightly: so it is evaluated. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
}

/** How wide the page is, in pixels. */
export const widthOf = (page: Page): Promise<number> => page.evaluate<number>('document.documentElement.scrollWidth');

/** Elements that stick out of the window, though the page as a whole can't be scrolled. */
export const overflowing = (page: Page): Promise<readonly string[]> =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll('body *:not(svg *)')]
      .filter((element) => {
        if (element.parentElement?.closest('.scroll')) return false; // it is scrolled to
        const { left, right, width } = element.getBoundingClientRect();
        return width > 1 && (right > window.innerWidth + 1 || left < -1);
      })
      .map((element) => element.outerHTML.slice(0, 80))`,
  );

export interface Focused {
  readonly id: string;
  readonly name: string;
  /** Pixels from the top of the window. */
  readonly top: number;
}

/** What has the focus; undefined when nothing has. */
export const focused = (page: Page): Promise<Focused | null> =>
  page.evaluate<Focused | null>(
    `(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const name = (at.getAttribute('aria-label') ?? at.textContent ?? '').trim();
      return { id: at.id, name, top: at.getBoundingClientRect().top };
    })()`,
  );
