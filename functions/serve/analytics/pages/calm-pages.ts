/** Pages that have nothing to count, and say why. */
import { USUAL_RANGE } from '../../../../shared/analytics/queries/range.ts';
import type { Page } from '../../../../shared/web/layout.ts';
import { html } from '../../../../shared/web/markup.ts';
import { findPackage } from './find-package.ts';

type Current = '/analytics' | '/packages';

/** There is no ClickHouse. */
export const notCounted = (current: Current): Page => ({
  title: current === '/analytics' ? 'Analytics' : 'Packages',
  tone: 'calm',
  mood: 'asleep',
  current,
  band: html`<h1 class="title">This mirror counts nothing</h1>
<p class="lead">It runs without ClickHouse, so there is nothing to show here. Packages are served as everywhere.</p>
<p class="small soft"><a href="/what-is-counted">What is counted</a> where it is not so.</p>`,
  sections: '',
});

/** @param words what is wrong with what was asked; never what was asked. */
export const notUnderstood = (current: Current, words: string): Page => ({
  title: 'Not understood',
  tone: 'warn',
  mood: 'wink',
  current,
  band: html`<h1 class="title">That was not understood</h1><p class="lead">${words}</p><p class="small"><a href="${current}">The page without it</a></p>`,
  sections: '',
});

export const noSuchName: Page = {
  title: 'Not a package',
  tone: 'warn',
  mood: 'wink',
  current: '/packages',
  band: html`<h1 class="title">No package is called that</h1>
<p class="lead">A name has up to 211 of these: letters, digits, and <code>+ . _ ? = -</code></p>${findPackage(USUAL_RANGE)}`,
  sections: '',
};
