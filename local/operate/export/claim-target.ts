/**
 * A directory that was exported to says so, and only such a one, or an empty one, is written to: any other might be a mirror's bucket, whose
 * names and pointers have one writer.
 *     export.json   {"by":"copycat export"}
 */
import { CHANNEL_POINTERS } from '../../../events/channel-pointer.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { InvalidConfig } from '../../../shared/errors.ts';

const MARK = { key: 'export.json', text: '{"by":"copycat export"}\n' };

/** To be called before anything is written. @throws {InvalidConfig} */
export async function claimTarget(to: Pick<Bucket, 'head' | 'list' | 'put'>, signal: AbortSignal): Promise<void> {
  if (await to.head(MARK.key, signal)) return;
  if (await holdsCache(to, signal))
    throw new InvalidConfig(['--to holds a binary cache that no export has made: it may be a mirror’s own']);
  await to.put(MARK.key, MARK.text, { signal });
}

async function holdsCache(to: Pick<Bucket, 'list'>, signal: AbortSignal): Promise<boolean> {
  for await (const _ of to.list(CHANNEL_POINTERS, { signal })) return true;
  for await (const { key } of to.list('', { shallow: true, signal })) if (key.endsWith('.narinfo')) return true;
  return false;
}
