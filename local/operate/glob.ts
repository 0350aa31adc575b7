/** Names by a pattern: `*` is any characters, `?` is one, all else is itself. Pure; it takes no longer than the lengths multiplied. */
export type Glob = (name: string) => boolean;

/** @throws {RangeError} for one that no name could match */
export function parseGlob(pattern: string): Glob {
  if (!/^[A-Za-z0-9+\-._?=*]{1,220}$/.test(pattern)) throw new RangeError(`not a pattern of names: ${pattern}`);
  return (name) => matches(pattern, name);
}

/** From left to right; after a mismatch the last star takes one character more. */
function matches(pattern: string, name: string): boolean {
  let [at, from] = [0, 0];
  let star: { readonly at: number; from: number } | undefined;
  while (from < name.length) {
    if (pattern[at] === '*') {
      star = { at, from };
      at += 1;
    } else if (pattern[at] === '?' || pattern[at] === name[from]) {
      at += 1;
      from += 1;
    } else if (star) {
      star.from += 1;
      at = star.at + 1;
      from = star.from;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
