import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beyondCap, drop } from './keep-cap.ts';
import type { Segment } from './segments.ts';

const segment = (bytes: number, file = `${bytes}`): Segment => ({
  file,
  bytes,
  begunAt: new Date(0),
  endedAt: new Date(0),
});
const sizeOf = ({ bytes }: Segment): number => Math.max(4_096, Math.ceil(bytes / 4_096) * 4_096);
const sum = (segments: readonly Segment[]): number => segments.reduce((total, one) => total + sizeOf(one), 0);

describe('beyondCap', () => {
  it('drops the oldest, and no more than it must, so that the rest takes no more of the disk than it may', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000)), fc.nat(1_000_000), (sizes, cap) => {
        const segments = sizes.map((bytes, index) => segment(bytes, `${index}`));
        const beyond = beyondCap(segments, cap);
        expect(beyond).toEqual(segments.slice(0, beyond.length));
        expect(sum(segments.slice(beyond.length))).toBeLessThanOrEqual(cap);
        if (beyond.length > 0) expect(sum(segments.slice(beyond.length - 1))).toBeGreaterThan(cap);
      }),
    );
  });
});

describe('drop', () => {
  it('counts the lines that are lost', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'spool-'));
    await writeFile(join(directory, 'a'), '{"a":1}\n'.repeat(30_000));
    await writeFile(join(directory, 'b'), '');
    await expect(drop(directory, segment(0, 'a'))).resolves.toBe(30_000);
    await expect(drop(directory, segment(0, 'b'))).resolves.toBe(0);
    await expect(readdir(directory)).resolves.toEqual([]);
    await rm(directory, { recursive: true });
  });
});
