/** Whether upstream's binary cache answers: its `nix-cache-info`, asked for once. */
import { UpstreamFailed } from '../errors.ts';
import { addressBelow, whereIs } from './addresses.ts';
import type { HttpClient } from './http-client.ts';
import { readSmallBody } from './small-body.ts';

const MOST_BYTES = 4_096;

/** @throws {UpstreamFailed} whose facts have the status of an answer that was no 200. @throws the signal's reason. */
export async function askCacheInfo(
  upstreamUrl: string,
  client: Pick<HttpClient, 'request'>,
  signal: AbortSignal,
): Promise<void> {
  const url = addressBelow(upstreamUrl, 'nix-cache-info');
  const answer = await client.request({ url, signal });
  if (answer.status !== 200) {
    const [where, { status }] = [whereIs(new URL(url)), answer];
    throw new UpstreamFailed(`GET ${where}: answered ${status}`, { url: where, status });
  }
  await readSmallBody(answer, MOST_BYTES);
}
