/**
 * How a tarball says what flakes may lock it to (nix: lockable tarball protocol):
 *     Link: <https://releases.nixos.org/<prefix>/nixexprs.tar.xz?rev=<40 hex>&lastModified=<seconds>>; rel="immutable"
 */
const IMMUTABLE = /<([^<>]*)>\s*;\s*rel="?immutable"?/i;

/**
 * The `lastModified` of a Link header, in seconds since 1970.
 * @param release the address of the release that it has to be about
 * @returns undefined when there is no such link, it is about another release, or it has no such figure
 */
export function lockedAt(header: string | undefined, release: string): number | undefined {
  const url = URL.parse(IMMUTABLE.exec(header ?? '')?.[1] ?? '');
  if (!url || !`${url.origin}${url.pathname}`.startsWith(`${release}/`)) return undefined;
  const seconds = url.searchParams.get('lastModified') ?? '';
  return /^\d{1,12}$/.test(seconds) ? Number(seconds) : undefined;
}
