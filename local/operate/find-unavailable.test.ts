import { afterAttempt, formatPathUnavailable, type Reason, unavailableKey } from '../../events/path-unavailable.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { findUnavailable } from './find-unavailable.ts';
import { makeDue } from './make-due.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const live = AbortSignal.timeout(10_000);
const [a, b, c] = ['a', 'b', 'c'].map((name) => pathNamed(name).hash) as [
  ReturnType<typeof pathNamed>['hash'],
  ReturnType<typeof pathNamed>['hash'],
  ReturnType<typeof pathNamed>['hash'],
];

async function world() {
  const state = memoryBucket();
  const lack = (hash: typeof a, reason: Reason) =>
    state.put(
      unavailableKey(hash),
      formatPathUnavailable(afterAttempt(undefined, { hash, reason, evidence: 'x' }, 3_600_000, NOW)),
    );
  await lack(a, 'missing');
  await lack(b, 'corrupt');
  await state.put(unavailableKey(c), 'damaged');
  await state.put('unavailable/what-is-this.json', '{}');
  return state;
}

describe('findUnavailable', () => {
  it.each([
    ['all', {}, [a, b]],
    ['those of a reason', { reasons: ['corrupt' as const] }, [b]],
    ['those of some paths', { paths: [a, c] }, [a]],
    ['none of both', { reasons: ['corrupt' as const], paths: [a] }, []],
  ])('finds %s', async (_what, filter, hashes) => {
    const found = await findUnavailable({ reasons: [], paths: [], ...filter }, { state: await world() }, live);
    expect(found.map(({ hash }) => hash)).toEqual([...hashes].sort());
  });
});

describe('makeDue', () => {
  const deps = (state: Awaited<ReturnType<typeof world>>) => ({ state, now: () => NOW });

  it('makes a path due now, and changes nothing else of its record', async () => {
    const state = await world();
    const before = JSON.parse((await getText(state, unavailableKey(a))) ?? '') as object;
    expect(await makeDue(a, deps(state), live)).toBe(true);
    expect(JSON.parse((await getText(state, unavailableKey(a))) ?? '')).toEqual({ ...before, next: NOW.toISOString() });
    const once = await getText(state, unavailableKey(a));
    expect(await makeDue(a, deps(state), live)).toBe(true);
    expect(await getText(state, unavailableKey(a))).toBe(once);
  });

  it('leaves alone what is damaged or gone: nothing keeps copy from it', async () => {
    const state = await world();
    expect(await makeDue(c, deps(state), live)).toBe(true);
    expect(await getText(state, unavailableKey(c))).toBe('damaged');
    await state.delete(unavailableKey(a));
    expect(await makeDue(a, deps(state), live)).toBe(true);
    expect(await state.head(unavailableKey(a))).toBeUndefined();
  });

  it('leaves what copy has found out at the same moment', async () => {
    const state = await world();
    const put: typeof state.put = async (key, body, options) => {
      await state.put(
        key,
        formatPathUnavailable(afterAttempt(undefined, { hash: a, reason: 'corrupt', evidence: '' }, 9, NOW)),
      );
      return state.put(key, body, options);
    };
    expect(await makeDue(a, { state: { ...state, put }, now: () => NOW }, live)).toBe(false);
    expect(await getText(state, unavailableKey(a))).toContain('corrupt');
  });
});
