/** `/diagnose-cache` and `/diagnose-cache.tar.gz`: a script that tries this mirror from where its user is. */
import { LRUCache } from 'lru-cache';
import type { Log } from '../../../shared/log.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import { formatBaseName, type StorePath } from '../../../shared/nix/store-path.ts';
import { CACHE } from '../answer.ts';
import type { Section } from '../respond.ts';
import { answerSmall, smallText } from '../small.ts';
import { troubleOf } from '../trouble.ts';
import { createDiagnose, type Diagnose } from './diagnose.ts';

export interface DiagnoseDeps {
  readonly upstream: string;
  readonly keys: readonly PublicKey[];
  /** See sample.ts. */
  readonly sample: () => Promise<StorePath | undefined>;
  readonly log: Pick<Log, 'warn'>;
}

/** Addresses that this mirror is asked at. */
const MOST_ADDRESSES = 16;
const SOON = 'public, max-age=300';

export function diagnoseSection({ upstream, keys, sample: find, log }: DiagnoseDeps): Section {
  const made = new LRUCache<string, Diagnose>({ max: MOST_ADDRESSES });

  /** With the bucket down there is still much to try, and all the more reason. */
  const sampleNow = (): Promise<StorePath | undefined> =>
    find().catch((error: unknown) => {
      log.warn('diagnose.no-sample', { error: troubleOf(error) });
      return undefined;
    });

  function diagnoseAt(mirror: string, sample: StorePath | undefined): Diagnose {
    const name = `${mirror} ${sample ? formatBaseName(sample) : ''}`;
    const known = made.get(name) ?? createDiagnose({ mirror, upstream, keys, sample });
    made.set(name, known);
    return known;
  }

  return async (asked) => {
    const type = TYPES.get(asked.path);
    if (type === undefined) return undefined;
    const sample = await sampleNow();
    const diagnose = diagnoseAt(asked.mirrorUrl, sample);
    const bytes = asked.path.endsWith('.gz') ? await diagnose.tarball() : diagnose.script();
    return answerSmall(asked, smallText(bytes, { 'content-type': type, 'cache-control': sample ? SOON : CACHE.miss }));
  };
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['/diagnose-cache', 'text/x-shellscript; charset=utf-8'],
  ['/diagnose-cache.tar.gz', 'application/gzip'],
]);
