/** A name for what is kept in one directory, as long as it is kept: publish's lease knows its own runtime by it. */
import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Only for the holder of the directory's lock. */
export async function identityOf(directory: string): Promise<string> {
  const file = join(directory, 'id');
  const known = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (known) return known;
  const id = randomUUID();
  await writeFile(`${file}.new`, `${id}\n`);
  await rename(`${file}.new`, file);
  return id;
}
