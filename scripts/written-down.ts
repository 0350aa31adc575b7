/** Does what changes something, and writes down in the state bucket that it was done: for commands that need no queue. */
import { recorded, type Tally } from '../local/operate/recorded.ts';
import { printable } from '../local/printable.ts';
import type { Bucket } from '../shared/bucket/bucket.ts';
import { describeError } from '../shared/errors.ts';

export const writtenDown = <T>(
  command: string,
  state: Pick<Bucket, 'put' | 'list' | 'delete'>,
  signal: AbortSignal,
  work: (tally: Tally) => Promise<T>,
): Promise<T> =>
  recorded(
    { command, args: process.argv.slice(2), signal },
    {
      state,
      now: () => new Date(),
      warn: (error) =>
        void process.stderr.write(`it could not be written down: ${printable(describeError(error).message)}\n`),
    },
    work,
  );
