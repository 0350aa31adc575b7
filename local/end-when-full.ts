/**
 * fauxqs 2.4.1 (sqsStore.js) takes a message for received before it has written that down. When the disk is full, the receive fails, and
 * the message is hidden for its visibility timeout, 90 minutes for copies, though nobody has it. So a write that finds no room ends
 * this process: it is started again as soon as it can write, and what nobody answers returns (release-in-flight.ts). Import this file
 * before anything opens a database.
 */
import { StatementSync } from 'node:sqlite';

/** SQLITE_FULL, and SQLITE_IOERR of any kind: what can't even be begun on a full disk. */
const NO_ROOM: ReadonlySet<number> = new Set([13, 10]);
const KIND = 0xff;

const run = StatementSync.prototype.run as (this: StatementSync, ...values: readonly unknown[]) => unknown;

StatementSync.prototype.run = function (this: StatementSync, ...values: readonly unknown[]): unknown {
  try {
    return run.call(this, ...values);
  } catch (error) {
    const { errcode, errstr } = error as { readonly errcode?: number; readonly errstr?: string };
    if (errcode === undefined || !NO_ROOM.has(errcode & KIND)) throw error;
    process.stderr.write(`the queues can't be written: ${errstr}\n`);
    process.exit(1);
  }
} as typeof StatementSync.prototype.run;
