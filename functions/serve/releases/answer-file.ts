/** The files of a release: upstream's bytes, but for `binary-cache-url`, which is where the asker finds this mirror. */
import { changesKey } from '../../../events/release-changes.ts';
import { manifestKey, releaseKey } from '../../../events/release-manifest.ts';
import { releaseRecordKey } from '../../../events/release-record.ts';
import { encodingOf } from '../../../shared/nix/release-file.ts';
import { type Answer, CACHE, type Headers, notFound } from '../answer.ts';
import type { Asked } from '../asked.ts';
import { answerSmall, smallText } from '../small.ts';
import { answerStored, type StoredDeps } from '../stored.ts';
import { imageOfSum } from './latest-image.ts';
import { lockLink } from './lock-link.ts';
import type { SettledRelease } from './settled-releases.ts';

/** Of files that are written anew when something heals, or an image has come. */
const REWRITTEN = 'public, max-age=60';
const TEXT = 'text/plain; charset=utf-8';
/** What is larger goes to the bucket itself where others do. */
const MOST_INLINE_BYTES = 2 ** 20;

export async function answerFile(
  asked: Asked,
  settled: SettledRelease,
  file: string,
  deps: StoredDeps,
): Promise<Answer> {
  const { release, files, releasedAt } = settled;
  const key = releaseKey(release, file);
  if (key === manifestKey(release) || key === releaseRecordKey(release) || key === changesKey(release)) {
    const headers = { 'content-type': typeOf(file), 'cache-control': REWRITTEN };
    return (await answerStored(asked, { key, headers, inlineBytes: MOST_INLINE_BYTES }, deps)) ?? notFound;
  }
  const summed = imageOfSum(file, files);
  if (summed) {
    const headers = { 'content-type': TEXT, 'cache-control': CACHE.forever };
    return answerSmall(asked, smallText(`${summed.sha256}  ${summed.name}`, headers, releasedAt));
  }
  if (!files.some(({ name }) => name === file)) return notFound;
  if (file === BINARY_CACHE_URL) return answerSmall(asked, smallText(asked.mirrorUrl, OURS));
  const encoding = encodingOf(file);
  const stored = {
    key,
    headers: { 'content-type': typeOf(file), 'cache-control': CACHE.forever },
    inlineBytes: encoding ? 0 : MOST_INLINE_BYTES, // a function's address meddles with encodings
    encoding,
    always: lockLink(asked.mirrorUrl, settled, file),
  };
  return (await answerStored(asked, stored, deps)) ?? notFound;
}

export const BINARY_CACHE_URL = 'binary-cache-url';

/** By the host that was asked, perhaps: so not for ever. */
const OURS: Headers = {
  'content-type': TEXT,
  'cache-control': CACHE.hour,
};

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/\.json(?:\.br)?$/, 'application/json'],
  [/\.xz$/, 'application/x-xz'],
  [/\.zst$/, 'application/zstd'],
  [/^(?:git-revision|src-url)$/, TEXT],
];

const typeOf = (file: string): string =>
  TYPES.find(([pattern]) => pattern.test(file))?.[1] ?? 'application/octet-stream';
