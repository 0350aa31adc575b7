/** The reference upstream on the wire: serve.py beside it, with faults and delays as told, and its request log. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type Program, startProgram } from './program.ts';
import type { ReferenceUpstream } from './reference-upstream.ts';

export interface LoggedRequest {
  readonly request_method: string;
  readonly url: string;
  readonly response_status: string;
  readonly request_user_agent: string;
}

export interface Upstream {
  /** `http://127.0.0.1:<port>`; the binary cache is at `/cache`. */
  readonly url: string;
  /** What a mirror of all its channels is told. */
  readonly environment: Readonly<Record<string, string>>;
  /** Moves every channel to its next release, if it has one. */
  advance(): Promise<void>;
  repairAll(): Promise<void>;
  /** From now on the objects of this kind of fault are bad, or good. */
  setFault(kind: string, isBad: boolean): Promise<void>;
  /** What our mirrors have asked so far. */
  requests(): Promise<readonly LoggedRequest[]>;
  stop(): Promise<void>;
}

const START_MS = 15_000;
const TRIES = 3;

/** @param args of serve.py: `--faults all`, `--latency-ms 250` … @param folder for its log. */
export async function startUpstream(
  reference: ReferenceUpstream,
  folder: string,
  args: readonly string[] = [],
): Promise<Upstream> {
  const log = join(folder, 'requests.jsonl');
  const { url, program } = await serve(reference, ['--log', log, ...args]);

  async function post(path: string): Promise<void> {
    const { ok, status } = await fetch(url + path, { method: 'POST', signal: AbortSignal.timeout(START_MS) });
    if (!ok) throw new Error(`POST ${path}: ${status}`);
  }

  return {
    url,
    environment: {
      CHANNELS: reference.channels.join(' '),
      UPSTREAM_URL: `${url}/cache`,
      CHANNELS_URL: `${url}/channels`,
      RELEASES_URL: `${url}/releases`,
      TRUSTED_PUBLIC_KEYS: reference.publicKey,
    },
    async advance() {
      for (const channel of reference.channels) await post(`/_advance/${channel}`);
    },
    repairAll: () => post('/_repair/all'),
    setFault: (kind, isBad) => post(`/_${isBad ? 'break' : 'repair'}/${kind}`),
    async requests() {
      const lines = (await readFile(log, 'utf8')).trim().split('\n');
      const all = lines.filter(Boolean).map((line) => JSON.parse(line) as LoggedRequest);
      return all.filter(({ request_user_agent }) => request_user_agent.startsWith('Copycat/'));
    },
    async stop() {
      program.signal('SIGKILL', 'group');
      await program.ended;
    },
  };
}

/** It has to be told a port: another program may take it first, and then the next one is tried. */
async function serve(
  { directory }: ReferenceUpstream,
  args: readonly string[],
): Promise<{ readonly url: string; readonly program: Program }> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const program = startProgram('python3', [
      join(dirname(directory), 'serve.py'),
      directory,
      '--port',
      String(port),
      ...args,
    ]);
    try {
      await eventually(
        'serve.py to answer',
        () => Promise.race([answers(url), program.ended.then(() => Promise.reject(new Error(program.errors())))]),
        START_MS,
      );
      return { url, program };
    } catch (error) {
      program.signal('SIGKILL', 'group');
      if (tries === TRIES) throw error;
    }
  }
}

/** A fault's status is an answer too. */
const answers = (url: string): Promise<true> => fetch(`${url}/`).then(() => true as const);
