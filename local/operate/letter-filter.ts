/** Which dead letters are meant. What is not said leaves all. */
import { type Environment, readEnv } from '../../shared/config/env.ts';
import { duration, optional, parsed } from '../../shared/config/readers.ts';
import { InvalidConfig } from '../../shared/errors.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { parseHashOf } from './hash-of.ts';
import type { Letter } from './letter.ts';

export interface LetterFilter {
  /** Any of these. */
  readonly codes: readonly string[];
  /** Any of these words, in the reason. */
  readonly reasons: readonly string[];
  readonly paths: readonly StorePathHash[];
  /** Buried longer ago than this, or not as long; in milliseconds. */
  readonly olderMs: number | undefined;
  readonly newerMs: number | undefined;
}

export interface LetterOptions {
  readonly code?: readonly string[];
  readonly reason?: readonly string[];
  readonly path?: readonly string[];
  readonly older?: string;
  readonly newer?: string;
}

/** @throws {InvalidConfig} that names every option that is wrong. */
export function readLetterFilter({ code = [], reason = [], path = [], older, newer }: LetterOptions): LetterFilter {
  const said: Environment = { '--path': path.join(' '), '--older': older, '--newer': newer };
  const read = readEnv(
    {
      '--path': parsed('store paths or their hashes', (text) => text.split(' ').map(parseHashOf), []),
      '--older': optional(duration()),
      '--newer': optional(duration()),
    },
    said,
  );
  return { codes: code, reasons: reason, paths: read['--path'], olderMs: read['--older'], newerMs: read['--newer'] };
}

/** Whether it says anything. */
export const isFilter = ({ codes, reasons, paths, olderMs, newerMs }: LetterFilter): boolean =>
  codes.length + reasons.length + paths.length > 0 || olderMs !== undefined || newerMs !== undefined;

/** What is dropped is gone: so it is named, and meant. @throws {InvalidConfig} */
export function requireMeantDrop(
  filter: LetterFilter,
  { yes, dryRun }: { readonly yes: boolean; readonly dryRun: boolean },
): void {
  const problems = [
    ...(isFilter(filter) ? [] : ['--drop needs one of --code, --reason, --path, --older and --newer']),
    ...(yes || dryRun ? [] : ['--drop deletes for good: --dry-run says what, and --yes that it is meant']),
  ];
  if (problems.length > 0) throw new InvalidConfig(problems);
}

export function isMeant(letter: Letter, filter: LetterFilter, now: Date): boolean {
  const ageMs = now.getTime() - letter.at.getTime();
  return (
    anyOf(filter.codes, (code) => letter.code === code) &&
    anyOf(filter.reasons, (words) => letter.reason.toLowerCase().includes(words.toLowerCase())) &&
    anyOf(filter.paths, (hash) => letter.hash === hash) &&
    (filter.olderMs === undefined || ageMs > filter.olderMs) &&
    (filter.newerMs === undefined || ageMs <= filter.newerMs)
  );
}

const anyOf = <T>(wanted: readonly T[], isIt: (one: T) => boolean): boolean => wanted.length === 0 || wanted.some(isIt);
