import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { sqsQueue } from '../shared/queue/sqs.ts';
import { lockFile, queueDirectory } from './data-dir.ts';
import { fixtureService, root } from './fixtures/service.ts';
import { acquireLock, type Lock } from './lock.ts';
import { readOperateConfig } from './operate/config.ts';
import { writeQueueAddress } from './queue-address.ts';
import { type QueuePlace, withQueues } from './queue-place.ts';

const SLOW_MS = 60_000;
const program = fileURLToPath(new URL('./fixtures/runtime.ts', import.meta.url));

describe('withQueues', () => {
  let directory: string;
  let DATA_DIR: string;
  const started: ChildProcess[] = [];
  const locks: Lock[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'queue-place-'));
    DATA_DIR = join(directory, 'data');
  });
  afterEach(async () => {
    for (const one of started.splice(0)) await killed(one);
    for (const lock of locks.splice(0)) lock.release();
    await rm(directory, { recursive: true, force: true, maxRetries: 20 });
  });

  /** A runtime whose function never ends, so that what is sent to it stays. */
  async function runtime(): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      env: { ...inheritedEnvironment(), CHANNELS: 'nixos-unstable', DATA_DIR, PORT: '0', COPY_CONCURRENCY: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(child);
    if (!child.stdout) throw new Error('it has no output');
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('"started"')) return child;
    throw new Error('it ended before it had started');
  }
  async function killed(child: ChildProcess): Promise<void> {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  }

  const within = <T>(
    work: (place: QueuePlace) => Promise<T>,
    signal = AbortSignal.timeout(SLOW_MS),
    brief = false,
  ): Promise<T> => {
    const environment = { DATA_DIR };
    const config = readOperateConfig(environment);
    const purpose = 'a test';
    return withQueues({ config, environment, root, purpose, service: fixtureService(), signal, brief }, work);
  };
  const queue = ({ client, queues }: QueuePlace) => sqsQueue({ client, url: queues.get('Work')?.url ?? '' });
  const send = (...bodies: readonly string[]) =>
    within(async (place) => {
      await queue(place).sendAll(bodies, AbortSignal.timeout(SLOW_MS));
      return place.kind;
    });
  const messages = () =>
    within(async (place) => {
      const { waiting, inFlight, delayed } = await queue(place).depth();
      return { kind: place.kind, messages: waiting + inFlight + delayed };
    });
  const address = () => join(queueDirectory(DATA_DIR), 'address.json');

  it(
    'finds those of a runtime that runs, and starts them once it was killed',
    async () => {
      const running = await runtime();
      expect((await stat(address())).mode & 0o777).toBe(0o600);
      expect(await send('hang', 'hang')).toBe('running');
      await killed(running);
      expect(existsSync(address())).toBe(true); // left behind, and nobody is there
      expect(await messages()).toEqual({ kind: 'stopped', messages: 2 });
      expect(existsSync(address())).toBe(false);
    },
    SLOW_MS,
  );

  it(
    'lets a second command use what the first one has started, and leaves no lock and no address',
    async () => {
      acquireLock(lockFile(DATA_DIR)).release(); // something has run here before
      await within(async (first) => {
        expect(first.kind).toBe('stopped');
        expect(await send('from the second')).toBe('running');
        expect(await queue(first).depth()).toMatchObject({ waiting: 1 });
        expect(() => acquireLock(lockFile(DATA_DIR))).toThrow(/in use.*command a test/);
      });
      expect(existsSync(address())).toBe(false);
      acquireLock(lockFile(DATA_DIR)).release();
    },
    SLOW_MS,
  );

  it(
    'does not believe the address of a runtime that is gone, but waits for that of its successor',
    async () => {
      acquireLock(lockFile(DATA_DIR)).release();
      await within(async ({ settings }) => {
        const own = `${JSON.stringify({ pid: process.pid + 1, endpoint: 'http://127.0.0.1:1' })}\n`;
        await writeFile(address(), own);
        setTimeout(() => writeQueueAddress(DATA_DIR, settings.AWS_ENDPOINT_URL_SQS ?? ''), 700);
        expect(await messages()).toEqual({ kind: 'running', messages: 0 });
      });
    },
    SLOW_MS,
  );

  it(
    'does not depend on a command that is done in a moment, but waits for its end',
    async () => {
      acquireLock(lockFile(DATA_DIR)).release();
      const { promise: done, resolve: finish } = Promise.withResolvers<void>();
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      const brief = within(
        async ({ kind }) => {
          begin();
          await done;
          return kind;
        },
        undefined,
        true,
      );
      await begun;
      expect(await within(async ({ kind }) => kind, undefined, true)).toBe('running'); // another brief one may
      const lasting = send('of the lasting one');
      setTimeout(finish, 500);
      expect(await Promise.all([brief, lasting])).toEqual(['stopped', 'stopped']);
    },
    SLOW_MS,
  );

  /** A command that runs the queues, one that uses them, and what ends each. */
  async function two(signal?: AbortSignal) {
    acquireLock(lockFile(DATA_DIR)).release();
    const [begun, used, first, second] = [0, 1, 2, 3].map(() => Promise.withResolvers<void>()) as [
      PromiseWithResolvers<void>,
      PromiseWithResolvers<void>,
      PromiseWithResolvers<void>,
      PromiseWithResolvers<void>,
    ];
    let ended = false;
    const owner = within(async ({ kind }) => {
      begun.resolve();
      await first.promise;
      return kind;
    }, signal).finally(() => {
      ended = true;
    });
    await begun.promise;
    const borrower = within(async (place) => {
      used.resolve();
      await second.promise;
      return (await queue(place).depth()).waiting;
    });
    await used.promise;
    return { owner, borrower, endFirst: first.resolve, endSecond: second.resolve, hasEnded: () => ended };
  }

  it(
    'keeps them for a command that uses them, though its own work is done',
    async () => {
      const { owner, borrower, endFirst, endSecond, hasEnded } = await two();
      endFirst();
      await delay(1_000);
      expect(hasEnded()).toBe(false);
      expect(await messages()).toEqual({ kind: 'running', messages: 0 }); // a third may come
      endSecond();
      expect(await Promise.all([owner, borrower])).toEqual(['stopped', 0]);
      expect(existsSync(address())).toBe(false);
    },
    SLOW_MS,
  );

  it(
    'ends all the same when it is told to, and the other says so in words',
    async () => {
      const interrupted = new AbortController();
      const { owner, borrower, endFirst, endSecond } = await two(interrupted.signal);
      interrupted.abort();
      endFirst();
      expect(await owner).toBe('stopped');
      endSecond();
      await expect(borrower).rejects.toThrow('whoever ran the queues has ended meanwhile');
    },
    SLOW_MS,
  );

  it(
    'does not wait for one that was killed',
    async () => {
      acquireLock(lockFile(DATA_DIR)).release();
      const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
      await once(child, 'exit');
      expect(
        await within(async ({ kind }) => {
          await mkdir(join(queueDirectory(DATA_DIR), 'borrowers'));
          await writeFile(join(queueDirectory(DATA_DIR), `borrowers/${child.pid}-00`), '');
          return kind;
        }),
      ).toBe('stopped');
    },
    SLOW_MS,
  );

  it('gives up waiting when it is told to', async () => {
    locks.push(acquireLock(lockFile(DATA_DIR)));
    await expect(within(async () => 'begun', AbortSignal.timeout(300))).rejects.toThrow();
  });

  it('refuses a DATA_DIR in which nothing has run, and makes nothing there', async () => {
    await expect(within(async () => 'begun')).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
    expect(existsSync(DATA_DIR)).toBe(false);
  });
});
