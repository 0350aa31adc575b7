import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { CopycatError } from '../errors.ts';
import { type Bucket, bytesOf, type Condition, type Listed } from './bucket.ts';
import { fileBucket } from './file.ts';
import { memoryBucket } from './memory.ts';

/** Etags are each bucket's own: `seen` is the first that the key ever had, `current` the one it has. */
type Only = 'anything' | 'absent' | 'current' | 'seen';
type Step =
  | { readonly do: 'put'; readonly key: string; readonly text: string; readonly only: Only; readonly version?: string }
  | { readonly do: 'delete' | 'head' | 'get'; readonly key: string }
  | { readonly do: 'range'; readonly key: string; readonly first: number; readonly last: number }
  | { readonly do: 'list'; readonly prefix: string; readonly after: string };

const key = fc.constantFrom('a', 'b', 'b/c', 'b/d', 'b.c', 'b/e/f', 'b-/g');
const start = fc.constantFrom('', 'b', 'b/', 'b/c', 'b/e/', 'c');
const small = fc.integer({ min: 0, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      {
        do: fc.constant('put' as const),
        key,
        text: fc.constantFrom('', 'x', 'y', 'long'),
        only: fc.constantFrom<Only>('anything', 'anything', 'absent', 'current', 'seen'),
        version: fc.constantFrom('1', '2'),
      },
      { requiredKeys: ['do', 'key', 'text', 'only'] },
    ),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('delete', 'head', 'get'), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('range' as const), key, first: small, last: small }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('list' as const), prefix: start, after: start }) },
);

/** What steps do to a bucket, as far as all buckets agree. */
async function outcomes(bucket: Bucket, steps: readonly Step[]): Promise<unknown[]> {
  const seen = new Map<string, string>();
  const conditionOf = async (only: Only, on: string): Promise<{ only?: Condition }> => {
    if (only === 'anything') return {};
    if (only === 'absent') return { only: { ifNoneMatch: '*' } };
    const etag = only === 'seen' ? seen.get(on) : (await bucket.head(on))?.etag;
    return { only: { ifMatch: etag ?? '"none"' } };
  };
  const take = async (one: Step): Promise<unknown> => {
    if (one.do === 'list') {
      const listed: Listed[] = [];
      for await (const item of bucket.list(one.prefix, { after: one.after })) listed.push(item);
      return listed;
    }
    if (one.do === 'delete') return bucket.delete(one.key);
    if (one.do === 'put') {
      const metadata = one.version === undefined ? {} : { version: one.version };
      const { etag } = await bucket.put(one.key, one.text, { metadata, ...(await conditionOf(one.only, one.key)) });
      if (!seen.has(one.key)) seen.set(one.key, etag);
      return etag === (await bucket.head(one.key))?.etag;
    }
    const found =
      one.do === 'head'
        ? await bucket.head(one.key)
        : await bucket.get(one.key, one.do === 'range' ? { range: one } : {});
    if (!found) return undefined;
    const { size, metadata } = found;
    return { size, metadata, text: 'body' in found && (await bytesOf(found.body as AsyncIterable<Buffer>)).toString() };
  };
  const results: unknown[] = [];
  for (const one of steps)
    results.push(await take(one).catch((error: CopycatError) => ({ error: error.code ?? error })));
  return results;
}

it('does whatever the memory bucket does', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'copycat-bucket-'));
  let runs = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const file = await outcomes(fileBucket(join(directory, String(++runs))), steps);
        expect(file).toEqual(await outcomes(memoryBucket(), steps));
      }),
      { numRuns: 60 },
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}, 30_000);
