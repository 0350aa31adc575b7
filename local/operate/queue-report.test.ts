import { setTimeout as delay } from 'node:timers/promises';
import { formatCopyRequested } from '../../events/copy-requested.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { CERTIFICATE, type Letters, openLetters } from '../fixtures/letters.ts';
import { reportQueues } from './queue-report.ts';
import { queuesInWords, queuesJson } from './queue-words.ts';
import type { StageQueues } from './stage-queues.ts';

const now = () => new Date(CERTIFICATE.buriedAt.getTime() + 7_200_000);
const bodyOf = (name: string): string => formatCopyRequested({ hash: pathNamed(name).hash });

describe('reportQueues', () => {
  let letters: Letters;
  let stages: readonly StageQueues[];
  beforeEach(async () => {
    letters = await openLetters();
    const dead = letters.receiver.queue;
    stages = [{ stage: 'copy', work: { url: dead.url.replace('-dead-letters', ''), arn: '' }, deadLetters: dead }];
  });
  afterEach(() => letters.close());
  const report = (most = 500) =>
    reportQueues(stages, letters.client, { letters: most, now, signal: AbortSignal.timeout(20_000) });

  it('says how full they are, how old the dead are and what they died of, and hides none', async () => {
    await letters.queue.sendAll([bodyOf('a'), bodyOf('b')], AbortSignal.timeout(5_000));
    await letters.bury(bodyOf('c'));
    await letters.bury(bodyOf('d'));
    await letters.bury('{}', {
      code: 'MALFORMED',
      reason: 'not a copy request: hash',
      buriedAt: new Date(now().getTime() - 60_000),
    });
    const found = await report();
    expect(queuesJson(found)).toMatchObject({
      queues: [
        {
          ...{
            stage: 'copy',
            queue: 'work',
            waiting: 2,
            inFlight: 0,
            delayed: 0,
            dead: 3,
            oldestSeconds: 7_200,
            looked: 3,
          },
          reasons: [
            { code: 'UPSTREAM_FAILED', count: 2, reason: CERTIFICATE.reason },
            { code: 'MALFORMED', count: 1, example: null },
          ],
        },
      ],
    });
    const words = queuesInWords(found, false);
    expect(words).toMatch(/^ {2}copy +2 +0 +0 +3 +2 h 0 min ago$/m);
    expect(words).toMatch(/^ +2 {2}UPSTREAM_FAILED: GET .* answered 503 \(last /m);
    await delay(1_100);
    expect(await letters.dead()).toHaveLength(3);
  });

  it('sees what somebody else has just looked at', async () => {
    await letters.bury(bodyOf('a'));
    await report();
    expect((await report()).queues[0]?.dead).toMatchObject({ count: 1, looked: 1 });
  });

  it('looks at no more letters than it is told, and says so', async () => {
    for (const name of ['a', 'b', 'c']) await letters.bury(bodyOf(name));
    const found = await report(2);
    expect(found.queues[0]?.dead).toMatchObject({ count: 3, looked: 2 });
    expect(queuesInWords(found, false)).toContain('of the 2 that were looked at');
    expect((await report(0)).queues[0]?.dead).toMatchObject({ looked: 0, reasons: [] });
  });

  it('does without dead letters that are not there', async () => {
    stages = stages.map((one) => ({ ...one, deadLetters: undefined }));
    const found = await report();
    expect(queuesJson(found).queues).toMatchObject([{ dead: null, oldestSeconds: null, reasons: [] }]);
    expect(queuesInWords(found, false)).toContain('–');
  });

  it('shows a terminal nothing of what a letter would tell it', async () => {
    const reason = `\u009b2J\u202egone ${'x'.repeat(5_000)}`;
    await letters.bury(`\u009b${'y'.repeat(200_000)}`, { code: '\u009b31m', reason });
    const words = queuesInWords(await report(), false);
    expect(words).not.toMatch(/[\u0080-\u009f\u202e]/);
    expect(words.length).toBeLessThan(1_000);
  });
});
