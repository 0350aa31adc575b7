/** One function in a process of its own, as the runtime has it, without the rest of the runtime. */
import { fileURLToPath } from 'node:url';
import { type FunctionProcess, startFunction } from '../../local/function-process.ts';
import { readService } from '../../local/read-service.ts';
import { type Environment, inheritedEnvironment } from '../../shared/config/env.ts';
import { memoryLog } from '../../shared/log.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param cache where serverless.yml is kept resolved.
 * @param printed is told each line that it prints.
 */
export async function startOneFunction(
  name: string,
  cache: string,
  own: Environment,
  printed: (line: string) => void = () => undefined,
): Promise<FunctionProcess> {
  const inherited = inheritedEnvironment();
  const { functions } = await readService({ root: ROOT, cache, environment: inherited });
  const fn = functions.find((one) => one.name === name);
  if (!fn) throw new Error(`serverless.yml has no ${name}`);
  return startFunction(fn, {
    root: ROOT,
    environment: { PATH: inherited.PATH, ...own },
    log: memoryLog(),
    onLine: (line) => printed(line.event === 'output' ? String(line.message) : JSON.stringify(line)),
  });
}
