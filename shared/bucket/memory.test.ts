import { BucketFailed } from '../errors.ts';
import { itIsABucket } from './contract.ts';
import { memoryBucket } from './memory.ts';

itIsABucket('memoryBucket', async () => memoryBucket());

describe('memoryBucket', () => {
  it('refuses a key that is the directory of another, as a directory does', async () => {
    const bucket = memoryBucket();
    await bucket.put('a/b', 'x');
    await bucket.put('a/b', 'y');
    await expect(bucket.put('a', 'x')).rejects.toBeInstanceOf(BucketFailed);
    await expect(bucket.put('a/b/c', 'x')).rejects.toBeInstanceOf(BucketFailed);
    await bucket.delete('a/b');
    await bucket.put('a', 'x');
  });

  it('has a name of its own', () => {
    expect(memoryBucket().name).not.toBe(memoryBucket().name);
    expect(memoryBucket('memory://cache').name).toBe('memory://cache');
  });
});
