/** A whole mirror in processes of its own, and what an upstream sees of it: in good times and when it is down. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inheritedEnvironment } from '../../shared/config/env.ts';
import { processesOf } from '../support/processes.ts';
import { listenManyPaths, type ManyPaths } from './many-paths.ts';

const root = path.resolve(import.meta.dirname, '../..');
const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function mirrorOf(upstream: ManyPaths, settings: Readonly<Record<string, string>>, ...args: string[]) {
  const directory = await mkdtemp(path.join(tmpdir(), 'copycat-limits-'));
  opened.push(() => rm(directory, { recursive: true, force: true }));
  const environment = { ...upstream.environment, DATA_DIR: directory, PORT: '0', MIN_FREE_BYTES: '0', ...settings };
  const child: ChildProcess = spawn(process.execPath, ['scripts/copycat.ts', 'start', ...args], {
    cwd: root,
    env: { ...inheritedEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  opened.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const names = async () =>
    (await readdir(path.join(directory, 'cache')).catch(() => [])).filter((name) => name.endsWith('.narinfo'));
  return { ended, directory, output: () => output, names };
}

async function upstreamWith(...told: Parameters<typeof listenManyPaths>): Promise<ManyPaths> {
  const upstream = await listenManyPaths(...told);
  opened.push(() => upstream.close());
  return upstream;
}

async function eventually(check: () => Promise<boolean> | boolean, ms: number): Promise<void> {
  for (const until = performance.now() + ms; !(await check()); await delay(100))
    if (performance.now() > until) throw new Error('it did not come to that in time');
}

it('never shows upstream more connections than it may have, however many processes copy', async () => {
  const upstream = await upstreamWith(150, { narBytes: 20_000, latencyMs: 20 });
  const mirror = await mirrorOf(upstream, { COPY_CONCURRENCY: '40', UPSTREAM_CONNECTIONS: '6' }, '--once');
  const [code] = await mirror.ended;
  expect([code, mirror.output()]).toEqual([0, expect.stringContaining('150')]);
  expect(await mirror.names()).toHaveLength(150);
  expect(upstream.sockets.most).toBeGreaterThan(2); // several processes did copy
  expect(upstream.sockets.most).toBeLessThanOrEqual(6);
});

it('never takes more bytes in a second than it may', async () => {
  const [rate, narBytes] = [1_000_000, 100_000];
  const upstream = await upstreamWith(60, { narBytes, latencyMs: 0 });
  const settings = { COPY_CONCURRENCY: '20', UPSTREAM_BYTES_PER_SECOND: String(rate) };
  const mirror = await mirrorOf(upstream, settings, '--once');
  await mirror.ended;
  expect(await mirror.names()).toHaveLength(60);
  const [first, last] = [upstream.sent[0]?.at ?? 0, upstream.sent.at(-1)?.at ?? 0];
  const bytes = upstream.sent.reduce((sum, each) => sum + each.bytes, 0);
  const ahead = rate + 20 * narBytes; // a second's worth, and what lies in sockets that wait to be read
  expect(bytes - ahead).toBeLessThanOrEqual((rate * (last - first)) / 1_000);
});

it('fetches hardly a byte twice, however many processes fill an empty bucket', async () => {
  const [count, processes] = [400, 8];
  const upstream = await upstreamWith(count, { narBytes: 60_000, latencyMs: 20, unlisted: 100 });
  const mirror = await mirrorOf(upstream, { COPY_CONCURRENCY: String(10 * processes) }, '--once');
  await eventually(async () => (await copyProcesses(mirror.directory)) === processes, 60_000);
  expect(await mirror.ended).toEqual([0, null]);
  expect(await mirror.names()).toHaveLength(count);
  const stored = await bytesIn(path.join(mirror.directory, 'cache'), ['.narinfo', '.nar']);
  const ratio = upstream.bytesWritten / stored;
  process.stderr.write(`fetched ${upstream.bytesWritten} bytes, stored ${stored}: ${ratio.toFixed(3)}\n`);
  expect(ratio).toBeLessThanOrEqual(1.05);
});

it('asks an upstream that is down at most once in ten seconds, all processes together, and goes on when it is back', async () => {
  const upstream = await upstreamWith(120, { narBytes: 2_000, latencyMs: 5 });
  upstream.mode = 'cut';
  // Short waits, so that all processes want to ask all the time.
  const settings = { COPY_CONCURRENCY: '40', COPY_PATIENCE: '10s', COPY_PATIENCE_RECEIVES: '90' };
  const mirror = await mirrorOf(upstream, settings);
  await eventually(() => mirror.output().includes('upstream.down'), 60_000);
  await delay(3_000); // all processes have learned of it
  const before = upstream.attempts.length;
  await delay(35_000);
  const probes = upstream.attempts.slice(before);
  const gaps = probes.slice(1).map((at, i) => Math.round(at - (probes[i] ?? 0)));
  process.stderr.write(`attempts until it was known to be down: ${before}; milliseconds between probes: ${gaps}\n`);
  expect(gaps.length).toBeGreaterThanOrEqual(1);
  expect(gaps.filter((gap) => gap < 10_000)).toEqual([]);
  expect(await mirror.names()).toEqual([]);

  upstream.mode = 'good';
  await eventually(async () => (await mirror.names()).length === 120, 120_000);
  expect(mirror.output().match(/upstream\.down/g)).toHaveLength(1);
  expect(mirror.output()).toMatch(/answers again/);
}, 240_000);

const copyProcesses = async (dataDir: string): Promise<number> =>
  (await processesOf(dataDir)).filter((line) => line.includes('"name":"copy"')).length;

/** Of the files with such names, without what a bucket notes about them. */
async function bytesIn(directory: string, endings: readonly string[]): Promise<number> {
  const names = (await readdir(directory, { recursive: true })).filter(
    (name) => !name.startsWith('.') && endings.some((ending) => name.endsWith(ending)),
  );
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
