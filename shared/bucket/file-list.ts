/**
 * The keys of a file bucket in order. Keys and directories sort differently: the key `a.b` comes before `a/b`, since `.` is
 * less than `/`, while the directory `a` comes before the file `a.b`. Sorted as `a/`, with its slash, a directory stands
 * where its keys do.
 */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isKey, type Listed, type ListOptions } from './bucket.ts';
import { ifNotThere, statusOf } from './file-status.ts';

const PAGE = 256; // keys whose status is read at once

/**
 * Lists what is below `root`, reading only the directories that can hold such keys, one after the other; the largest of
 * them has to fit in memory. Symbolic links are neither listed nor followed, but for directories at the top (file.ts); names that no
 * key can have are passed over.
 */
export async function* listFiles(
  root: string,
  prefix: string,
  { after = '', etags = false, sizes = false, shallow = false, signal }: ListOptions,
): AsyncGenerator<Listed, void, undefined> {
  const canHold = (directory: string): boolean =>
    (directory.startsWith(prefix) || prefix.startsWith(directory)) &&
    (directory > after || after.startsWith(directory));

  async function* pagesOf(directory: string): AsyncGenerator<readonly string[], void, undefined> {
    signal?.throwIfAborted();
    let page: string[] = [];
    for (const key of await keysIn(root, directory)) {
      if (key.endsWith('/')) {
        if (shallow || !canHold(key)) continue;
        yield page;
        page = [];
        yield* pagesOf(key);
      } else if (key > after && key.startsWith(prefix) && page.push(key) === PAGE) {
        yield page;
        page = [];
      }
    }
    yield page;
  }

  const top = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (top !== '' && !isKey(top.slice(0, -1))) return;
  for await (const page of pagesOf(top)) {
    signal?.throwIfAborted();
    if (etags || sizes) yield* await withStatus(root, page, { etags, sizes });
    else for (const key of page) yield { key };
  }
}

/** The keys of a directory's objects, and its directories with a slash at their end, in order; no status is read. */
async function keysIn(root: string, directory: string): Promise<string[]> {
  const entries = (await readdir(join(root, directory), { withFileTypes: true }).catch(ifNotThere)) ?? [];
  const keys: string[] = [];
  for (const entry of entries) {
    const key = directory + entry.name;
    if (!isKey(key)) continue;
    if (entry.isFile()) keys.push(key);
    else if (entry.isDirectory() || (directory === '' && (await leadsToDirectory(root, entry)))) keys.push(`${key}/`);
  }
  return keys.sort();
}

async function leadsToDirectory(root: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return false;
  const target = await stat(join(root, entry.name)).catch(() => undefined); // it may lead nowhere
  return target?.isDirectory() ?? false;
}

async function withStatus(
  root: string,
  keys: readonly string[],
  { etags, sizes }: { readonly etags: boolean; readonly sizes: boolean },
): Promise<Listed[]> {
  const listed = await Promise.all(
    keys.map(async (key) => {
      const status = await statusOf(join(root, key));
      return status && { key, ...(etags ? { etag: status.etag } : {}), ...(sizes ? { size: status.size } : {}) };
    }),
  );
  return listed.filter((one) => one !== undefined); // deleted meanwhile
}
