/**
 * The order of versions, by Nix's own rule (nix: src/libstore/names.cc, compareVersions): part by part, where dots, dashes and changes
 * between digits and others part them. Numbers count as numbers, `pre` comes before all, and letters before numbers.
 *     2.3pre1 < 2.3 < 2.3a < 2.3.1 < 2.10
 */
export function compareVersions(one: string, other: string): -1 | 0 | 1 {
  const [ones, others] = [partsOf(one), partsOf(other)];
  for (let at = 0; at < Math.max(ones.length, others.length); at += 1) {
    const [a, b] = [ones[at] ?? '', others[at] ?? ''];
    if (isBefore(a, b)) return -1;
    if (isBefore(b, a)) return 1;
  }
  return 0;
}

const partsOf = (version: string): readonly string[] => version.match(/\d+|[^\d.-]+/g) ?? [];

function isBefore(a: string, b: string): boolean {
  const [aIsNumber, bIsNumber] = [/^\d/.test(a), /^\d/.test(b)];
  if (aIsNumber && bIsNumber) return isLess(a, b);
  if (a === '' && bIsNumber) return true;
  if (a === 'pre' && b !== 'pre') return true;
  if (b === 'pre') return false;
  if (bIsNumber) return true; // 2.3a comes before 2.3.1
  if (aIsNumber) return false;
  return a < b;
}

/** Of whole numbers of any length. */
function isLess(a: string, b: string): boolean {
  const [x, y] = [a, b].map((digits) => digits.replace(/^0+/, '')) as [string, string];
  return x.length === y.length ? x < y : x.length < y.length;
}
