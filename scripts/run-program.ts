/** The one program of which the files of this folder are commands: finds the one that is meant, and makes an exit status of its end. */
import { Command, CommanderError } from 'commander';
import { printable } from '../local/printable.ts';
import { describeError, InvalidConfig } from '../shared/errors.ts';
import { VERSION } from '../shared/upstream/user-agent.ts';
import { complainOfConfig, WRONG_CONFIG } from './complaint.ts';
import { INTERRUPTED, isInterruption, onInterruption, whoseReaderIsGone } from './interruption.ts';
import { heedReaderOf } from './lost-reader.ts';

/** By name: a module that exports a command, which sets `process.exitCode` when it is not 0. In the order of the help. */
export type Commands = Readonly<Record<string, () => Promise<object>>>;

const EXIT_STATUS = `
Exit status: 0 done, 1 something failed, 2 wrong usage or configuration (nothing was touched then), 130 interrupted.`;
const CONFIGURATION = `
What a mirror is configured by are environment variables; README lists them.
`;

/** @returns the exit status. */
export async function runProgram(args: readonly string[], commands: Commands): Promise<number> {
  // One that is meant is loaded alone; for a list of them, or a name that is none of them, all are.
  const [meant = ''] = args;
  const program = await programOf(commands, Object.hasOwn(commands, meant) ? [meant] : Object.keys(commands));
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return statusOf(error);
  }
}

/** @param names of those that it is to know */
export async function programOf(commands: Commands, names = Object.keys(commands)): Promise<Command> {
  const program = new Command('copycat')
    .description('A mirror of the Nix binary cache.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText('after', `${EXIT_STATUS}${CONFIGURATION}`)
    .hook('preAction', (_program, action) => heedReaderOf(action));
  for (const name of names) program.addCommand(settled(await load(commands, name), program));
  return program;
}

async function load(commands: Commands, name: string): Promise<Command> {
  const exported = Object.values((await commands[name]?.()) ?? {});
  const command = exported.find((one): one is Command => one instanceof Command);
  if (!command) throw new TypeError(`${name} exports no command`);
  return command;
}

/** A command that was made apart ends and complains as the program does, and so do its own. */
function settled(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const own of command.commands) settled(own, command);
  if (command.commands.length === 0) command.addHelpText('after', EXIT_STATUS);
  return command;
}

function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_CONFIG;
  if (error instanceof InvalidConfig) {
    complainOfConfig(error);
    return WRONG_CONFIG;
  }
  if (isInterruption(error)) {
    if (onInterruption().reason !== whoseReaderIsGone)
      process.stderr.write('stopped: the same command does what is left\n');
    return INTERRUPTED;
  }
  process.stderr.write(`${printable(describeError(error).message)}\n`);
  return 1;
}
