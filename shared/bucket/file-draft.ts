/** A file as it is before it has its name: whole, stamped and on disk, so that only a rename is left to do. */
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ifNotThere, type Status, stamp, statusFrom } from './file-status.ts';
import { temporaryPath } from './file-temporary.ts';
import { makeDirectories } from './make-directories.ts';

export interface Draft {
  readonly path: string;
  readonly status: Status;
}

/**
 * Writes a temporary file that lasts: whole, stamped and on disk. On any error nothing is left of it.
 * @param failed turns an error of the file system into ours; what the chunks throw passes as it is
 */
export async function writeDraft(
  root: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  failed: (cause: unknown) => never = rethrow,
): Promise<Draft> {
  const path = temporaryPath(root);
  const file = await create(path).catch(failed);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk).catch(failed); // writeFile goes on where it was
    return { path, status: await finish(file).catch(failed) };
  } catch (error) {
    await discard({ path }); // what went wrong first is what matters
    throw error;
  } finally {
    await file.close().catch(() => undefined); // it is on disk already, or given up
  }
}

/** Removes what may be left of a draft: one that was renamed has nothing under its first name. What fails is swept later. */
export const discard = ({ path }: Pick<Draft, 'path'>): Promise<void> => unlink(path).catch(() => undefined);

const create = (path: string): Promise<FileHandle> =>
  open(path, 'wx').catch(async (error: unknown) => {
    ifNotThere(error);
    makeDirectories(dirname(path));
    return open(path, 'wx');
  });

async function finish(file: FileHandle): Promise<Status> {
  const now = stamp();
  await file.utimes(now, now);
  await file.sync();
  const status = statusFrom(await file.stat({ bigint: true }));
  if (!status) throw new TypeError('a temporary file is a regular file');
  return status;
}

const rethrow = (cause: unknown): never => {
  throw cause;
};
