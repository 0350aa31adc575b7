/**
 * What is delivered, and how: new deliveries, old ones again, the same one by several ways at once, and others made of the same
 * events. Only deliveries that are the same, or have no event in common, are on their way at the same time; see ARCHITECTURE.md.
 */
import { failedInvocation, sqsBatch, subscription } from '../../../shared/testing/log-delivery.ts';
import type { Dice } from '../../support/dice.ts';
import { type MadeLine, makeLine } from './made-lines.ts';

export interface Delivery {
  readonly lines: readonly MadeLine[];
}

/** What one invocation is given: bare as Lambda is, or messages of the queue. */
export interface Parcel {
  readonly wrap: 'bare' | 'queue' | 'wrapped in the queue';
  readonly deliveries: readonly Delivery[];
}

export interface Step {
  readonly kind: (typeof KINDS)[number];
  /** All at once, and not again: what is not loaded then comes later. */
  readonly first: readonly Parcel[];
  /** One after the other, each until all of it is loaded. */
  readonly then: readonly (readonly Parcel[])[];
  /** Whether ClickHouse must die with load: what it is at would go on, and the next delivery has events in common with it. */
  readonly shared: boolean;
}

export const KINDS = ['alone', 'twins', 'side by side', 'again', 'overlapping', 'batch', 'crossed'] as const;

export const payloadOf = ({ wrap, deliveries }: Parcel): unknown => {
  const bare = deliveries.map(({ lines }) => subscription(lines.map(({ event }) => event)));
  if (wrap === 'bare') return bare[0];
  const bodies = bare.map((one) => JSON.stringify(wrap === 'queue' ? one : failedInvocation(one)));
  return sqsBatch(Object.fromEntries(bodies.map((body, number) => [`${number}`, body])));
};

/** Steps without an end. What was dealt before is taken as loaded. */
export function* stepsOf(dice: Dice, now: number): Generator<Step, never> {
  const known: Delivery[] = [];
  let made = 0;
  const between = (low: number, high: number): number => Math.floor(dice.between(low, high));
  const keep = (lines: readonly MadeLine[]): Delivery => {
    known.push({ lines });
    return { lines };
  };
  const fresh = (): readonly MadeLine[] =>
    Array.from({ length: dice.happens(0.1) ? between(500, 3_000) : between(1, 60) }, () => {
      made += 1;
      return makeLine(`${dice.seed} ${made}`, now, dice);
    });
  const old = (): Delivery => known[between(0, known.length)] ?? keep(fresh());
  /** Some lines of up to three known ones, in another order. */
  const mixed = (): readonly MadeLine[] => {
    const some = new Set([old(), old(), old()].flatMap(({ lines }) => lines));
    return [...some].filter(() => dice.happens(0.5)).reverse();
  };
  const wrap = (): Parcel['wrap'] => dice.pick(['bare', 'queue', 'wrapped in the queue']);
  const parcel = (...deliveries: readonly Delivery[]): Parcel => ({
    wrap: deliveries.length > 1 ? 'queue' : wrap(),
    deliveries,
  });
  const step = (kind: Step['kind'], first: readonly Parcel[], then = [first], shared = false): Step => ({
    ...{ kind, first, then, shared },
  });

  let kinds: Step['kind'][] = ['alone'];
  for (;;) {
    if (kinds.length === 0) kinds = [...KINDS];
    const [kind] = kinds.splice(between(0, kinds.length), 1);
    switch (kind) {
      case 'twins': {
        const twins = keep(fresh());
        yield step(kind, [parcel(twins), { wrap: 'wrapped in the queue', deliveries: [twins] }, parcel(twins)]);
        break;
      }
      case 'side by side':
        yield step(kind, [parcel(keep(fresh())), parcel(keep(fresh())), parcel(keep(fresh()))]);
        break;
      case 'again':
        yield step(kind, [parcel(old()), parcel(old())]);
        break;
      case 'overlapping':
        yield step(kind, [parcel(keep([...mixed(), ...fresh()]))]);
        break;
      case 'batch':
        yield step(kind, [parcel(old(), keep([...mixed(), ...fresh()]), keep(fresh()))]);
        break;
      case 'crossed': {
        const [lines, own] = [fresh(), fresh()];
        const one = parcel(keep(lines));
        const other = parcel(keep([...lines.slice(lines.length / 2), ...own]));
        yield step(kind, [one], [[other], [one]], true);
        break;
      }
      default:
        yield step('alone', [parcel(keep(fresh()))]);
    }
  }
}
