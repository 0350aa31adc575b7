/** As copycat start, and all that anything in it says goes to standard error, line by line as it was said. */
import '../../scripts/require-node.ts';
import { readLocalConfig } from '../../local/config.ts';
import { onInterruption, untilAborted } from '../../scripts/interruption.ts';
import { inSession } from '../../scripts/session.ts';
import { inheritedEnvironment } from '../../shared/config/env.ts';

const session = {
  config: readLocalConfig(),
  environment: inheritedEnvironment(),
  mode: 'lasting' as const,
  out: process.stdout,
  signal: onInterruption(),
};

process.exitCode = await inSession(
  { ...session, onLine: (line) => void process.stderr.write(`${JSON.stringify(line)}\n`) },
  async ({ runtime, reporter }) => {
    reporter.say(`Copycat serves ${runtime.address}\n`);
    await untilAborted(session.signal);
    return 0;
  },
);
