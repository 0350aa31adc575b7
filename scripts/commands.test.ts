/** Every command, and every command of a command: what somebody who types it for the first time may count on. */
import type { Command } from 'commander';
import { complaintOf, typedLines } from '../shared/testing/typed-lines.ts';
import { COMMANDS } from './commands.ts';
import { onlyLooks } from './lost-reader.ts';
import { programOf } from './run-program.ts';

const program = await programOf(COMMANDS);
const all = leavesOf(program);
const named = (name: string): Command => {
  const found = all.get(name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};

/** They only look. */
const READ_ONLY = ['plan', 'queues', 'status', 'analytics audit', 'check'];
/** They are a mirror, until they are ended: all they do is changing something, and what they say are lines of what happens. */
const MIRRORS = ['start', 'demo'];
const names = [...all.keys()];
const others = names.filter((name) => !MIRRORS.includes(name));

function leavesOf(command: Command, before: readonly string[] = []): ReadonlyMap<string, Command> {
  if (command.commands.length === 0) return new Map([[before.join(' '), command]]);
  return new Map(command.commands.flatMap((own) => [...leavesOf(own, [...before, own.name()])]));
}

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}

describe('every command', () => {
  it('is one of these', () => {
    expect(names.length).toBeGreaterThanOrEqual(19);
    for (const name of [...READ_ONLY, ...MIRRORS]) expect(names).toContain(name);
  });

  it.each(names)('shows in its help what it is, by examples that it would take, and how it ends: %s', async (name) => {
    const help = helpOf(named(name));
    expect(named(name).description()).toMatch(/^[A-Z].*\.$/s);
    const [, examples = ''] = /^Examples?:\n((?: {2}\S.*\n?)+)/m.exec(help) ?? [];
    const lines = typedLines(examples);
    expect(lines.length).toBeGreaterThan(0);
    for (const words of lines) {
      expect(words.join(' ').startsWith(name)).toBe(true);
      await expect(complaintOf(program, words)).resolves.toBeUndefined();
    }
    expect(help).toMatch(/^Exit status: 0 .*, 1 .*, 2 .*, 130 interrupted\.$/m);
  });

  const has = (name: string, option: string): boolean => named(name).options.some(({ long }) => long === option);

  it.each(others)('speaks to programs as well: %s', (name) => {
    expect(has(name, '--json')).toBe(true);
  });

  it.each(others.filter((name) => !READ_ONLY.includes(name)))('says first what it would change: %s', (name) => {
    expect(has(name, '--dry-run')).toBe(true);
  });

  it.each(READ_ONLY)('does not promise to change nothing where it never does: %s', (name) => {
    expect(has(name, '--dry-run')).toBe(false);
  });

  it('goes on when nobody reads what it says, unless it only looks', () => {
    const chosen = (name: string) => (has(name, '--dry-run') ? { dryRun: false } : {});
    expect(names.filter((name) => onlyLooks(named(name), chosen(name)))).toEqual(READ_ONLY);
    expect(onlyLooks(named('verify'), { dryRun: false, repair: false })).toBe(true);
    expect(onlyLooks(named('verify'), { dryRun: false, repair: true })).toBe(false);
    expect(onlyLooks(named('verify'), { dryRun: true, repair: true })).toBe(true);
    expect(onlyLooks(named('collect'), { dryRun: true })).toBe(true);
  });

  it.each(names)('takes no word that it does not know: %s', async (name) => {
    await expect(complaintOf(program, [...name.split(' '), '--no-such-option'])).resolves.toMatch(
      /unknown option|missing required|required option/,
    );
  });
});
