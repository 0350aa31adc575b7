import { OPERATIONS } from '../../events/operation.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { RuntimeFailed } from '../../shared/errors.ts';
import { readOperations, recorded } from './recorded.ts';

const live = AbortSignal.timeout(20_000);

function world() {
  const state = memoryBucket();
  let minute = 0;
  const now = () => new Date(Date.UTC(2026, 10, 25, 0, minute++));
  const warned: unknown[] = [];
  const told = { command: 'replay dead-letters', args: ['replay', 'dead-letters'], signal: live };
  return { state, deps: { state, now, warn: (error: unknown) => warned.push(error) }, told, warned };
}

describe('recorded', () => {
  it('says what was done, when and how far it came', async () => {
    const { state, deps, told } = world();
    const answer = await recorded(told, deps, async (tally) => {
      expect(await readOperations(state, 10, live)).toMatchObject([{ command: 'replay dead-letters', counts: {} }]);
      tally({ replayed: 3 });
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await readOperations(state, 10, live)).toEqual([
      {
        command: 'replay dead-letters',
        line: 'copycat replay dead-letters',
        began: '2026-11-25T00:00:00.000Z',
        ended: '2026-11-25T00:01:00.000Z',
        outcome: 'done',
        counts: { replayed: 3 },
      },
    ]);
  });

  it('says what failed, and what was interrupted', async () => {
    const { state, deps, told } = world();
    const stop = new AbortController();
    await recorded({ ...told, signal: stop.signal }, deps, async () => stop.abort());
    await expect(recorded(told, deps, () => Promise.reject(new RuntimeFailed('it is gone')))).rejects.toThrow(
      'it is gone',
    );
    expect(await readOperations(state, 10, live)).toMatchObject([
      { outcome: 'failed', error: 'it is gone' },
      { outcome: 'interrupted' },
    ]);
  });

  it('keeps what may be secret to itself', async () => {
    const { state, deps, told } = world();
    const args = ['backfill', '--list', 'https://user:secret@example.org/x?X-Amz-Signature=secret'];
    await recorded({ ...told, args }, deps, async () => undefined);
    const [operation] = await readOperations(state, 1, live);
    expect(operation?.line).toBe('copycat backfill --list https://example.org/x');
  });

  it('is no reason to leave the work undone', async () => {
    const { deps, told, warned } = world();
    const refusing = { ...deps.state, put: () => Promise.reject(new Error('the bucket is gone')) };
    await expect(recorded(told, { ...deps, state: refusing }, async () => 'done')).resolves.toBe('done');
    expect(warned.length).toBeGreaterThan(0);
  });

  it('keeps the newest thousand', async () => {
    const { state, deps, told } = world();
    for (let n = 0; n < 1_005; n += 1)
      await state.put(`${OPERATIONS}2026-11-24T00:00:00.${String(n).padStart(4, '0')}Z-x.json`, '{}');
    await recorded(told, deps, async () => undefined);
    const keys = await Array.fromAsync(state.list(OPERATIONS), ({ key }) => key);
    expect(keys).toHaveLength(1_000);
    expect(keys.at(-1)).toMatch(/^operations\/2026-11-25T00:00:00\.000Z-replay-dead-letters-[0-9a-f]{8}\.json$/);
    expect(await readOperations(state, 5, live)).toHaveLength(1); // the others are none
  });
});
