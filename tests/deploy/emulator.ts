/**
 * An emulator of AWS on the loopback that runs what is deployed to it: `MINISTACK` names its program. Where EMULATOR_URL says that another
 * one is running already, that is taken.
 */
import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Environment, inheritedEnvironment, readEnv } from '../../shared/config/env.ts';
import { optional, text, url } from '../../shared/config/readers.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram } from '../support/program.ts';

export interface Emulator {
  /** What whoever works with it is told: its address, a region, credentials. */
  readonly environment: Environment & { readonly AWS_ENDPOINT_URL: string };
  stop(): Promise<void>;
}

/** Emulators take the first for the account. They look at nothing else. */
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: '000000000000', AWS_SECRET_ACCESS_KEY: 'test' };

const START_MS = 60_000;

/** Undefined, and said loudly, where there is none. @returns how to start it in a folder */
export async function findEmulator(): Promise<((folder: string) => Promise<Emulator>) | undefined> {
  const { MINISTACK, EMULATOR_URL } = readEnv({ MINISTACK: optional(text()), EMULATOR_URL: optional(url()) });
  if (EMULATOR_URL) return async () => ({ environment: toldOf(EMULATOR_URL), stop: async () => undefined });
  try {
    await access(MINISTACK ?? '');
  } catch {
    process.stderr.write(
      `SKIPPED: MINISTACK names no program (${MINISTACK ?? 'it is not set'}); .ci/run installs one\n`,
    );
    return undefined;
  }
  return (folder) => startMinistack(MINISTACK ?? '', folder);
}

const toldOf = (endpoint: string) => ({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'us-east-1', ...CREDENTIALS });

async function startMinistack(program: string, folder: string): Promise<Emulator> {
  const port = await freePort();
  const environment = toldOf(`http://127.0.0.1:${port}`);
  const home = join(folder, 'emulator');
  await mkdir(home);
  const running = startProgram(program, [], {
    ...{ GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', MINISTACK_HOST: '127.0.0.1' },
    ...{ HOME: home, TMPDIR: home, S3_DATA_DIR: join(home, 's3'), STATE_DIR: join(home, 'state') },
    PATH: `${dirname(process.execPath)}:${inheritedEnvironment().PATH}`, // whose `node` runs the functions
  });
  const stop = async (): Promise<void> => {
    running.signal('SIGKILL', 'group'); // functions are processes of its group
    await running.ended;
  };
  try {
    const ended = running.ended.then(() => Promise.reject(new Error(running.errors())));
    const answers = () => fetch(environment.AWS_ENDPOINT_URL).then(() => true);
    await eventually('the emulator to answer', () => Promise.race([answers(), ended]), START_MS);
    return { environment, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
