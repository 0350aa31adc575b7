/**
 * Where a running runtime's ClickHouse answers, for other programs of the same user: with the password, so for nobody else's eyes. It
 * says nothing once its runtime has ended, which the runtime's lock tells.
 *     {"url":"http://copycat:…@127.0.0.1:40123"}
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

const Address = v.object({ url: v.string() });

const fileIn = (directory: string): string => join(directory, 'address.json');

export async function writeAddress(directory: string, url: string): Promise<void> {
  const file = fileIn(directory);
  await rm(`${file}.new`, { force: true }); // it might be there, and be for all to read
  await writeFile(`${file}.new`, `${JSON.stringify({ url })}\n`, { mode: 0o600, flag: 'wx' });
  await rename(`${file}.new`, file);
}

/** Undefined where there is none. */
export async function readAddress(directory: string): Promise<string | undefined> {
  try {
    return v.parse(Address, JSON.parse(await readFile(fileIn(directory), 'utf8'))).url;
  } catch {
    return undefined;
  }
}

export const removeAddress = (directory: string): Promise<void> => rm(fileIn(directory), { force: true });
