/** What the records of the log stream have in common. */
import * as v from 'valibot';
import { isStorePathName } from '../shared/nix/store-path.ts';
import { time } from './record.ts';

/** Rises with every change that a reader of the old form would misread. */
export const LOG_RECORD_VERSION = 1;

/** @param kind which table a record becomes a row of. */
export const logRecord = <const K extends string>(kind: K) => ({
  v: v.literal(LOG_RECORD_VERSION),
  kind: v.literal(kind),
  /** Unique: two records with one id are one (OpenTelemetry: `log.record.uid`). */
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  ts: time,
});

/** `glibc-2.40-36`: a store path's name, without its hash. */
export const storePathName = v.pipe(v.string(), v.check(isStorePathName, 'not the name of a store path'));

/** Long texts of others are cut: a record is a line, and a line has a limit. */
export const words = (most: number) => v.pipe(v.string(), v.maxLength(most));

/** So that `words(most)` takes it, and UTF-8 can hold it. */
export const cut = (text: string, most: number): string => text.slice(0, most).toWellFormed();

/** The code of an error, of ours or of others. */
export const MOST_CODE = 64;

/** A duration as records have it, from milliseconds. A clock may have been set back meanwhile. */
export const microseconds = (ms: number): number => Math.max(0, Math.round(ms * 1_000));
