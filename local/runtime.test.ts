import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { inheritedEnvironment } from '../shared/config/env.ts';
import type { LogLine } from '../shared/log.ts';

/** Of CLICKHOUSE_URL. */
const EMBEDDED = '';
/** These start whole runtimes, of five processes each. */
const SLOW_MS = 30_000;
const program = fileURLToPath(new URL('./fixtures/runtime.ts', import.meta.url));

interface Running {
  readonly process: ChildProcess;
  readonly lines: readonly LogLine[];
  readonly errors: () => string;
  readonly workUrl: string;
  readonly address: string;
}

describe('startRuntime', () => {
  let directory: string;
  let running: Running[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'runtime-'));
  });
  afterEach(async () => {
    for (const one of running) one.process.kill('SIGKILL');
    running = [];
    await eventually(async () => expect(await processesIn(directory)).toEqual([]));
    await rm(directory, { recursive: true });
  });

  const start = async (clickHouse = 'off'): Promise<Running> => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      env: {
        ...inheritedEnvironment(),
        CHANNELS: 'nixos-unstable-small',
        DATA_DIR: join(directory, 'data'),
        JOURNAL: join(directory, 'journal'),
        PORT: '0',
        COPY_CONCURRENCY: '20',
        CLICKHOUSE_URL: clickHouse,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own, as in a terminal
    });
    const lines: LogLine[] = [];
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as LogLine;
      lines.push(line);
      if (line.event === 'started') resolve(line);
    });
    child.once('close', () => reject(new Error(errors)));
    const started = await promise;
    const one = {
      process: child,
      lines,
      errors: () => errors,
      workUrl: String(started.WORK_URL),
      address: String(started.address),
    };
    running.push(one);
    return one;
  };
  const send = async ({ workUrl }: Running, ...bodies: readonly string[]): Promise<void> => {
    const client = new SQSClient({
      endpoint: new URL(workUrl).origin,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    for (const MessageBody of bodies) await client.send(new SendMessageCommand({ QueueUrl: workUrl, MessageBody }));
    client.destroy();
  };
  const journal = async (): Promise<string> => readFile(join(directory, 'journal'), 'utf8').catch(() => '');

  it(
    'works off messages and answers HTTP; a second one on the same DATA_DIR is told who has it',
    async () => {
      const runtime = await start();
      await send(runtime, 'hello');
      await eventually(async () => expect(await journal()).toContain('hello 1'));
      await expect((await fetch(runtime.address)).text()).resolves.toMatch(/^\d+$/);
      await expect(start()).rejects.toThrow(
        new RegExp(`in use by another process.*pid ${runtime.process.pid}.*url ${runtime.address}`),
      );
    },
    SLOW_MS,
  );

  it.each([
    ['it alone', (pid: number) => pid],
    ['its whole group', (pid: number) => -pid],
  ])(
    'leaves no process behind when %s is killed, and the next one takes up what was in flight',
    async (_what, target) => {
      const runtime = await start(EMBEDDED);
      await send(runtime, 'hang');
      await eventually(async () => expect(await journal()).toContain('hang 1'));
      expect((await processesIn(directory)).length).toBeGreaterThanOrEqual(5);
      process.kill(target(runtime.process.pid ?? Number.NaN), 'SIGKILL');
      await once(runtime.process, 'close');
      await eventually(async () => expect(await processesIn(directory)).toEqual([]));

      const next = await start(EMBEDDED);
      await eventually(async () => expect(await journal()).toContain('hang 2'));
      expect(next.lines).toContainEqual(expect.objectContaining({ event: 'messages.released', count: 1 }));
    },
    SLOW_MS,
  );

  it(
    'starts a function that died again, and gives its messages back',
    async () => {
      const runtime = await start();
      await send(runtime, 'die');
      await eventually(() =>
        expect(runtime.lines).toContainEqual(expect.objectContaining({ event: 'batch.failed', function: 'work' })),
      );
      await send(runtime, 'after');
      await eventually(async () => expect(await journal()).toContain('after 1'));
      await eventually(async () => expect(await journal()).toContain('die 2'), 12_000);
    },
    SLOW_MS,
  );

  it(
    'makes nothing but its DATA_DIR',
    async () => {
      await start();
      expect(existsSync(join(directory, 'data', 'id'))).toBe(true);
      expect(await readdir(directory)).toEqual(['data']);
    },
    SLOW_MS,
  );
});

/** Ids of processes that were told of this directory. */
async function processesIn(directory: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const environment = /^\d+$/.test(name) ? await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '') : '';
    const command = environment ? await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '') : '';
    if (environment.includes(directory) || command.includes(directory)) found.push(Number(name));
  }
  return found;
}

async function eventually(check: () => unknown, ms = 8_000): Promise<void> {
  const until = performance.now() + ms;
  for (;;) {
    try {
      return void (await check());
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
