/** Whom a kill may hit, and the kill itself. */
import { basename } from 'node:path';
import type { Dice } from '../support/dice.ts';
import { eventually } from '../support/eventually.ts';
import { childrenOf, type Process } from '../support/processes.ts';
import type { Program } from '../support/program.ts';
import { BACK_MS } from './promises.ts';

/** `all`: the whole group at once, as when the power fails. `parent`: its children see that it is gone, and go. */
const WHOLE = ['all', 'parent'] as const;
/** What its runtime starts again by itself: the functions by their names, and the embedded queues. */
const CHILDREN = ['copy', 'detect', 'publish', 'serve', 'queues'] as const;

type Whole = (typeof WHOLE)[number];
type Child = (typeof CHILDREN)[number];
export type Victim = Whole | Child;

export interface Deck<T> {
  deal(): T;
}

/** Deals in random order, and each once before any comes again. */
function deckOf<T>(all: readonly [T, ...T[]], dice: Dice): Deck<T> {
  let left: T[] = [];
  return {
    deal() {
      if (left.length === 0) left = [...all];
      const [dealt] = left.splice(Math.floor(dice.between(0, left.length)), 1);
      return dealt ?? all[0];
    },
  };
}

export const deckOfWhole = (dice: Dice): Deck<Whole> => deckOf(WHOLE, dice);
export const deckOfChildren = (dice: Dice): Deck<Child> => deckOf(CHILDREN, dice);

/** Nothing happens when it has ended already: its `ended` says so. */
export const killWhole = (program: Program, victim: Whole): void =>
  program.signal('SIGKILL', victim === 'all' ? 'group' : 'it');

/** Of several that do the same the dice choose one. @throws when there is none, and does not come back. */
export async function killChild(program: Program, victim: Child, dice: Dice): Promise<void> {
  const look = async (): Promise<readonly [Process, ...Process[]] | undefined> => {
    const [first, ...others] = (await childrenOf(program.pid)).filter((child) => nameOf(child) === victim);
    return first && [first, ...others];
  };
  const { pid } = dice.pick(await eventually(`a process of ${victim}`, look, BACK_MS));
  process.kill(pid, 'SIGKILL');
}

/** What a child does, by the file that is its main one and what it is told (local/child.ts). */
function nameOf({ command }: Process): string | undefined {
  const main = command.findIndex((argument) => argument.endsWith('.ts'));
  switch (basename(command[main] ?? '')) {
    case 'function-host.ts':
      return (JSON.parse(command[main + 1] ?? '{}') as { readonly name?: string }).name;
    case 'http-host.ts':
      return 'serve';
    case 'embedded-sqs.ts':
      return 'queues';
    default:
      return undefined; // it has only just been forked
  }
}
