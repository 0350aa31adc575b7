/**
 * copycat start, npm start: the whole pipeline on one machine.
 *
 * Exit status: 0 when it ended as it should (Ctrl-C included, unless --once was cut short: 130), 1 when something failed,
 * 2 when the configuration is wrong, and then nothing was touched. A second Ctrl-C ends it at once.
 */
import { Command } from 'commander';
import { type LocalConfig, readLocalConfig } from '../local/config.ts';
import { runOnce } from '../local/once.ts';
import { watchPauses } from '../local/pause-watch.ts';
import type { Runtime } from '../local/runtime.ts';
import { createCounter } from '../local/summary.ts';
import { inWords, STOPPING, welcome } from '../local/welcome.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { createLog, type LogLine } from '../shared/log.ts';
import { configOrComplaint, WRONG_CONFIG } from './complaint.ts';
import { onInterruption, untilAborted } from './interruption.ts';
import { inSession, type Session, type SessionOptions } from './session.ts';

interface Options {
  readonly once: boolean;
  readonly json: boolean;
}

export const command = new Command('start')
  .description('Mirrors a Nix binary cache on this machine. It is configured by environment variables; see README.')
  .option('--once', 'poll once, copy and publish all there is, print a summary and exit', false)
  .option('--json', 'with --once: the summary as JSON on standard output', false)
  .addHelpText('after', '\nExample:\n  CHANNELS="nixos-unstable-small" npx copycat start --once')
  .action(async (options: Options) => {
    if (options.json && !options.once) command.error('error: --json goes with --once', { exitCode: WRONG_CONFIG });
    process.exitCode = await start(options);
  });

async function start({ once, json }: Options): Promise<number> {
  const config = configOrComplaint(readLocalConfig);
  if (!config) return WRONG_CONFIG;
  // With --json, standard output is for the summary alone.
  const out = json ? process.stderr : process.stdout;
  const session = { config, environment: inheritedEnvironment(), out, signal: onInterruption() };
  return once ? workOff(session, json) : last(session);
}

function last(options: Omit<SessionOptions, 'mode'>): Promise<number> {
  const { config, signal } = options;
  return inSession({ ...options, mode: 'lasting' }, async ({ runtime, reporter }) => {
    reporter.say(welcome(substituterOf(config, runtime)));
    await untilAborted(signal);
    reporter.say(STOPPING);
    return 0;
  });
}

function workOff(options: Omit<SessionOptions, 'mode'>, json: boolean): Promise<number> {
  const counter = createCounter();
  const pauses = watchPauses();
  const onLine = (line: LogLine): void => {
    counter.add(line);
    pauses.add(line);
  };
  return inSession({ ...options, mode: 'once', onLine }, async ({ runtime, reporter }: Session) => {
    const write = (line: string): void => reporter.line(JSON.parse(line) as LogLine);
    const log = createLog({ fields: { function: 'runtime' }, write });
    const outcome = await runOnce(runtime, { log, pauses, signal: options.signal });
    await runtime.stop(); // the last lines of its functions count
    reporter.end();
    const summary = counter.summary();
    process.stdout.write(json ? `${JSON.stringify({ ...summary, ...outcome })}\n` : inWords(summary, outcome));
    return outcome.failedChannels.length > 0 || outcome.deadLettered > 0 ? 1 : 0;
  });
}

function substituterOf(config: LocalConfig, { address }: Runtime) {
  return {
    url: config.PUBLIC_URL ?? address ?? '',
    upstream: config.UPSTREAM_URL,
    publicKeys: config.TRUSTED_PUBLIC_KEYS,
  };
}
