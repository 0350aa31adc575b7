import { setTimeout as delay } from 'node:timers/promises';
import { formatCopyRequested } from '../../events/copy-requested.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { type Letters, openLetters } from '../fixtures/letters.ts';
import { type LetterFilter, readLetterFilter } from './letter-filter.ts';
import { replayLetters } from './replay-letters.ts';

const ALL: LetterFilter = readLetterFilter({});
const bodyOf = (name: string): string => formatCopyRequested({ hash: pathNamed(name).hash });
const [HELLO, GLIBC] = [bodyOf('hello'), bodyOf('glibc')];
const NONSENSE = '{"type":"copy-requested","hash":"../etc/passwd"}';

describe('replayLetters', () => {
  let letters: Letters;
  beforeEach(async () => {
    letters = await openLetters();
  });
  afterEach(() => letters.close());

  const replay = (more: Partial<Parameters<typeof replayLetters>[0]> = {}, deps: Partial<Letters> = {}) =>
    replayLetters(
      {
        stage: 'copy',
        filter: ALL,
        limit: Number.POSITIVE_INFINITY,
        dryRun: false,
        signal: AbortSignal.timeout(20_000),
        ...more,
      },
      { ...letters, now: () => new Date('2026-11-25T09:00:00Z'), ...deps },
    );

  it('sends every letter back to its queue, as it was', async () => {
    await letters.bury(HELLO);
    await letters.bury(GLIBC, { code: 'NOT_OUR_UPSTREAM' });
    const codes = { UPSTREAM_FAILED: 1, NOT_OUR_UPSTREAM: 1 };
    expect(await replay()).toEqual({ looked: 2, replayed: 2, dropped: 0, codes, left: 0, unreadable: 0 });
    expect(await letters.sent()).toEqual([HELLO, GLIBC].sort());
    expect(await letters.dead()).toEqual([]);
  });

  it('takes up one that SQS itself has moved, without a word of ours on it', async () => {
    await letters.lose(HELLO);
    expect(await replay()).toMatchObject({ replayed: 1, codes: { NO_WORD: 1 } });
    expect(await letters.sent()).toEqual([HELLO]);
  });

  it('sends none twice that is buried again as soon as it is sent', async () => {
    await letters.bury(HELLO);
    let sent = 0;
    const sendAll: Letters['queue']['sendAll'] = async (bodies) => {
      for await (const body of bodies) {
        await letters.bury(body, { buriedAt: new Date('2026-11-25T09:00:01Z') });
        sent += 1;
      }
      return sent;
    };
    expect(await replay({}, { queue: { ...letters.queue, sendAll } })).toMatchObject({ replayed: 1, left: 1 });
    expect(sent).toBe(1);
  });

  it('leaves those that are not meant, and gives them back', async () => {
    await letters.bury(HELLO);
    await letters.bury(GLIBC, { code: 'NOT_OUR_UPSTREAM' });
    expect(await replay({ filter: readLetterFilter({ code: ['NOT_OUR_UPSTREAM'] }) })).toMatchObject({
      replayed: 1,
      left: 1,
    });
    expect(await letters.sent()).toEqual([GLIBC]);
    await delay(1_100);
    expect(await letters.dead()).toEqual([HELLO]);
  });

  it('keeps what its stage could not read', async () => {
    await letters.bury(NONSENSE, { code: 'MALFORMED' });
    await letters.bury('\u009b not even JSON');
    await letters.bury(HELLO);
    expect(await replay()).toMatchObject({ looked: 3, replayed: 1, unreadable: 2 });
    expect(await letters.sent()).toEqual([HELLO]);
    await delay(1_100);
    expect(await letters.dead()).toHaveLength(2);
  });

  it('drops those that are meant, whether or not they can be read, and sends none', async () => {
    await letters.bury(NONSENSE, { code: 'MALFORMED' });
    await letters.bury(HELLO);
    const filter = readLetterFilter({ code: ['MALFORMED'] });
    expect(await replay({ drop: true, filter, dryRun: true })).toMatchObject({ dropped: 1, replayed: 0, left: 1 });
    await delay(1_100);
    expect(await replay({ drop: true, filter })).toMatchObject({ dropped: 1, codes: { MALFORMED: 1 }, unreadable: 0 });
    await delay(1_100);
    expect(await letters.dead()).toEqual([HELLO]);
    expect(await letters.sent()).toEqual([]);
  });

  it('counts the same in a dry run, and changes nothing', async () => {
    await letters.bury(HELLO);
    await letters.bury(NONSENSE);
    expect(await replay({ dryRun: true })).toMatchObject({ looked: 2, replayed: 1, unreadable: 1 });
    expect(await letters.sent()).toEqual([]);
    await delay(1_100);
    expect(await letters.dead()).toHaveLength(2);
  });

  it('looks at each of many once, and sends no more than it may', async () => {
    const bodies = Array.from({ length: 57 }, (_, index) => bodyOf(`package-${index}`));
    for (const body of bodies) await letters.bury(body);
    expect(await replay({ limit: 25 })).toMatchObject({ looked: 57, replayed: 25, left: 32 });
    expect(await letters.sent()).toHaveLength(25);
    await delay(1_100);
    expect(await replay()).toMatchObject({ looked: 32, replayed: 32 });
  });

  it('loses nothing when the queue refuses: what was not sent stays dead, and can be had again soon', async () => {
    await letters.bury(HELLO);
    const refusing = { sendAll: () => Promise.reject(new Error('refused')) };
    await expect(replay({}, { queue: { ...letters.queue, ...refusing } })).rejects.toThrow('refused');
    await delay(1_100);
    expect(await letters.dead()).toEqual([HELLO]);
  });

  it('cut between sending and deleting sends twice, and loses nothing', async () => {
    await letters.bury(HELLO);
    const cut = { ...letters.receiver, delete: () => Promise.reject(new Error('cut')) };
    await expect(replay({}, { receiver: cut })).rejects.toThrow('cut');
    await delay(1_100);
    expect(await replay()).toMatchObject({ replayed: 1 });
    expect(await letters.sent()).toEqual([HELLO, HELLO]);
    expect(await replay()).toMatchObject({ looked: 0, replayed: 0 });
  });

  it('ends when it is told to, and hides nothing then', async () => {
    for (const name of ['a', 'b', 'c']) await letters.bury(bodyOf(name));
    const stop = new AbortController();
    const sendAll: Letters['queue']['sendAll'] = async (bodies, signal) => {
      stop.abort();
      return letters.queue.sendAll(bodies, signal);
    };
    const { replayed } = await replay({ signal: stop.signal, limit: 1 }, { queue: { ...letters.queue, sendAll } });
    expect(replayed).toBe(1); // what was begun is done
    await delay(1_100);
    expect(await letters.dead()).toHaveLength(2);
  });
});
