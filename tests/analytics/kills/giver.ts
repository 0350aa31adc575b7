/** Gives parcels to load's processes, until all that is in them is loaded. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Machine } from './machine.ts';
import { type Delivery, type Parcel, payloadOf } from './plan.ts';

export interface Giver {
  /** All at once. @returns the deliveries that are loaded; others may be, and nobody knows. */
  give(parcels: readonly Parcel[]): Promise<ReadonlySet<Delivery>>;
  /** What is loaded does not come again. @throws when nothing helps. */
  giveAll(parcels: readonly Parcel[], loaded?: ReadonlySet<Delivery>): Promise<void>;
  /** How often a delivery was given. */
  tries(): number;
}

/** As load answers: to one delivery, or to messages. */
interface Answer {
  readonly outcome?: string;
  readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
}

/** Far more than a process needs to come back. */
const LOADED_MS = 120_000;
const RETRY_MS = 100;

/** @param loaders those that there are now. */
export function createGiver(loaders: () => Machine['loaders']): Giver {
  let tries = 0;

  async function give(parcels: readonly Parcel[]): Promise<ReadonlySet<Delivery>> {
    const mine = loaders();
    const giving = parcels.map(async (parcel, number) => {
      tries += parcel.deliveries.length;
      const answer = (await mine[number % mine.length]?.invoke(payloadOf(parcel))) as Answer | undefined;
      return loadedOf(parcel, answer);
    });
    return new Set((await Promise.allSettled(giving)).flatMap((one) => (one.status === 'fulfilled' ? one.value : [])));
  }

  return {
    give,
    async giveAll(parcels, loaded = new Set()) {
      const over = performance.now() + LOADED_MS;
      for (let left = lacking(parcels, loaded); left.length > 0; left = lacking(left, await give(left))) {
        if (performance.now() > over) throw new Error(`not loaded in ${LOADED_MS / 1000} s, though nobody was killed`);
        await delay(RETRY_MS);
      }
    },
    tries: () => tries,
  };
}

function loadedOf({ wrap, deliveries }: Parcel, answer: Answer | undefined): readonly Delivery[] {
  if (wrap === 'bare') return answer?.outcome === 'loaded' ? deliveries : [];
  const failed = answer?.batchItemFailures?.map(({ itemIdentifier }) => Number(itemIdentifier));
  return failed ? deliveries.filter((_delivery, message) => !failed.includes(message)) : [];
}

const lacking = (parcels: readonly Parcel[], loaded: ReadonlySet<Delivery>): readonly Parcel[] =>
  parcels
    .map((parcel) => ({ ...parcel, deliveries: parcel.deliveries.filter((delivery) => !loaded.has(delivery)) }))
    .filter(({ deliveries }) => deliveries.length > 0);
