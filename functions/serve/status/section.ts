/**
 * The status of this mirror: a page, the same as JSON, and what balancers of load ask. None of them depends on what it reports
 * on: whatever is down, the page is a 200.
 */
import { randomUUID } from 'node:crypto';
import type { Log } from '../../../shared/log.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import { VERSION } from '../../../shared/upstream/user-agent.ts';
import { ICON } from '../../../shared/web/cats.ts';
import { pageAnswer } from '../../../shared/web/page-answer.ts';
import { CACHE, type Headers, withHeaders } from '../answer.ts';
import type { Asked } from '../asked.ts';
import type { Section } from '../respond.ts';
import type { SiteOf } from '../site-of.ts';
import { answerSmall, smallText } from '../small.ts';
import { createCatFacts } from './cat-facts.ts';
import { type CountedPage, countedPage } from './counted-page.ts';
import type { LiveParts } from './live-probes.ts';
import type { Status } from './status.ts';
import { healthJson, statusJson } from './status-json.ts';
import { statusPage } from './status-page.ts';

export interface StatusSectionDeps {
  readonly status: () => Promise<Status>;
  readonly live: () => Promise<LiveParts>;
  readonly siteOf: SiteOf;
  /** `ON_MISS=pull`: the privacy promise says so. */
  readonly forwardsMisses: boolean;
  /** What figures mean here, for `/what-is-counted`. */
  readonly counted: Pick<CountedPage, 'redirects' | 'threshold'>;
  readonly upstreamUrl: string;
  readonly publicKeys: readonly PublicKey[];
  readonly now: () => Date;
  /** Where an operator finds the request id that somebody reports. */
  readonly log: Pick<Log, 'info'>;
}

const JSON_TEXT: Headers = { 'content-type': 'application/json' };
const API: Headers = { ...JSON_TEXT, 'cache-control': 'public, max-age=15' };

export function statusSection(deps: StatusSectionDeps): Section {
  const { status, live, siteOf, forwardsMisses, counted, upstreamUrl, publicKeys, now } = deps;
  const began = now();
  const icon = smallText(ICON, { 'content-type': 'image/svg+xml', 'cache-control': CACHE.day }, began);
  const nextFact = createCatFacts();

  async function answerPage(asked: Asked) {
    const [requestId, catFact, site] = [randomUUID(), nextFact(), siteOf(asked)];
    const known = await status();
    const page = statusPage({
      status: known,
      site,
      now: now(),
      catFact,
      requestId,
      forwardsMisses,
      upstreamUrl,
      publicKeys,
    });
    deps.log.info('page.answered', { request_id: requestId, state: known.state });
    return pageAnswer(page, site, { 'cache-control': CACHE.never, 'x-request-id': requestId });
  }

  async function answerHealth() {
    const health = healthJson(await live());
    const body = `${JSON.stringify(health)}\n`;
    const headers = { ...JSON_TEXT, 'cache-control': CACHE.never, 'content-length': String(Buffer.byteLength(body)) };
    return { status: health.bucket.state === 'online' ? 200 : 503, headers, body };
  }

  return async (asked) => {
    switch (asked.path) {
      case '/':
        return answerPage(asked);
      case '/api/status': {
        const found = await status();
        return answerSmall(
          asked,
          smallText(`${JSON.stringify(statusJson(found, { version: VERSION }), null, 1)}\n`, API, found.at),
        );
      }
      case '/healthz':
        return answerHealth();
      case '/what-is-counted': {
        const { headers, body } = pageAnswer(countedPage({ forwardsMisses, ...counted }), siteOf(asked), {
          'cache-control': CACHE.page,
        });
        return withHeaders(answerSmall(asked, smallText(body, headers, began)), { 'x-request-id': randomUUID() });
      }
      case '/favicon.svg':
        return answerSmall(asked, icon);
      default:
        return undefined;
    }
  };
}
