/** A runtime from its start to its end, with what it says on the screen: what `npm start` and `npm run demo` have in common. */
import { fileURLToPath } from 'node:url';
import { createReporter, type Reporter } from '../local/reporter.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../local/runtime.ts';
import { screenOf } from '../local/screen.ts';
import { describeError } from '../shared/errors.ts';
import type { LogLine } from '../shared/log.ts';
import { INTERRUPTED } from './interruption.ts';

export interface SessionOptions extends Pick<RuntimeOptions, 'config' | 'environment' | 'mode'> {
  readonly out: NodeJS.WriteStream;
  /** Is given every log line, as the screen is. */
  readonly onLine?: (line: LogLine) => void;
  /** Ends the session. */
  readonly signal: AbortSignal;
}

export interface Session {
  readonly runtime: Runtime;
  readonly reporter: Reporter;
}

/** The directory of serverless.yml. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @param work is done with the runtime that has started. @returns the exit status: work's, unless something fails. */
export async function inSession(
  { out, signal, onLine, ...options }: SessionOptions,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const reporter = createReporter({ screen: screenOf(out) });
  const heard = (line: LogLine): void => {
    onLine?.(line);
    reporter.line(line);
  };
  let runtime: Runtime | undefined;
  try {
    runtime = await startRuntime({ ...options, root: ROOT, onLine: heard });
    return await work({ runtime, reporter });
  } catch (error) {
    if (signal.aborted) return INTERRUPTED;
    process.stderr.write(`${describeError(error).message}\n`);
    return 1;
  } finally {
    await runtime?.stop();
    reporter.end();
  }
}
