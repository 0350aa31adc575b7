/**
 * One holder at a time, as long as its process lives: a lock of the operating system on a SQLite file, which needs no
 * clean-up after a kill -9 as a pid file would. Beside it stands who holds it, for people.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDirectories } from '../shared/bucket/make-directories.ts';
import { RuntimeFailed } from '../shared/errors.ts';

export interface Lock {
  /** Writes down who holds it, and where it can be reached. */
  describe(facts: Readonly<Record<string, string>>): void;
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * @param file is made where it is missing, with its directory.
 * @param waitMs how long to wait (blocking) for a holder that may be about to end.
 * @throws {RuntimeFailed} that says who has it.
 */
export function acquireLock(file: string, waitMs = 0): Lock {
  const lock = tryLock(file, waitMs);
  if (!lock) throw inUse(file);
  return lock;
}

/** The same, but undefined when somebody has it. @throws {RuntimeFailed} when it can't be locked by anybody. */
export function tryLock(file: string, waitMs = 0): Lock | undefined {
  const holder = descriptionOf(file);
  const database = opened(file, waitMs);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: unknown }).errcode !== SQLITE_BUSY) throw notLockable(file, error);
    return undefined;
  }
  const since = new Date().toISOString();
  const describe: Lock['describe'] = (facts) =>
    writeFileSync(holder, `${JSON.stringify({ pid: process.pid, since, ...facts })}\n`);
  describe({});
  return {
    describe,
    release() {
      rmSync(holder, { force: true });
      database.close();
    },
  };
}

/** Whether somebody has it. Nobody is kept from it meanwhile but for the instant of the look. False where there is none. */
export function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  const database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    database.exec('SELECT 1 FROM sqlite_master');
    return false;
  } catch (error) {
    if ((error as { errcode?: unknown }).errcode !== SQLITE_BUSY) throw notLockable(file, error);
    return true;
  } finally {
    database.close();
  }
}

/** Says who has it. @param more what is to be said besides */
export function inUse(file: string, more = ''): RuntimeFailed {
  const facts = holderOf(file);
  return new RuntimeFailed(`${dirname(file)} is in use by another process (${inWords(facts)})${more}`, facts);
}

const descriptionOf = (file: string): string => `${file}.json`;

function opened(file: string, timeout: number): DatabaseSync {
  try {
    makeDirectories(dirname(file));
    return new DatabaseSync(file, { timeout });
  } catch (error) {
    throw notLockable(file, error);
  }
}

const notLockable = (file: string, error: unknown): RuntimeFailed =>
  new RuntimeFailed(`${file} can't be locked`, { file }, error);

/** What its holder has described itself by, or who held it last and was killed: `pid` and more. */
export function holderOf(file: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(descriptionOf(file), 'utf8')) as Record<string, unknown>;
  } catch {
    return {}; // it has the lock, and is about to write who it is
  }
}

const inWords = (facts: Readonly<Record<string, unknown>>): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ') || 'it has not said who it is';
