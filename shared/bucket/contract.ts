/**
 * What every bucket promises, as tests: run by memory.test.ts, file.test.ts and, on a real MinIO, tests/services/. Whatever
 * only one adapter does is tested beside it.
 */
import type { Bucket } from './bucket.ts';
import { itListsInOrder, putAll } from './contract-listing.ts';
import { itGivesBackWhatWasPut } from './contract-objects.ts';
import { itPutsWholeOrNotAtAll } from './contract-puts.ts';
import { itReadsTheBytesOfOneObject } from './contract-reads.ts';

export interface ContractOptions {
  /** Makes many small objects in a quicker way than by putting each. */
  readonly fill?: (bucket: Bucket, keys: readonly string[]) => Promise<void>;
}

/** @param open an empty bucket, another one each time */
export function itIsABucket(name: string, open: () => Promise<Bucket>, { fill = putAll }: ContractOptions = {}): void {
  describe(`${name} keeps the contract of a bucket`, () => {
    let opened: Bucket;
    beforeEach(async () => {
      opened = await open();
    });
    const bucket = (): Bucket => opened;

    itGivesBackWhatWasPut(bucket);
    itPutsWholeOrNotAtAll(bucket);
    itReadsTheBytesOfOneObject(bucket);
    itListsInOrder(bucket, fill);
  });
}
