/**
 * npm start: the whole pipeline on one machine.
 *
 * Exit status: 0 when it ended as it should (Ctrl-C included, unless --once was cut short: 130), 1 when something failed,
 * 2 when the configuration is wrong, and then nothing was touched. A second Ctrl-C ends it at once.
 */
import './require-node.ts';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type LocalConfig, readLocalConfig } from '../local/config.ts';
import { runOnce } from '../local/once.ts';
import { watchPauses } from '../local/pause-watch.ts';
import { createReporter } from '../local/reporter.ts';
import { type Runtime, startRuntime } from '../local/runtime.ts';
import { createCounter } from '../local/summary.ts';
import { CHOOSING_CHANNELS, inWords, welcome } from '../local/welcome.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { describeError, InvalidConfig } from '../shared/errors.ts';
import { createLog, type LogLine } from '../shared/log.ts';

interface Options {
  readonly once: boolean;
  readonly json: boolean;
}

const INTERRUPTED = 130;

const options = new Command('npm start --')
  .description('Mirrors a Nix binary cache on this machine. It is configured by environment variables; see README.')
  .option('--once', 'poll once, copy and publish all there is, print a summary and exit', false)
  .option('--json', 'with --once: the summary as JSON on standard output', false)
  .parse()
  .opts<Options>();

process.exitCode = await start(options);

async function start({ once, json }: Options): Promise<number> {
  const environment = inheritedEnvironment();
  const config = configOrComplaint();
  if (!config) return 2;

  // With --json, standard output is for the summary alone.
  const out = json ? process.stderr : process.stdout;
  const reporter = createReporter({ write: (text) => out.write(text), color: out.isTTY ?? false });
  const counter = createCounter();
  const pauses = watchPauses();
  const onLine = (line: LogLine): void => {
    counter.add(line);
    pauses.add(line);
    reporter.line(line);
  };
  const interrupted = untilInterrupted();
  const root = fileURLToPath(new URL('..', import.meta.url));
  let runtime: Runtime | undefined;
  try {
    runtime = await startRuntime({ config, environment, root, onLine, mode: once ? 'once' : 'lasting' });
    if (once) return await workOff(runtime);
    out.write(welcome(substituterOf(config, runtime)));
    await interrupted.promise;
    out.write('stopping: what is under way has ten seconds\n');
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return INTERRUPTED;
    process.stderr.write(`${describeError(error).message}\n`);
    return 1;
  } finally {
    await runtime?.stop();
    reporter.end();
  }

  async function workOff(running: Runtime): Promise<number> {
    const log = createLog({ fields: { function: 'runtime' }, write: (line) => onLine(JSON.parse(line) as LogLine) });
    const outcome = await runOnce(running, { log, pauses, signal: interrupted.signal });
    await running.stop(); // the last lines of its functions count
    reporter.end();
    const summary = counter.summary();
    process.stdout.write(json ? `${JSON.stringify({ ...summary, ...outcome })}\n` : inWords(summary, outcome));
    return outcome.failedChannels.length > 0 || outcome.deadLettered > 0 ? 1 : 0;
  }
}

/** All problems, one a line. */
function configOrComplaint(): LocalConfig | undefined {
  try {
    return readLocalConfig();
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    const problems = error.facts.problems as readonly string[];
    process.stderr.write(`The configuration is wrong:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
    if (problems.some((problem) => problem.startsWith('CHANNELS '))) process.stderr.write(CHOOSING_CHANNELS);
    return undefined;
  }
}

function substituterOf(config: LocalConfig, { address }: Runtime) {
  return {
    url: config.PUBLIC_URL ?? address ?? '',
    upstream: config.UPSTREAM_URL,
    publicKeys: config.TRUSTED_PUBLIC_KEYS,
  };
}

/** The first Ctrl-C (or SIGTERM) asks; the second ends this process, and with it all of its children. */
function untilInterrupted() {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
    resolve();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { promise, signal: controller.signal };
}
