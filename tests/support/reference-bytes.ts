/** Whether bytes are upstream's: those of its good object, or of one whose fault is none to a mirror. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isServed } from './fault-kinds.ts';
import type { ReferenceUpstream } from './reference-upstream.ts';

export async function isUpstreams(
  { directory, faults }: ReferenceUpstream,
  key: string,
  bytes: Uint8Array | undefined,
): Promise<boolean> {
  if (!bytes) return false;
  const tolerated = faults.some((fault) => fault.object === key && isServed(fault));
  const candidates = [join(directory, key.startsWith('releases/') ? key : `cache/${key}`)];
  if (tolerated) candidates.push(join(directory, 'faults', key));
  const originals = await Promise.all(candidates.map((file) => readFile(file).catch(() => undefined)));
  return originals.some((original) => original?.equals(bytes));
}
