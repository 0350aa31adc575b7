import { formatBucketUsage, USAGE_KEY } from '../../../events/bucket-usage.ts';
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { type CopyPauseDeps, copyPause } from './copy-pause.ts';

const at = new Date(0).toISOString();
const signal = new AbortController().signal;

async function pauseWith(bytes: number | undefined, more: Partial<CopyPauseDeps> = {}) {
  const state = memoryBucket();
  if (bytes !== undefined)
    await state.put(USAGE_KEY, formatBucketUsage({ bytes, objects: 1, countedAt: at, at }), { signal });
  return copyPause({ state, maxBytes: 100, minFreeBytes: 5, freeSpaces: [], ...more })(signal);
}

it.each([
  ['there is room', 99, {}, undefined],
  ['the bucket holds what it may', 100, {}, { reason: 'bucket-limit', used: 100, limit: 100 }],
  ['there is no limit', 100, { maxBytes: undefined }, undefined],
  ['nobody has counted yet', undefined, {}, undefined],
  ['a disk is full', 1, { freeSpaces: [async () => 9, async () => 4] }, { reason: 'disk-full', free: 4, limit: 5 }],
  [
    'a disk does not say',
    1,
    { freeSpaces: [async () => undefined, () => Promise.reject(new Error('gone'))] },
    undefined,
  ],
])('%s', async (_what, bytes, more, expected) => {
  expect(await pauseWith(bytes, more)).toEqual(expected);
});

it('takes a damaged record for none', async () => {
  const state = memoryBucket();
  await state.put(USAGE_KEY, '{');
  expect(await copyPause({ state, maxBytes: 100, minFreeBytes: 5, freeSpaces: [] })(signal)).toBeUndefined();
});
