/**
 * "Why isn't it here?": `/paths`, `/paths/<store path or hash>`, `/api/paths/<…>` and `/api/missing`.
 *
 * What was asked is never logged: it may be a path that is nobody's but the asker's.
 */
import type { Log } from '../../../shared/log.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import type { Page } from '../../../shared/web/layout.ts';
import { pageAnswer } from '../../../shared/web/page-answer.ts';
import { type Answer, becauseOf, CACHE, redirect, type Trouble, withHeaders } from '../answer.ts';
import type { Asked } from '../asked.ts';
import type { Section } from '../respond.ts';
import type { SiteOf } from '../site-of.ts';
import { answerSmall, smallText } from '../small.ts';
import { troubleOf } from '../trouble.ts';
import { within } from '../within.ts';
import { malformed, missingAnswer, notNow, pathAnswer, questionIn, questionMalformed } from './api.ts';
import type { LookUp } from './look-up.ts';
import { missingPaths, pageOf } from './missing.ts';
import { formPage, pathPage } from './page.ts';
import type { Records } from './records.ts';
import type { Releases } from './releases.ts';
import { whichPath, whichPathInUrl } from './which-path.ts';

export interface PathsDeps {
  readonly lookUp: LookUp;
  readonly releases: Releases;
  /** @throws {BucketFailed} */
  readonly records: () => Promise<Records>;
  readonly siteOf: SiteOf;
  readonly date: () => Date;
  readonly log: Log;
}

/** For all records at first; later there are only new ones to read. */
const RECORDS_MS = 4_000;

export function pathsSection(given: PathsDeps): Section {
  const deps = { ...given, entriesOf: entriesOnce() };
  return async (asked) => {
    const { path } = asked;
    if (path === '/paths') return found(asked, deps);
    if (path.startsWith('/paths/')) return page(path.slice('/paths/'.length), asked, deps);
    if (path.startsWith('/api/paths/')) return data(whichPathInUrl(path.slice('/api/paths/'.length)), asked, deps);
    if (path === '/api/missing') return missing(asked, deps);
    return undefined;
  };
}

/** Where a form leads: to the page of the path, whose address can be kept. */
function found(asked: Asked, deps: PathsDeps): Answer {
  const text = new URLSearchParams(asked.query).get('q');
  if (text === null) return shown(formPage(), asked, deps, CACHE.hour);
  const hash = whichPath(text);
  return hash === undefined
    ? shown(formPage(text.slice(0, 300), 'malformed'), asked, deps, CACHE.never, 400)
    : redirect(`/paths/${hash}`);
}

async function page(encoded: string, asked: Asked, deps: PathsDeps): Promise<Answer> {
  const hash = whichPathInUrl(encoded);
  if (hash === undefined) return shown(formPage(readably(encoded), 'malformed'), asked, deps, CACHE.never, 400);
  try {
    const standing = await deps.lookUp.standingOf(hash);
    const view = pathPage(standing, deps.date());
    if (standing.state !== 'unlisted') return shown(view, asked, deps, CACHE.briefly);
    return standing.unreadReleases > 0 ? soon(view, asked, deps) : shown(view, asked, deps, CACHE.briefly, 404);
  } catch (error) {
    return becauseOf(notLookedUp(error, deps), soon(formPage(hash, 'down'), asked, deps));
  }
}

async function data(hash: StorePathHash | undefined, asked: Asked, deps: PathsDeps): Promise<Answer> {
  if (hash === undefined) return malformed;
  try {
    return pathAnswer(asked, await deps.lookUp.standingOf(hash));
  } catch (error) {
    return becauseOf(notLookedUp(error, deps), notNow);
  }
}

async function missing(asked: Asked, deps: PathsDeps & { readonly entriesOf: typeof missingPaths }): Promise<Answer> {
  const question = questionIn(asked.query);
  if (!question) return questionMalformed;
  try {
    const [known, read] = await Promise.all([deps.releases.known(), within(RECORDS_MS)(deps.records())]);
    if (!read) return notNow; // they are read on
    const entries = deps.entriesOf(known, read.records);
    return missingAnswer(asked, { ...pageOf(entries, question), question, complete: read.complete });
  } catch (error) {
    return becauseOf(notLookedUp(error, deps), notNow);
  }
}

function shown(page: Page, asked: Asked, { siteOf }: PathsDeps, cacheControl: string, status = 200): Answer {
  const answer = pageAnswer(page, siteOf(asked), { 'cache-control': cacheControl }, status);
  return status === 200 ? answerSmall(asked, smallText(answer.body, answer.headers)) : answer;
}

/** What can't be said now. */
const soon = (page: Page, asked: Asked, deps: PathsDeps): Answer =>
  withHeaders(shown(page, asked, deps, CACHE.never, 503), { 'retry-after': '3' });

/** Sorting a hundred thousand takes most of a second: it is done once for each state of what is known. */
function entriesOnce(): typeof missingPaths {
  let last:
    | { readonly of: Parameters<typeof missingPaths>; readonly entries: ReturnType<typeof missingPaths> }
    | undefined;
  return (...of) => {
    if (last === undefined || last.of.some((one, i) => one !== of[i])) last = { of, entries: missingPaths(...of) };
    return last.entries;
  };
}

/** Neither its own message nor its facts: they name the key, and so the path. */
function notLookedUp(error: unknown, { log }: PathsDeps): Trouble {
  const trouble = troubleOf(error);
  log.warn('paths.not-looked-up', { code: trouble.code });
  return trouble;
}

/** For the form only. */
function readably(encoded: string): string {
  const text = encoded.slice(0, 300);
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
