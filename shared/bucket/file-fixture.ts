/** For tests: an empty file bucket of its own for each, gone after it; and the directory around it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bucket } from './bucket.ts';
import { fileBucket } from './file.ts';

export interface FileFixture {
  /** Not the bucket's: for what a test needs beside it. */
  readonly directory: string;
  /** The bucket's directory; not there yet. */
  readonly root: string;
  readonly bucket: Bucket;
}

/** The same object for all tests of a file, with other values in each. */
export function eachWithFileBucket(): FileFixture {
  const at = { directory: '', root: '', bucket: fileBucket('/nowhere') };
  beforeEach(async () => {
    at.directory = await mkdtemp(join(tmpdir(), 'copycat-bucket-'));
    at.root = join(at.directory, 'cache');
    at.bucket = fileBucket(at.root);
  });
  afterEach(() => rm(at.directory, { recursive: true, force: true }));
  return at;
}

/** Puts small files into the bucket's directory as any other program would. */
export async function placeFiles({ name }: Pick<Bucket, 'name'>, keys: readonly string[]): Promise<void> {
  const paths = keys.map((key) => join(fileURLToPath(name), key));
  for (const directory of new Set(paths.map(dirname))) await mkdir(directory, { recursive: true });
  await Promise.all(paths.map((path) => writeFile(path, 'x')));
}
