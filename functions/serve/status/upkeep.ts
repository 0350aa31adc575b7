/** How what is here is looked after: what the scrub has read and found, and when it was last collected. From their records. Pure. */
import type { Collected, CollectFigures, CollectOutcome } from '../../../events/collected.ts';
import type { ScrubRecord } from '../../../events/scrub.ts';
import type { LastRead } from './last-read.ts';

/** What a round of the scrub has seen. `found`: how many of each kind. */
export interface Round {
  readonly began: Date;
  readonly names: number;
  /** NARs that were read, and their bytes. */
  readonly nars: number;
  readonly bytes: number;
  readonly found: Readonly<Record<string, number>>;
}

export interface ScrubStanding {
  readonly at?: Date | undefined;
  /** The last round that was over; undefined: none was yet. */
  readonly last?: (Round & { readonly ended: Date }) | undefined;
  /** The one that is under way. `share`: of all names, about, for it goes by their hashes. */
  readonly present?: (Round & { readonly share: number }) | undefined;
}

export interface CollectStanding {
  /** What the last run came to, and when; undefined: none was yet. */
  readonly last?: { readonly at: Date; readonly outcome: Exclude<CollectOutcome, 'waiting'> } | undefined;
  readonly next?: Date | undefined;
  /** What the last run says of itself, unless it refused. */
  readonly figures?: CollectFigures | undefined;
}

/** Each undefined while its record could never be read. */
export interface Upkeep {
  readonly scrub?: ScrubStanding | undefined;
  readonly collect?: CollectStanding | undefined;
}

type Read<T> = Pick<LastRead<T>, 'value' | 'at'>;

export const upkeepOf = (scrub: Read<ScrubRecord>, collected: Read<Collected>): Upkeep => ({
  scrub: scrub.at && scrubStanding(scrub.value),
  collect: collected.at && collectStanding(collected.value),
});

function scrubStanding(record: ScrubRecord | undefined): ScrubStanding {
  if (!record) return {};
  const { at, last, round } = record;
  return {
    at: new Date(at),
    last: last && { ...roundOf(last), ended: new Date(last.ended) },
    present: round && { ...roundOf(round), share: shareBefore(round.cursor) },
  };
}

const roundOf = ({ began, names, nars, bytes, found }: NonNullable<ScrubRecord['last' | 'round']>): Round => ({
  began: new Date(began),
  ...{ names, nars, bytes, found },
});

function collectStanding(record: Collected | undefined): CollectStanding {
  if (!record) return {};
  const { outcome, at, next, figures } = record;
  return {
    last: outcome === 'waiting' ? undefined : { at: new Date(at), outcome },
    next: new Date(next),
    figures,
  };
}

/** What is damaged: as the present round has found it, or the last one while that has found nothing. */
export function damageIn({ scrub }: Upkeep): Round | undefined {
  return [scrub?.present, scrub?.last].find((round) => round && Object.values(round.found).some((count) => count > 0));
}

/** In the order of their characters. */
const NIX32 = '0123456789abcdfghijklmnpqrsvwxyz';

/** How much of all hashes is not after a key: they are as good as random. */
function shareBefore(cursor: string): number {
  const [first, second] = [...cursor.slice(0, 2)].map((character) => Math.max(0, NIX32.indexOf(character)));
  return first === undefined ? 0 : (first * NIX32.length + (second ?? 0)) / NIX32.length ** 2;
}
