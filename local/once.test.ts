import { RuntimeFailed } from '../shared/errors.ts';
import { memoryLog } from '../shared/log.ts';
import { runOnce } from './once.ts';

const signal = AbortSignal.timeout(5_000);
const idle = { idle: true };
const busy = { idle: false };
const unchanged = { channels: [{ channel: 'nixos-unstable', outcome: 'unchanged' }] };

/** A runtime whose queue has these depths, one count after the other, and whose publish answers these ticks. */
function runtimeWith(depths: readonly number[], ticks: readonly unknown[], detected: unknown = unchanged, dead = [0]) {
  const fired: string[] = [];
  const work = [...depths];
  const answers = [...ticks];
  const graves = [...dead];
  return {
    fired,
    depths: async () => ({ work: work.shift() ?? 0, dead: (graves.length > 1 ? graves.shift() : graves[0]) ?? 0 }),
    fire: async (name: string) => {
      fired.push(name);
      const answer = name === 'detect' ? detected : answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}
const run = (runtime: ReturnType<typeof runtimeWith>) => runOnce(runtime, { log: memoryLog(), everyMs: 1, signal });

describe('runOnce', () => {
  it('looks once, and is done when the queue is empty and publish idle', async () => {
    const runtime = runtimeWith([0, 0], [idle]);
    await expect(run(runtime)).resolves.toEqual({ failedChannels: [], deadLettered: 0 });
    expect(runtime.fired).toEqual(['detect', 'publish']);
  });

  it('waits for the queue, though publish is idle', async () => {
    const runtime = runtimeWith([0, 8, 3, 0], [idle]);
    await run(runtime);
    expect(runtime.fired.filter((name) => name === 'publish')).toHaveLength(3);
  });

  it('waits for publish, though the queue is empty', async () => {
    const runtime = runtimeWith([0], [busy, busy, idle]);
    await run(runtime);
    expect(runtime.fired.filter((name) => name === 'publish')).toHaveLength(3);
  });

  it('trusts an idle tick only when the queue was empty before it began', async () => {
    const runtime = runtimeWith([0, 1, 0], [idle, busy, idle]);
    await run(runtime);
    expect(runtime.fired.filter((name) => name === 'publish')).toHaveLength(3);
  });

  it('names the channels that could not be looked at', async () => {
    const channels = [
      { channel: 'a', outcome: 'failed', code: 'X' },
      { channel: 'b', outcome: 'detected' },
    ];
    const detected = new RuntimeFailed('detect failed', { code: 'CHANNELS_FAILED', facts: { channels } });
    await expect(run(runtimeWith([0], [idle], detected))).resolves.toMatchObject({ failedChannels: ['a'] });
  });

  it('publishes what there is, though detect failed', async () => {
    const runtime = runtimeWith([0], [busy, idle], new Error('no network'));
    await expect(run(runtime)).resolves.toMatchObject({ failedChannels: ['*'] });
    expect(runtime.fired).toEqual(['detect', 'publish', 'publish']);
  });

  it('counts the messages that were buried meanwhile', async () => {
    await expect(run(runtimeWith([0], [idle], unchanged, [4, 4, 6]))).resolves.toMatchObject({ deadLettered: 2 });
  });

  it('forgives a tick that failed, and gives up on one that keeps failing', async () => {
    await expect(run(runtimeWith([0], [new Error('killed'), idle]))).resolves.toMatchObject({ deadLettered: 0 });
    await expect(run(runtimeWith([0], [new Error('killed')]))).rejects.toThrow('publish keeps failing');
  });
});

describe('while a bucket is down', () => {
  const down = new RuntimeFailed('publish failed', { code: 'BUCKET_FAILED' });
  const unseen = (code: string) =>
    new RuntimeFailed('detect failed', {
      code: 'CHANNELS_FAILED',
      facts: { channels: [{ channel: 'a', outcome: 'failed', code }] },
    });
  const told = { log: memoryLog(), everyMs: 1, signal };

  it('ticks on, however often that fails, and is done when it is back', async () => {
    const runtime = runtimeWith([0], [...Array<Error>(40).fill(down), idle]);
    await expect(runOnce(runtime, told)).resolves.toMatchObject({ deadLettered: 0 });
  });

  it('ends when that takes too long', async () => {
    await expect(runOnce(runtimeWith([0], [down]), { ...told, patienceMs: 100 })).rejects.toThrow(
      'publish keeps failing',
    );
  });

  it('looks at channels again', async () => {
    const runtime = runtimeWith([0], [idle]);
    const answers = [unseen('BUCKET_FAILED'), unseen('BUCKET_FAILED'), undefined];
    const fire = async (name: string) => {
      const answer = name === 'detect' ? answers.shift() : undefined;
      if (answer) throw answer;
      return runtime.fire(name);
    };
    await expect(runOnce({ ...runtime, fire }, told)).resolves.toMatchObject({ failedChannels: [] });
    expect(answers).toEqual([]);
  });

  it('names the channels that it could not look at in all that time', async () => {
    const runtime = runtimeWith([0], [idle], unseen('BUCKET_FAILED'));
    await expect(runOnce(runtime, { ...told, patienceMs: 50 })).resolves.toMatchObject({ failedChannels: ['a'] });
    expect(runtime.fired.length).toBeGreaterThan(3);
  });
});

it.each([
  ['ends when copying stays paused, and leaves the rest to the next run', 120_001, /paused.*5\.00 GiB/],
  ['bears a pause that is short', 1_000, undefined],
])('%s', async (_rule, sinceMs, problem) => {
  const pauses = { current: () => ({ reason: 'less than MIN_FREE_BYTES of 5.00 GiB', sinceMs }) };
  const running = runOnce(runtimeWith([3, 0], [idle]), { log: memoryLog(), everyMs: 1, pauses, signal });
  if (problem) await expect(running).rejects.toThrow(problem);
  else await expect(running).resolves.toMatchObject({ deadLettered: 0 });
});
