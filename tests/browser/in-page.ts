/** What tests ask of a page, as text that the browser runs: the rest of this project has no DOM. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds wrong: rule and elements. A script tag would be refused by the policy, and rightly: so it is evaluated. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
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

/** Elements that cut off what stands in them. What is meant to be scrolled, or for the ear alone, is not among them. */
export const clipped = (page: Page): Promise<readonly string[]> =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll('body *:not(svg *)')]
      .filter((element) => {
        if (element.closest('.unseen, .scroll, svg') || (element.textContent ?? '').trim() === '') return false;
        const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
        const isCut = (overflow, whole, seen) => /hidden|clip/.test(overflow) && whole > seen + 1;
        return textOverflow !== 'clip' || isCut(overflowX, element.scrollWidth, element.clientWidth) ||
          isCut(overflowY, element.scrollHeight, element.clientHeight);
      })
      .map((element) => element.outerHTML.slice(0, 80))`,
  );

/** Words in a picture that stand on one another, or stick out of the window. */
export const badLabels = (page: Page): Promise<readonly string[]> =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll('svg')].filter((svg) => !svg.ownerSVGElement).flatMap((svg) => {
      const labels = [...svg.querySelectorAll('text')]
        .map((text) => ({ words: text.textContent, at: text.getBoundingClientRect() }))
        .filter(({ at }) => at.width > 0);
      const outside = labels.filter(({ at }) => at.left < -1 || at.right > window.innerWidth + 1);
      const onOthers = labels.filter(({ at }, i) => labels.some((other, j) => j > i &&
        at.left < other.at.right - 1 && other.at.left < at.right - 1 && at.top < other.at.bottom - 3 && other.at.top < at.bottom - 3));
      return [...outside, ...onOthers].map(({ words }) => svg.querySelector('title')?.textContent + ': ' + words);
    })`,
  );

export const openDetails = (page: Page): Promise<void> =>
  page.evaluate<void>("document.querySelectorAll('details').forEach((one) => { one.open = true })");

export interface Stop {
  /** Where it stands among all elements. */
  readonly order: number;
  readonly name: string;
  /** It has a ring that can be seen, and stands in the window. */
  readonly isSeen: boolean;
}

/** All that the keyboard must reach, in the order in which it is read. */
export const reachable = (page: Page): Promise<readonly Pick<Stop, 'order' | 'name'>[]> =>
  page.evaluate<Pick<Stop, 'order' | 'name'>[]>(
    `[...document.querySelectorAll('*')].flatMap((element, order) => {
      const folded = element.closest('details:not([open])');
      const isHidden = folded && !(element.matches('summary') && element.parentElement === folded);
      return !isHidden && element.matches('a[href], button, input:not([type="hidden"]), summary, [tabindex="0"]') ? [{ order, name: element.outerHTML.slice(0, 80) }] : [];
    })`,
  );

/** Where the next Tab leads; null after the last. */
export async function nextStop(page: Page): Promise<Stop | null> {
  await page.keyboard.press('Tab');
  return page.evaluate<Stop | null>(
    `(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(at);
      const { top, bottom } = at.getBoundingClientRect();
      return {
        order: [...document.querySelectorAll('*')].indexOf(at),
        name: (at.getAttribute('aria-label') ?? at.textContent ?? '').trim() || at.outerHTML.slice(0, 60),
        isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && bottom > 0 && top < window.innerHeight,
      };
    })()`,
  );
}

/** The cells of a table as they are read, without the spaces within numbers. @param caption or name of the region around it */
export const cellsOf = (page: Page, caption: string): Promise<readonly (readonly string[])[]> =>
  page.evaluate<string[][]>(
    `((caption) => {
      const named = (table) => table.caption?.textContent === caption || table.closest('[aria-label]')?.getAttribute('aria-label') === caption;
      const table = [...document.querySelectorAll('main table')].find(named);
      if (!table) throw new Error('there is no table ' + caption);
      return [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.replace(/\\u202f/g, '').trim()));
    })(${JSON.stringify(caption)})`,
  );

/** What is to be read, as it is laid out. */
export const textOf = (page: Page, selector: 'body' | 'main'): Promise<string> =>
  page.evaluate<string>(`document.querySelector('${selector}').innerText`);

export const blur = (page: Page): Promise<void> => page.evaluate<void>('document.activeElement?.blur()');
