/**
 * npm run deploy:local: `serverless deploy --stage local` on the emulator of AWS that AWS_ENDPOINT_URL names, and never on AWS. What is
 * given after `--` is serverless' own: `npm run deploy:local -- --verbose`.
 *
 * Exit status: serverless' own; 1 when nobody answers there; 2 when the configuration is wrong, and then nothing was touched.
 */
import './require-node.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { emulatorEnvironment } from '../local/emulator-environment.ts';
import { type Environment, inheritedEnvironment } from '../shared/config/env.ts';
import { configOrComplaint, WRONG_CONFIG } from './complaint.ts';

const SERVERLESS = fileURLToPath(new URL('../node_modules/.bin/serverless', import.meta.url));
const ANSWER_MS = 10_000;

const environment = configOrComplaint(() => emulatorEnvironment(inheritedEnvironment()));
process.exitCode = environment ? await deploy(environment) : WRONG_CONFIG;

async function deploy(env: Environment): Promise<number> {
  const endpoint = env.AWS_ENDPOINT_URL ?? '';
  // Serverless would wait for a minute, and say less.
  const answer = await fetch(endpoint, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
  if (!answer) {
    process.stderr.write(`Nobody answers at ${endpoint} (AWS_ENDPOINT_URL): is the emulator running?\n`);
    return 1;
  }
  const child = spawn(SERVERLESS, ['deploy', '--stage', 'local', ...process.argv.slice(2)], { env, stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}
