/** `/analytics`, `/packages` and `/packages/<pname>`. Whatever ClickHouse does, they are there. */
import { randomUUID } from 'node:crypto';
import type { Page } from '../../../../shared/web/layout.ts';
import { pageAnswer } from '../../../../shared/web/page-answer.ts';
import { type Answer, CACHE, withHeaders } from '../../answer.ts';
import type { Asked } from '../../asked.ts';
import type { Section } from '../../respond.ts';
import type { SiteOf } from '../../site-of.ts';
import { answerSmall, smallText } from '../../small.ts';
import { packageNameIn } from '../package-name.ts';
import type { Tell } from '../topic.ts';
import { analyticsPage, type Made } from './analytics-page.ts';
import { noSuchName, notCounted, notUnderstood } from './calm-pages.ts';
import { lately } from './lately.ts';
import { packagePage } from './package-page.ts';
import { packagesPage } from './packages-page.ts';
import { BELOW_PACKAGES, isPagePath } from './page-path.ts';
import { type Wanted, wantedIn } from './wanted.ts';

export interface PagesDeps {
  readonly tell: Tell;
  readonly siteOf: SiteOf;
  /** What is downloaded less often is not named: pages say so. */
  readonly threshold: number;
  readonly date: () => Date;
}

/** Short beside the minute for which answers are good. Each is a hundred kilobytes at most. */
const MADE = { forMs: 5_000, most: 64, now: () => performance.now() };

export function pagesSection({ tell, siteOf, threshold, date }: PagesDeps): Section {
  const made = lately<Made>(MADE);

  function make(pname: string | undefined, current: '/analytics' | '/packages', wanted: Wanted): Promise<Made> {
    const view = { now: date(), threshold };
    if (pname !== undefined) return packagePage(pname, wanted.range, tell, view);
    return current === '/packages' ? packagesPage(wanted, tell, view) : analyticsPage(wanted.range, tell, view);
  }

  /** An old answer gives way to a new one soon. */
  function shown(asked: Asked, current: '/analytics' | '/packages', { page, freshness }: Made): Answer {
    const isConfigured = freshness.state !== 'not-configured';
    const { headers, body } = pageAnswer(isConfigured ? page : notCounted(current), siteOf(asked), {
      'cache-control': freshness.state === 'stale' ? CACHE.briefly : CACHE.page,
    });
    return withHeaders(answerSmall(asked, smallText(body, headers)), { 'x-request-id': randomUUID() });
  }

  const plainly = (asked: Asked, page: Page, status: number): Answer =>
    pageAnswer(page, siteOf(asked), { 'cache-control': CACHE.never }, status);

  return async (asked) => {
    const { path } = asked;
    if (!isPagePath(path)) return undefined;
    const current = path === '/analytics' ? path : '/packages';
    const pname = path.startsWith(BELOW_PACKAGES) ? packageNameIn(path.slice(BELOW_PACKAGES.length)) : undefined;
    if (path.startsWith(BELOW_PACKAGES) && pname === undefined) return plainly(asked, noSuchName, 404);
    const wanted = wantedIn(asked.query, path === '/packages' ? ['range', 'q'] : ['range']);
    if (typeof wanted === 'string') return plainly(asked, notUnderstood(current, wanted), 400);
    const name = JSON.stringify([current, pname, wanted]);
    return shown(asked, current, await made(name, () => make(pname, current, wanted)));
  };
}
