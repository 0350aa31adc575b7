import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BucketFailed } from '../errors.ts';
import { bytesOf, getText } from './bucket.ts';
import { keysOf } from './contract-listing.ts';
import { eachWithFileBucket } from './file-fixture.ts';

const at = eachWithFileBucket();

describe('reading', () => {
  const large = Buffer.alloc(1_000_000, 'large');
  const describeOnLinux = existsSync('/proc/self/fd') ? describe : describe.skip;

  describeOnLinux('holds no file open', () => {
    const openFiles = (): number => readdirSync('/proc/self/fd').length;

    it.each<[string, (body: AsyncIterable<Uint8Array>) => Promise<unknown>]>([
      ['for a body that nobody reads', async () => undefined],
      ['for a body that was read', (body) => bytesOf(body)],
      [
        'for a body that was left after its first chunk',
        async (body) => {
          for await (const _ of body) break;
        },
      ],
      ['for a body that was never begun and closed', async (body) => body[Symbol.asyncIterator]().return?.()],
    ])('%s', async (_how, read) => {
      await at.bucket.put('small', 'small');
      await at.bucket.put('large', large);
      const before = openFiles();
      for (let i = 0; i < 40; i++) {
        const found = await at.bucket.get(i % 2 ? 'large' : 'small');
        if (found) await read(found.body);
      }
      expect(openFiles()).toBeLessThan(before + 5); // some come and go with Node itself
    });
  });

  it('shows no object without its metadata while it comes and goes', async () => {
    let done = false;
    let seen = 0;
    const read = async (): Promise<void> => {
      while (!done) {
        const found = await at.bucket.head('a');
        if (found && ++seen) expect(found.metadata).toEqual({ version: '1' });
      }
    };
    const readers = [read(), read(), read(), read()];
    for (let i = 0; i < 100; i++) {
      await at.bucket.put('a', 'a', { metadata: { version: '1' } });
      await at.bucket.delete('a');
    }
    done = true;
    await Promise.all(readers);
    expect(seen).toBeGreaterThan(0);
  });

  it('never mixes two objects: a large one replaced before its first chunk is an error', async () => {
    await at.bucket.put('a', large);
    const [begun, late] = [await at.bucket.get('a'), await at.bucket.get('a')];
    const chunks = begun?.body[Symbol.asyncIterator]();
    const first = await chunks?.next();
    await at.bucket.put('a', Buffer.alloc(1_000_000, 'other'));

    const rest: Uint8Array[] = [first?.value ?? Buffer.alloc(0)];
    for (let step = await chunks?.next(); step && !step.done; step = await chunks?.next()) rest.push(step.value);
    expect(Buffer.concat(rest).equals(large)).toBe(true);
    await expect(bytesOf(late?.body ?? ([].values() as never))).rejects.toMatchObject({
      facts: { operation: 'get', key: 'a' },
    });
  });

  it('ends at the signal', async () => {
    await at.bucket.put('a', large);
    const stop = new AbortController();
    const found = await at.bucket.get('a', { signal: stop.signal });
    const read = async (): Promise<void> => {
      for await (const _ of found?.body ?? []) stop.abort(new Error('enough'));
    };
    await expect(read()).rejects.toThrow('enough');
  });
});

describe('symbolic links', () => {
  it('are no objects: neither read nor listed, and replaced without being followed', async () => {
    const secret = join(at.directory, 'secret');
    await writeFile(secret, 'secret');
    await mkdir(at.root);
    await symlink(secret, join(at.root, 'a'));
    await mkdir(join(at.root, 'deep'));
    await symlink(at.directory, join(at.root, 'deep/b'));
    expect(await at.bucket.head('a')).toBeUndefined();
    expect(await at.bucket.get('a')).toBeUndefined();
    expect(await keysOf(at.bucket, '')).toEqual([]);
    await expect(at.bucket.put('a', 'x', { only: { ifNoneMatch: '*' } })).rejects.toBeInstanceOf(BucketFailed);
    await at.bucket.put('a', 'ours');
    await at.bucket.delete('deep/b');
    expect(await readFile(secret, 'utf8')).toBe('secret');
    expect(await getText(at.bucket, 'a')).toBe('ours');
  });

  it('lead to a directory on another disk, at the top: all that lies there is read, and listed with the whole bucket', async () => {
    const other = join(at.directory, 'other');
    await mkdir(join(other, 'deep'), { recursive: true });
    await mkdir(at.root);
    await symlink(other, join(at.root, 'nar'));
    await symlink(join(at.directory, 'nowhere'), join(at.root, 'log'));
    await at.bucket.put('nar/1.nar', 'bytes');
    await at.bucket.put('z', 'z');
    expect(await readFile(join(other, '1.nar'), 'utf8')).toBe('bytes');
    expect(await keysOf(at.bucket, '')).toEqual(['nar/1.nar', 'z']);
    expect(await keysOf(at.bucket, 'nar/')).toEqual(['nar/1.nar']);
  });
});
