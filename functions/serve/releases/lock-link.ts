/**
 * What flakes lock a channel's tarball to (nix: lockable tarball protocol). The same text at every hop: Nix takes the last it
 * sees, and Lix refuses two that differ. Pure.
 *     Link: <https://mirror/releases/<prefix>/nixexprs.tar.xz?rev=<40 hex>&lastModified=<seconds>>; rel="immutable"
 */
import type { Headers } from '../answer.ts';
import type { SettledRelease } from './settled-releases.ts';

const TARBALLS: ReadonlySet<string> = new Set(['nixexprs.tar.xz', 'nixexprs.tar.zst']);

/** No header for any other file, nor where upstream names no commit. */
export function lockLink(
  mirrorUrl: string,
  { release, revision, lastModified }: Pick<SettledRelease, 'release' | 'revision' | 'lastModified'>,
  file: string,
): Headers {
  if (!TARBALLS.has(file) || !/^[0-9a-f]{40}$/.test(revision)) return {};
  const at = lastModified === undefined ? '' : `&lastModified=${lastModified}`;
  return { link: `<${mirrorUrl}/releases/${release}/${file}?rev=${revision}${at}>; rel="immutable"` };
}
