/**
 * Every error we throw, on one screen. Each knows three things: a stable `code` that alerts match on, the `facts` that
 * vary, and a `verdict`: what should happen to the message that was being worked on.
 *
 * Facts and messages are shown to operators: they never hold a credential, a body or a client's address.
 */
export type Facts = Readonly<Record<string, unknown>>;

/** `retry`: the world may be better later. `reject`: it will never succeed, however often it is tried. */
export type Verdict = 'retry' | 'reject';

export abstract class CopycatError extends Error {
  abstract readonly code: string;
  abstract readonly verdict: Verdict;
  readonly facts: Facts;

  constructor(message: string, facts: Facts = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.facts = facts;
  }
}

/** A text that will never parse: a message, a store path, a narinfo, a NAR. `facts.field` names what was wrong. */
export class Malformed extends CopycatError {
  readonly code = 'MALFORMED';
  readonly verdict = 'reject';
}

/** The configuration has problems; `facts.problems` lists all of them, and no value. */
export class InvalidConfig extends CopycatError {
  readonly code = 'INVALID_CONFIG';
  readonly verdict = 'reject';

  constructor(problems: readonly string[]) {
    super(problems.join('; '), { problems });
  }
}

/** Why a store path cannot be had from upstream. */
export const UNAVAILABLE_REASONS = ['missing', 'corrupt', 'untrusted', 'unsupported', 'too-large'] as const;
export type UnavailableReason = (typeof UNAVAILABLE_REASONS)[number];

/** Upstream lacks the path or has it wrong. Copy catches this one, writes it down, and the message is done. */
export class Unavailable extends CopycatError {
  readonly code = 'UNAVAILABLE';
  readonly verdict = 'reject';
  readonly reason: UnavailableReason;

  constructor(reason: UnavailableReason, message: string, facts: Facts = {}, cause?: unknown) {
    super(message, { reason, ...facts }, cause);
    this.reason = reason;
  }
}

/** An archive is not the one that was signed: its NarHash or NarSize is another. */
export class WrongNar extends CopycatError {
  readonly code = 'WRONG_NAR';
  readonly verdict = 'reject';
}

/** Some channels could not be looked at; `facts.channels` has the outcome of each. The others are done. */
export class ChannelsFailed extends CopycatError {
  readonly code = 'CHANNELS_FAILED';
  readonly verdict = 'retry';
}

/** Upstream did not answer, or not usefully: a status, a reset, a stall. `facts`: url, status, attempts. */
export class UpstreamFailed extends CopycatError {
  readonly code = 'UPSTREAM_FAILED';
  readonly verdict = 'retry';
}

/** A redirect leads to no address of upstream's: it leaves the configured hosts, or leads nowhere or in a circle. */
export class NotOurUpstream extends CopycatError {
  readonly code = 'NOT_OUR_UPSTREAM';
  readonly verdict = 'reject';
}

/**
 * A bucket did not do as told. `facts`: bucket, operation, key, the answer in few words, and its scope (shared/bucket/scope.ts):
 * whether it may be the bucket's failure and not the object's.
 */
export class BucketFailed extends CopycatError {
  readonly code: 'BUCKET_FAILED' | 'BUCKET_DOWN' | 'BUCKET_FULL' = 'BUCKET_FAILED';
  readonly verdict = 'retry';
}

/**
 * A bucket as a whole can't be used: it is gone, read-only, wrongly keyed or silent. It is nobody's failure and counts as none: a
 * message waits as long as that takes. `facts`: bucket, operation, answer.
 */
export class BucketDown extends BucketFailed {
  override readonly code: 'BUCKET_DOWN' | 'BUCKET_FULL' = 'BUCKET_DOWN';
}

/**
 * There is no room: the disk or the quota is full, or a limit of ours is reached. `facts`: bucket, and limit and free where they
 * are known, in bytes.
 */
export class BucketFull extends BucketDown {
  override readonly code = 'BUCKET_FULL';
}

/** There is more to do than can be done at once; it may be asked again soon. */
export class Overloaded extends CopycatError {
  readonly code = 'OVERLOADED';
  readonly verdict = 'retry';
}

/** A conditional put found another object (or none) where it expected its own. */
export class Conflict extends CopycatError {
  readonly code = 'CONFLICT';
  readonly verdict = 'retry';
}

/** A queue did not take or give what was asked of it. */
export class QueueFailed extends CopycatError {
  readonly code = 'QUEUE_FAILED';
  readonly verdict = 'retry';
}

/** Whoever works on a message dies of it, or can't answer for it: it came again and again, and nobody ever said why. */
export class Unanswered extends CopycatError {
  readonly code = 'UNANSWERED';
  readonly verdict = 'retry';
}

/**
 * ClickHouse did not do as told. `facts`: operation, table, and what it said: the type and the code of its error, or in a word why there
 * was no answer. Never a statement or a row.
 */
export class AnalyticsFailed extends CopycatError {
  readonly code = 'ANALYTICS_FAILED';
  readonly verdict = 'retry';
}

/** Somebody else holds the lease now. */
export class LeaseLost extends CopycatError {
  readonly code = 'LEASE_LOST';
  readonly verdict = 'retry';
}

/** ClickHouse on this machine did not do what a statement says. `number` and the message's words are ClickHouse's: 62, SYNTAX_ERROR. */
export class StatementFailed extends CopycatError {
  readonly code = 'STATEMENT_FAILED';
  readonly verdict = 'reject';
  readonly number: number;

  constructor(number: number, message: string, cause?: unknown) {
    super(message, { number }, cause);
    this.number = number;
  }
}

/** A day of analytics can't be repaired, or not yet. `facts`: day. */
export class RepairRefused extends CopycatError {
  readonly code = 'REPAIR_REFUSED';
  readonly verdict = 'reject';
}

/** Something is not as it should be, and until it is, collect takes nothing away. The message says what. */
export class CollectRefused extends CopycatError {
  readonly code = 'COLLECT_REFUSED';
  readonly verdict = 'retry';
}

/** The local runtime could not do its part: a port is taken, a function dies at start, DATA_DIR is in use. */
export class RuntimeFailed extends CopycatError {
  readonly code = 'RUNTIME_FAILED';
  readonly verdict = 'reject';
}

/** An error as one flat record for a log line, a dead letter or a record in the state bucket. */
export interface ErrorDescription {
  readonly code: string;
  readonly verdict: Verdict;
  readonly message: string;
  readonly facts?: Facts;
}

/**
 * Says what an error was, with the messages of its causes. What is not ours is a bug or the platform's, hence a retry.
 * Credentials in addresses are taken out here, so that no caller has to think of it.
 */
export function describeError(error: unknown): ErrorDescription {
  const message = withoutCredentials(messagesOf(error).join(': '));
  if (!(error instanceof CopycatError)) return { code: foreignCode(error), verdict: 'retry', message };
  const description = { code: error.code, verdict: error.verdict, message };
  return Object.keys(error.facts).length === 0 ? description : { ...description, facts: clean(error.facts) };
}

/**
 * Takes `user:password@` out of every address in a text, and the query, where presigned addresses carry signatures. Each
 * character is looked at a fixed number of times: the text may be upstream's, and long.
 */
export function withoutCredentials(text: string): string {
  return text
    .replace(/:\/\/[^\s/]*@/g, '://') // to the last @, as URLs are read
    .replace(/:\/\/\S*/g, (address) => address.replace(/\?.*/s, ''));
}

const MOST_CAUSES = 5;

function messagesOf(error: unknown): string[] {
  const messages: string[] = [];
  for (let at: unknown = error; at !== undefined && at !== null && messages.length < MOST_CAUSES; ) {
    if (!Error.isError(at)) {
      messages.push(String(at));
      break;
    }
    const text = at.message || foreignCode(at);
    if (!messages.at(-1)?.endsWith(text)) messages.push(text); // unless its effect has told it already
    at = at.cause;
  }
  return messages.length > 0 ? messages : ['unknown error'];
}

function foreignCode(error: unknown): string {
  if (Error.isError(error)) {
    const code = (error as { code?: unknown }).code;
    return typeof code === 'string' ? code : error.name;
  }
  return 'UNKNOWN';
}

const clean = (facts: Facts): Facts =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, cleanValue(value)]));

function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return withoutCredentials(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  return typeof value === 'object' && value?.constructor === Object ? clean(value as Facts) : value;
}
