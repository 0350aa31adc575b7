/** What `copycat backfill` does: reads what is named, says what of it is to be asked for, and asks. */
import { readUnderWay } from '../functions/detect/guarantees.ts';
import { counted } from '../local/figures.ts';
import {
  type BackfillDeps,
  type BackfillPlan,
  planBackfill,
  runBackfill,
  type Wanted,
} from '../local/operate/backfill.ts';
import type { BackfillSpec } from '../local/operate/backfill-options.ts';
import {
  backfillJson,
  type Estimate,
  keepingInWords,
  pinningInWords,
  planInWords,
  showingInWords,
} from '../local/operate/backfill-words.ts';
import { deadHashes } from '../local/operate/dead-hashes.ts';
import { openPlace } from '../local/operate/open-place.ts';
import { pinRelease } from '../local/operate/pin-releases.ts';
import type { Tally } from '../local/operate/recorded.ts';
import { type NamedRelease, type Showing, showRelease } from '../local/operate/show-release.ts';
import { stageNamed } from '../local/operate/stage-queues.ts';
import { type Collected, collectWanted, type Sources } from '../local/operate/wanted.ts';
import { estimateSizes } from '../local/plan.ts';
import { printableJson } from '../local/printable.ts';
import { receiver } from '../local/receiver.ts';
import { silentLog } from '../shared/log.ts';
import { sqsQueue } from '../shared/queue/sqs.ts';
import { INTERRUPTED } from './interruption.ts';
import type { Operating } from './operating.ts';

export interface BackfillFlags {
  readonly pathsOnly: boolean;
  readonly pin: boolean;
  readonly force: boolean;
  readonly again: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export async function backfill(at: Operating, spec: BackfillSpec, options: BackfillFlags): Promise<void> {
  const { signal, say } = at;
  const { json, dryRun, pathsOnly, force, again, pin } = options;
  const { wanted, releases } = await collect(at, spec.sources);
  const deps = depsOf(at, wanted.size);
  const plan = await planBackfill(wanted, { force, again, limit: spec.limit }, deps, signal);
  const estimate = await sizesOf(plan, at);
  const toShow = spec.whole && !pathsOnly ? releases : [];
  say(planInWords(plan, estimate, dryRun));
  if (plan.named > 0) say(keepingInWords({ whole: toShow.length > 0, pin, days: at.config.RETAIN_DAYS }));
  const report = backfillJson(plan, estimate);
  if (dryRun || (plan.ask.length === 0 && toShow.length === 0)) {
    if (json) process.stdout.write(printableJson({ ...report, dryRun, asked: 0 }));
    return;
  }
  const asked = await at.recorded((tally) =>
    carryOut({ plan, wanted, toShow, pin, rate: spec.rate }, deps, { ...at, tally }),
  );
  const whole = asked === plan.ask.length;
  say(whole ? `asked for ${counted(asked, 'store path')}\n` : `stopped after ${counted(asked, 'store path')}${GO_ON}`);
  if (json) process.stdout.write(printableJson({ ...report, dryRun, asked }));
  if (!whole) process.exitCode = INTERRUPTED;
}

const GO_ON = ': the same command goes on from here\n';

interface Work {
  readonly plan: BackfillPlan;
  readonly wanted: Wanted;
  readonly toShow: readonly NamedRelease[];
  /** Whether they are to stay. */
  readonly pin: boolean;
  readonly rate: number;
}

async function carryOut(
  { plan, wanted, toShow, pin, rate }: Work,
  deps: BackfillDeps,
  at: Operating & { readonly tally: Tally },
): Promise<number> {
  let soFar = 0;
  const onAsked = (asked: number): void => {
    soFar = asked;
    at.tally({ asked });
    at.bar.show('asked for', asked, plan.ask.length);
  };
  try {
    const showings = await showAll(toShow, at);
    if (pin) await pinAll(toShow, at);
    const asked = await runBackfill(plan, wanted, { rate }, { ...deps, onAsked }, at.signal);
    if (asked === plan.ask.length)
      for (const showing of showings) if (showing.kind === 'to-show') await showing.finish(at.signal);
    return asked;
  } catch (error) {
    at.say(`${at.signal.aborted ? 'stopped' : 'it failed'} after ${counted(soFar, 'store path')}${GO_ON}`);
    throw error;
  }
}

function collect(at: Operating, sources: Sources): Promise<Collected> {
  const { place, client, signal } = at;
  return collectWanted(
    sources,
    {
      ...at,
      open: (where, until) => openPlace(where, { client, input: process.stdin }, until),
      async deadLetters(until) {
        const { deadLetters } = stageNamed(place, 'copy');
        return deadLetters ? deadHashes(receiver(place.client, deadLetters), until) : [];
      },
    },
    signal,
  );
}

function depsOf(at: Operating, total: number): BackfillDeps {
  const { place, bucket, state, bar } = at;
  return {
    bucket,
    state,
    queue: sqsQueue({ client: place.client, url: stageNamed(place, 'copy').work.url }),
    underWay: (signal) => readUnderWay({ bucket, state }, signal),
    now: () => new Date(),
    onLooked: (looked) => bar.show('looked at', looked, total),
  };
}

const SAMPLE = 100;
const SIZES_MS = 20_000;

/** Nice to know, and no reason to wait for long, or to fail: upstream may be down, which is a reason to backfill later on. */
async function sizesOf({ ask }: BackfillPlan, { upstream, signal }: Operating): Promise<Estimate> {
  if (ask.length === 0) return undefined;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(SIZES_MS)]);
  const found = await estimateSizes(ask, { upstream, sample: SAMPLE }, patience).catch(() => undefined);
  signal.throwIfAborted();
  return found?.estimate;
}

async function showAll(releases: readonly NamedRelease[], at: Operating): Promise<readonly Showing[]> {
  const showings: Showing[] = [];
  for (const named of releases) {
    at.bar.show('files of releases', showings.length, releases.length);
    const showing = await showRelease(named, { ...at, log: silentLog, now: () => new Date() }, at.signal);
    at.say(showingInWords(named.release, showing));
    showings.push(showing);
  }
  return showings;
}

async function pinAll(releases: readonly NamedRelease[], at: Operating): Promise<void> {
  for (const { release } of releases) {
    const pinned = await pinRelease(release, { ...at, now: () => new Date() }, at.signal);
    at.say(pinningInWords(release, pinned));
  }
}
