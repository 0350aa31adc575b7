/**
 * copycat demo, npm run demo: the whole pipeline on this machine, with an upstream of its own in place of cache.nixos.org. It needs neither
 * the internet nor a configuration.
 *
 * Exit status: 0 when it ended as it should (Ctrl-C included), 1 when something failed, 2 when HOST, PORT or LOG_LEVEL is wrong.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { readLocalConfig } from '../local/config.ts';
import { demoDirectory, demoEnvironment } from '../local/demo/environment.ts';
import { playScenario } from '../local/demo/scenario.ts';
import { type DemoUpstreamProcess, startDemoUpstream } from '../local/demo/upstream-process.ts';
import { whatToTry } from '../local/demo/words.ts';
import { STOPPING } from '../local/welcome.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { parseDuration } from '../shared/config/readers.ts';
import { describeError } from '../shared/errors.ts';
import type { LogLine } from '../shared/log.ts';
import { configOrComplaint, WRONG_CONFIG } from './complaint.ts';
import { onInterruption, untilAborted } from './interruption.ts';
import { inSession } from './session.ts';

interface Options {
  readonly every: number;
  readonly for?: number;
}

/** About as far as the next town, over a line on which one can watch the bytes. */
const LINE = { latencyMs: 20, bytesPerSecond: 2_500_000 };

export const command = new Command('demo')
  .description('Mirrors an upstream of its own: no internet, no configuration. HOST and PORT say where it answers.')
  .addOption(
    new Option('--every <duration>', 'how often something happens at upstream')
      .argParser(milliseconds)
      .default(30_000, '30s'),
  )
  .option('--for <duration>', 'ends by itself after this long', milliseconds)
  .addHelpText('after', '\nExample:\n  PORT=8090 npx copycat demo --every 10s --for 5m')
  .action(async (options: Options) => {
    process.exitCode = await demo(options);
  });

async function demo({ every, for: lastsMs }: Options): Promise<number> {
  const interrupted = onInterruption();
  const signal = lastsMs === undefined ? interrupted : AbortSignal.any([interrupted, AbortSignal.timeout(lastsMs)]);
  const inherited = inheritedEnvironment();
  const directory = demoDirectory(inherited);
  let onLine: (line: LogLine) => void = () => undefined;
  let upstream: DemoUpstreamProcess | undefined;
  try {
    process.stdout.write('making an upstream: some hundred store paths, in three channels of three releases each\n');
    upstream = await startDemoUpstream({
      directory,
      environment: inherited,
      line: LINE,
      onLine: (line) => onLine(line),
    });
    return await mirror(upstream, signal);
  } catch (error) {
    if (signal.aborted) return 0;
    process.stderr.write(`${describeError(error).message}\n`);
    return 1;
  } finally {
    await upstream?.stop();
  }

  async function mirror(from: DemoUpstreamProcess, signal: AbortSignal): Promise<number> {
    const outlook = await from.outlook(signal);
    const { publicKey } = outlook;
    const environment = demoEnvironment(inherited, { upstream: from.address, publicKey, everyMs: every });
    const config = configOrComplaint(() => readLocalConfig(environment));
    if (!config) return WRONG_CONFIG;
    const session = { config, environment, mode: 'lasting', out: process.stdout, signal } as const;
    return inSession(session, async ({ runtime, reporter }) => {
      onLine = reporter.line;
      reporter.say(whatToTry({ url: runtime.address ?? '', upstream: from.address, directory, outlook }));
      const say = (text: string): void => reporter.say(`demo     ${text}\n`);
      await playScenario({ upstream: from, everyMs: every, say }, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      await untilAborted(signal);
      reporter.say(STOPPING);
      return 0;
    });
  }
}

function milliseconds(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError('It must be a duration such as 10s or 5m.');
  }
}
