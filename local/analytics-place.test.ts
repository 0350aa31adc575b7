import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseClickHouseUrl } from '../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { describeWithClickHouse } from '../tests/support/describe-with.ts';
import { readAddress, removeAddress, writeAddress } from './analytics-address.ts';
import { withAnalytics } from './analytics-place.ts';
import { analyticsDirectory, lockFile } from './data-dir.ts';
import { acquireLock } from './lock.ts';

const environment = inheritedEnvironment();
const signal = new AbortController().signal;

describeWithClickHouse('withAnalytics', () => {
  let folder: string;
  let directory: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'place-'));
    directory = analyticsDirectory(folder);
    await mkdir(directory);
  });
  afterEach(() => rm(folder, { recursive: true }));
  const found = (CLICKHOUSE_URL?: ReturnType<typeof parseClickHouseUrl> | 'off') =>
    withAnalytics({ CLICKHOUSE_URL, DATA_DIR: folder }, { environment, signal }, async (analytics) => analytics);

  it('is the server that is named, if one is', async () => {
    const place = parseClickHouseUrl('http://reader@clickhouse:8123');
    await expect(found(place)).resolves.toEqual({ place, kind: 'server' });
  });

  it('is the one of the runtime that is running', async () => {
    const lock = acquireLock(lockFile(folder));
    await writeAddress(directory, 'http://copycat:secret@127.0.0.1:4711');
    await expect(found()).resolves.toMatchObject({ kind: 'running', place: { origin: 'http://127.0.0.1:4711' } });
    lock.release();
  });

  it('is its own where none is running, whatever a runtime that was killed has left behind', async () => {
    await writeAddress(directory, 'http://copycat:secret@127.0.0.1:1');
    let origin = '';
    await withAnalytics({ CLICKHOUSE_URL: undefined, DATA_DIR: folder }, { environment, signal }, async (analytics) => {
      expect(analytics.kind).toBe('own');
      ({ origin } = analytics.place);
      expect(() => acquireLock(lockFile(folder))).toThrow(/in use/); // no runtime starts meanwhile
      await expect((await fetch(`${origin}/ping`)).text()).resolves.toBe('Ok.\n');
    });
    await expect(fetch(`${origin}/ping`)).rejects.toThrow();
    acquireLock(lockFile(folder)).release();
  });

  it('is none where there is to be none', async () => {
    await expect(found('off')).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });
});

describe('the address', () => {
  it('is for its owner alone, also where an older one was not, and gone once it is removed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'address-'));
    await writeFile(join(folder, 'address.json'), '{', { mode: 0o644 });
    await writeFile(join(folder, 'address.json.new'), '{', { mode: 0o644 });
    await expect(readAddress(folder)).resolves.toBeUndefined();
    await writeAddress(folder, 'http://copycat:secret@127.0.0.1:4711');
    expect((await stat(join(folder, 'address.json'))).mode & 0o777).toBe(0o600);
    await expect(readAddress(folder)).resolves.toBe('http://copycat:secret@127.0.0.1:4711');
    await removeAddress(folder);
    await expect(readAddress(folder)).resolves.toBeUndefined();
    await rm(folder, { recursive: true });
  });
});
