/** The demo's upstream in a process of its own, as far away as a process can be, and what can be asked of it. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import type { Environment } from '../../shared/config/env.ts';
import { RuntimeFailed } from '../../shared/errors.ts';
import { createLog, type LogLine } from '../../shared/log.ts';
import { serveHttp } from '../http-process.ts';
import type { Line } from './line.ts';
import { type DemoUpstreamOptions, OUTLOOK } from './request-listener.ts';
import { DEMO_SEED } from './world.ts';

export interface DemoUpstreamProcess {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  outlook(signal: AbortSignal): Promise<Outlook>;
  /** The channel's next release is its current one from now on. */
  advance(channel: string, signal: AbortSignal): Promise<void>;
  /** @param hash of a store path that upstream had wrong. */
  repair(hash: string, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** The demo's DATA_DIR. */
  readonly directory: string;
  readonly environment: Environment;
  readonly line?: Line;
  readonly onLine: (line: LogLine) => void;
}

const named = v.object({ hash: v.string(), name: v.string() });
const outlook = v.object({
  publicKey: v.string(),
  channels: v.array(v.object({ channel: v.string(), at: v.number(), releases: v.array(v.string()) })),
  broken: v.array(v.object({ ...named.entries, kind: v.picklist(['missing', 'corrupt']) })),
  landmarks: v.object({ hello: named, missing: named, corrupt: named, blocked: named }),
});
export type Outlook = v.InferOutput<typeof outlook>;

const MEMORY_MB = 512;

/** @throws {RuntimeFailed} */
export async function startDemoUpstream({
  directory,
  environment,
  line,
  onLine,
}: StartOptions): Promise<DemoUpstreamProcess> {
  await mkdir(directory, { recursive: true });
  const file = resolve(join(directory, 'upstream.json'));
  const options: DemoUpstreamOptions = { seed: DEMO_SEED, file, ...(line ? { line } : {}) };
  const module = new URL('./request-listener.ts', import.meta.url).href;
  const log = createLog({ fields: { function: 'upstream' }, write: (text) => onLine(JSON.parse(text) as LogLine) });
  const { PATH } = environment;
  const http = await serveHttp(
    { name: 'upstream', memoryMb: MEMORY_MB, told: { module, options, host: '127.0.0.1', port: 0 } },
    { environment: { PATH }, log, onLine },
  );
  const ask = async (path: string, method: string, signal: AbortSignal): Promise<string> => {
    const answer = await fetch(http.address + path, { method, signal });
    if (!answer.ok) throw new RuntimeFailed(`the demo's upstream answered ${answer.status} to ${path}`);
    return answer.text();
  };
  return {
    address: http.address,
    stop: http.stop,
    outlook: async (signal) => v.parse(outlook, JSON.parse(await ask(OUTLOOK, 'GET', signal))),
    advance: async (channel, signal) => void (await ask(`/_advance/${channel}`, 'POST', signal)),
    repair: async (hash, signal) => void (await ask(`/_repair/${hash}`, 'POST', signal)),
  };
}
