import { parseCopyRequested } from '../../../events/copy-requested.ts';
import { parsePulls, pullsKey } from '../../../events/pulls.ts';
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { BucketFailed, QueueFailed } from '../../../shared/errors.ts';
import { memoryLog } from '../../../shared/log.ts';
import { memoryQueue } from '../../../shared/queue/memory.ts';
import { createJournal } from '../../../shared/testing/journal.ts';
import { pathNamed } from '../../../shared/testing/store-objects.ts';
import { type CopyRequestsDeps, createCopyRequests } from './copy-requests.ts';
import { pullBreaker } from './pull-breaker.ts';

const TODAY = '2026-11-22';

/** Instances of serve that share a state bucket and a queue. */
function instances(more: Partial<CopyRequestsDeps> = {}) {
  const state = memoryBucket();
  const copyQueue = memoryQueue();
  const log = memoryLog();
  let [day, time] = [TODAY, 1];
  const start = () =>
    createCopyRequests({
      state,
      copyQueue,
      budget: { paths: 1_000, bytes: 1e9 },
      breaker: pullBreaker({ what: 'copy', now: () => time, log }),
      now: () => new Date(`${day}T12:00:00Z`),
      log,
      ...more,
    });
  return {
    state,
    log,
    start,
    asked: () => copyQueue.sent.map((body) => parseCopyRequested(body).hash),
    record: async () => parsePulls((await getText(state, pullsKey(day))) ?? ''),
    turnTo(next: string) {
      day = next;
      time += 86_400_000;
    },
  };
}

const wanted = (name: string, bytes = 100) => ({ hash: pathNamed(name).hash, bytes });

describe('requests of readers to copy', () => {
  it('are made once for a path, by however many instances and however often it is asked for', async () => {
    const { start, asked, record } = instances();
    const [one, two] = [start(), start()];
    const names = Array.from({ length: 20 }, (_, i) => `path-${i}`);
    await Promise.all(names.flatMap((name) => [one.ask(wanted(name)), two.ask(wanted(name)), one.ask(wanted(name))]));
    await start().ask(wanted('path-3'));
    expect(asked().toSorted()).toEqual(names.map((name) => pathNamed(name).hash).toSorted());
    expect(await record()).toMatchObject({ date: TODAY, bytes: 2_000 });
  });

  it('cost no look-up once they are known', async () => {
    const journal = createJournal();
    const { start } = instances({ state: journal.watch('state', memoryBucket()) });
    const one = start();
    await one.ask(wanted('a'));
    expect(journal.entries).toEqual([`state get ${pullsKey(TODAY)}`, `state put ${pullsKey(TODAY)}`]);
    await one.ask(wanted('a'));
    expect(journal.entries).toHaveLength(2);
  });

  it('end with the budget, which is said once, and begin again the next day', async () => {
    const { start, asked, log, turnTo } = instances({ budget: { paths: 2, bytes: 1e9 } });
    const one = start();
    for (const name of ['a', 'b', 'c', 'd']) await one.ask(wanted(name));
    await start().ask(wanted('e')); // another instance reads that it is spent
    expect(asked()).toEqual(['a', 'b'].map((name) => pathNamed(name).hash));
    expect(log.lines.filter(({ event }) => event === 'pull.budget-spent')).toHaveLength(2); // each instance once
    turnTo('2026-11-23');
    await one.ask(wanted('c'));
    expect(asked().at(-1)).toBe(pathNamed('c').hash);
  });

  it('leave out what is larger than what is left, and look no further for it', async () => {
    const journal = createJournal();
    const { start, asked } = instances({
      budget: { paths: 9, bytes: 250 },
      state: journal.watch('state', memoryBucket()),
    });
    const one = start();
    await one.ask(wanted('a', 200));
    await one.ask(wanted('large', 100));
    await one.ask(wanted('b', 50));
    expect(asked()).toEqual(['a', 'b'].map((name) => pathNamed(name).hash));
    const before = journal.entries.length;
    await one.ask(wanted('large', 100));
    expect(journal.entries).toHaveLength(before);
  });

  it('are taken back when the queue does not take them, so that they are made later', async () => {
    let down = true;
    const queue = memoryQueue();
    const copyQueue: CopyRequestsDeps['copyQueue'] = {
      sendAll: (bodies, signal) => (down ? Promise.reject(new QueueFailed('down')) : queue.sendAll(bodies, signal)),
    };
    const { start, record, log } = instances({ copyQueue });
    const one = start();
    await one.ask(wanted('a'));
    expect(await record()).toMatchObject({ bytes: 0, paths: [] });
    expect(log.lines).toMatchObject([{ event: 'pull.not-asked', code: 'QUEUE_FAILED' }]);
    down = false;
    await one.ask(wanted('a'));
    expect(queue.sent).toHaveLength(1);
  });

  it('are not made while the state bucket is down, which is found out three times and then left alone', async () => {
    let gets = 0;
    const state: Pick<Bucket, 'get' | 'put'> = {
      get() {
        gets += 1;
        return Promise.reject(new BucketFailed('down'));
      },
      put: () => Promise.reject(new BucketFailed('down')),
    };
    const { start, asked } = instances({ state });
    const one = start();
    for (let i = 0; i < 10; i += 1) await expect(one.ask(wanted(`path-${i}`))).resolves.toBeUndefined();
    expect(gets).toBe(3);
    expect(asked()).toEqual([]);
  });

  it('begin the record anew when it was damaged', async () => {
    const { start, state, asked, record } = instances();
    await state.put(pullsKey(TODAY), '{');
    await start().ask(wanted('a'));
    expect(asked()).toHaveLength(1);
    expect((await record()).paths).toHaveLength(1);
  });
});
