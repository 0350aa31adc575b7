/** What a person names by a file, `-` for standard input, or an http address, as bytes. */
import { createReadStream } from 'node:fs';
import { UpstreamFailed } from '../../shared/errors.ts';
import { whereIs } from '../../shared/upstream/addresses.ts';
import type { HttpClient } from '../../shared/upstream/http-client.ts';

export const isAddress = (place: string): boolean => /^https?:\/\//.test(place);

/** @param client may fetch the address. @throws {UpstreamFailed} when it is not to be had; a file, when it is read */
export async function openPlace(
  place: string,
  { client, input }: { readonly client: Pick<HttpClient, 'request'>; readonly input: AsyncIterable<Uint8Array> },
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (place === '-') return input;
  if (!isAddress(place)) return createReadStream(place, { signal });
  const { status, url, body } = await client.request({ url: place, signal });
  const where = whereIs(new URL(url));
  if (status !== 200) throw new UpstreamFailed(`GET ${where}: answered ${status}`, { url: where, status });
  return body;
}
