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
