/**
 * any stage → log stream: that something failed, whether it is tried again or dead.
 *     {"v":1,"kind":"failure","id":"…","ts":"…","stage":"copy","code":"UPSTREAM_FAILED","object":"1b2c…",
 *      "message":"cache.nixos.org answered 503","attempt":3,"dead":false}
 */
import * as v from 'valibot';
import { describeError, withoutCredentials } from '../shared/errors.ts';
import { parseChannelName } from '../shared/nix/release.ts';
import { count, field } from './record.ts';
import { cut, logRecord, MOST_CODE, words } from './record-fields.ts';

export const STAGES = ['detect', 'copy', 'publish', 'serve', 'load', 'collect'] as const;

export type FailureRecord = v.InferOutput<typeof failureRecord>;

/** What does not fit is cut by whoever writes it (`MOST_MESSAGE`), not refused by whoever reads. */
export const MOST_MESSAGE = 2_000;
export const MOST_OBJECT = 300;

export const failureRecord = v.object({
  ...logRecord('failure'),
  stage: v.picklist(STAGES),
  /** The code of an error of ours, or of another. */
  code: words(MOST_CODE),
  channel: v.exactOptional(field(parseChannelName)),
  /** What it was about: a store path's hash, a release, a key. Never what a reader asked for. */
  object: v.exactOptional(words(MOST_OBJECT)),
  message: words(MOST_MESSAGE),
  attempt: v.exactOptional(v.pipe(count, v.minValue(1))),
  /** The message went to the dead letters. */
  dead: v.exactOptional(v.boolean()),
});

/** What an error is about is its stage's to say. */
export type FailureContext = Pick<FailureRecord, 'stage' | 'channel' | 'object' | 'attempt' | 'dead'>;

/** Credentials are taken out before anything is cut: of half an address nobody knows what it hides. */
export function failureOf(error: unknown, context: FailureContext): Omit<FailureRecord, 'v' | 'id' | 'ts'> {
  const { code, message } = describeError(error);
  return { kind: 'failure', ...context, code: codeIn(code), message: cut(message, MOST_MESSAGE) };
}

/** The code as records have it. */
export const codeOf = (error: unknown): string => codeIn(describeError(error).code);

const codeIn = (code: string): string => cut(withoutCredentials(code), MOST_CODE);
