/**
 * One lock between processes, which the system releases when its holder dies. Node has no flock, but SQLite locks its
 * database with one of the system's (fcntl), and that of an empty database is a lock and nothing else.
 *
 * What happens under the lock is synchronous, so within one process nobody ever meets it taken, and it is held for
 * microseconds: nothing that waits belongs here.
 */
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { BucketFailed } from '../errors.ts';
import { makeDirectories } from './make-directories.ts';

const LONGEST_WAIT_MS = 10_000;
const SQLITE_BUSY = 5;

/** @throws {BucketFailed} when others keep the lock for ten seconds; and what the change throws. */
export type Lock = <T>(change: () => T, signal?: AbortSignal) => Promise<T>;

/** @param path of a file for the lock alone; made by the first change, with its directory. */
export function openLock(path: string): Lock {
  let database: DatabaseSync | undefined; // open from the first change on: one descriptor for each bucket
  return async (change, signal) => {
    const giveUp = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      signal?.throwIfAborted();
      database ??= unlessBusy(() => openDatabase(path));
      if (database && take(database)) {
        try {
          return change();
        } finally {
          database.exec('ROLLBACK');
        }
      }
      if (Date.now() > giveUp) throw new BucketFailed('another process keeps the lock', { code: 'EBUSY' });
      await sleep(1 + Math.random() * 4);
    }
  };
}

function openDatabase(path: string): DatabaseSync {
  makeDirectories(dirname(path));
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = MEMORY'); // else a journal file is made and removed for each lock, at 1 ms
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const take = (database: DatabaseSync): true | undefined =>
  unlessBusy(() => {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  });

function unlessBusy<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}
