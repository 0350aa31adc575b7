/**
 * What becomes of a command whose reader has gone, as in `copycat queues --json | head -1`: one that only looks ends, without a word; one that
 * changes something does what it was told to, and nobody reads what it says.
 */
import type { Command } from 'commander';
import { interrupt, whoseReaderIsGone } from './interruption.ts';

let meant: Command | undefined;

/** The command that is about to run. */
export function heedReaderOf(command: Command): void {
  meant = command;
}

/** From now on a stream that can't be written is no reason to die on the spot. */
export function heedReaders({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): void {
  stderr.on('error', () => undefined);
  stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') {
      if (process.exitCode === undefined) stderr.write(`standard output can't be written: ${code}\n`);
      process.exitCode = 1;
    }
    if (!meant || onlyLooks(meant)) interrupt(whoseReaderIsGone);
  });
}

interface Chosen {
  readonly dryRun?: boolean;
  readonly repair?: boolean;
}

/** They go on until they are ended, and have no dry run. */
const MIRRORS = ['start', 'demo'];

/** Whether nothing is left half done when it is ended anywhere: it has no need of a dry run, or is one. */
export function onlyLooks(command: Command, chosen: Chosen = command.opts()): boolean {
  if (MIRRORS.includes(command.name())) return false;
  return chosen.dryRun !== false || chosen.repair === false;
}
