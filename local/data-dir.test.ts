import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bucketsOf, overlap } from './data-dir.ts';

const s3 = (name: string, endpoint = 'http://minio:9000') => `s3://${name}?endpoint=${endpoint}`;

it.each([
  ['the defaults', undefined, undefined, false],
  ['one directory, written in two ways', 'file:///srv/a', 'file:///srv/a/', true],
  ['the state in the public one', 'file:///srv', 'file:///srv/state', true],
  ['the public one in the state', 'file:///srv/state/cache', 'file:///srv/state', true],
  ['the default of the other', 'file:///data/state', undefined, true],
  ['names that begin alike', 'file:///srv/cache', 'file:///srv/cache-state', false],
  ['one bucket', s3('one'), s3('one'), true],
  ['one name at two places', s3('one'), s3('one', 'http://other:9000'), false],
  ['two buckets', s3('one'), s3('two'), false],
  ['a bucket and a directory', s3('one'), 'file:///srv/state', false],
])('%s', (_what, BUCKET, STATE, expected) => {
  expect(overlap(bucketsOf({ BUCKET, STATE, DATA_DIR: '/data' }))).toBe(expected);
});

it('is seen through links, also where a directory is not there yet', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'copycat-overlap-'));
  try {
    await mkdir(join(folder, 'srv'));
    await symlink(join(folder, 'srv'), join(folder, 'link'));
    const url = (name: string) => pathToFileURL(join(folder, name)).href;
    expect(overlap({ BUCKET: url('srv/cache'), STATE: url('link/cache') })).toBe(true);
    expect(overlap({ BUCKET: url('srv/cache'), STATE: url('link/state') })).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
