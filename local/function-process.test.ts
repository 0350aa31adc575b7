import { inheritedEnvironment } from '../shared/config/env.ts';
import type { LogLine } from '../shared/log.ts';
import { memoryLog } from '../shared/log.ts';
import { fixtureFunction, root } from './fixtures/service.ts';
import { type FunctionProcess, startFunction } from './function-process.ts';
import type { ServiceFunction } from './service.ts';

type Echo = Readonly<Record<string, unknown>> & { readonly pid: number };

describe('startFunction', () => {
  const started: FunctionProcess[] = [];
  afterAll(() => Promise.all(started.map((process) => process.stop(0))));

  const starting = async (name: string, more: Partial<ServiceFunction> = {}) => {
    const lines: LogLine[] = [];
    const log = memoryLog();
    const environment = inheritedEnvironment();
    const process_ = await startFunction(fixtureFunction(name, more), {
      root,
      environment,
      log,
      onLine: (line) => lines.push(line),
    });
    started.push(process_);
    return { fn: process_, lines, log };
  };

  it('gives the handler its event and a context like that of Lambda', async () => {
    const { fn } = await starting('echo', { timeoutMs: 5_000, memoryMb: 200 });
    const answer = (await fn.invoke({ a: [1, null] })) as Echo;
    expect(answer).toMatchObject({ event: { a: [1, null] }, function: 'echo', memory: '200' });
    expect(answer.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.remaining).toBeGreaterThan(4_000);
    expect(answer.remaining).toBeLessThanOrEqual(5_000);
  });

  it('answers one after the other, in one process that is not ours', async () => {
    const { fn } = await starting('echo');
    const answers = (await Promise.all([fn.invoke(1), fn.invoke(2), fn.invoke(3)])) as Echo[];
    expect(answers.map(({ event }) => event)).toEqual([1, 2, 3]);
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
    expect(answers[0]?.pid).not.toBe(process.pid);
  });

  it('gives what is logged as it is, and keeps all else', async () => {
    const { fn, lines } = await starting('print');
    await fn.invoke({});
    await fn.stop(0);
    expect(lines).toContainEqual({ time: 'now', level: 'info', event: 'something.done', count: 3 });
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'info', event: 'output', function: 'print', message: 'plain words' }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', event: 'output', message: 'a warning' }));
  });

  it('reports what the handler throws, and goes on', async () => {
    const { fn } = await starting('fail');
    await expect(fn.invoke({})).rejects.toThrow('fail failed: as it was told to');
    await expect(fn.invoke({})).rejects.toThrow('fail failed: as it was told to');
  });

  it('ends a run that outlives its timeout, and starts anew', async () => {
    const { fn, log } = await starting('sleep', { timeoutMs: 300 });
    await expect(fn.invoke({})).rejects.toThrow('sleep ran longer than its 0.3 s');
    await fn.ready();
    expect(log.lines).toContainEqual(
      expect.objectContaining({ event: 'process.ended', function: 'sleep', again_in_ms: 100 }),
    );
  });

  it('ends a run that outgrows its memory', async () => {
    const { fn } = await starting('grow', { memoryMb: 128 });
    await expect(fn.invoke({})).rejects.toThrow(/grow grew to \d+ MiB, over its 128 MiB/);
  });

  it('starts a process that died again, ever later', async () => {
    const { fn, log } = await starting('exit');
    await expect(fn.invoke({})).rejects.toThrow('exit ended with code 7');
    await expect(fn.invoke({})).rejects.toThrow('exit ended with code 7');
    await fn.ready();
    expect(log.lines.map((line) => line.again_in_ms)).toEqual([100, 200]);
  });

  it('says why a handler can not be loaded', async () => {
    const broken = { file: 'local/fixtures/broken', export: 'handler' };
    await expect(starting('broken', { handler: broken })).rejects.toThrow(
      'broken could not start: COPY_QUEUE_URL is not set',
    );
    await expect(starting('none', { handler: { file: 'local/fixtures/functions', export: 'none' } })).rejects.toThrow(
      'none',
    );
  });

  it('lets a run end within its grace, and no longer', async () => {
    const { fn } = await starting('sleep');
    const run = fn.invoke({});
    const began = performance.now();
    await Promise.all([expect(run).rejects.toThrow('stopped before it was done'), fn.stop(200)]);
    expect(performance.now() - began).toBeLessThan(2_000);
    await expect(fn.ready()).rejects.toThrow('sleep is stopped');
  });
});
