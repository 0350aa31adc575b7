/**
 * The package set at each commit of the demo's history: the first one made up from the seed, each later one with some
 * packages a version further. What changes rebuilds its dependents, so nothing that half the set refers to changes.
 */
import { CORE, CORRUPT_PACKAGE, FAMILIES, LANDMARKS, MISSING_PACKAGE, type PackageLine } from './packages.ts';
import { type Random, randomFrom } from './random.ts';

/** In an order in which references come first. */
export type PackageSet = readonly PackageLine[];

/** Of all packages, how many a commit changes by itself. */
const CHANGED_SHARE = 0.06;
/** What more depend on comes by way of a branch of its own in Nixpkgs, too. */
const MOST_DEPENDENTS = 8;

/** @param commits how many; each differs from the one before. */
export function packageSets(seed: string, commits: number): readonly PackageSet[] {
  const sets: PackageSet[] = [];
  for (let commit = 0; commit < commits; commit += 1) {
    const previous = sets.at(-1);
    const random = randomFrom(`${seed} commit ${commit}`);
    sets.push(previous ? changed(previous, random) : [...CORE, ...families(random)]);
  }
  return sets;
}

function families(random: Random): PackageSet {
  return FAMILIES.flatMap(({ base, prefix, desktop, names }) =>
    names.map((name, index): PackageLine => {
      const siblings = Array.from({ length: index === 0 ? 0 : random.below(4) }, () =>
        random.pick(names.slice(0, index)),
      );
      const references = [base, ...new Set(siblings.map((sibling) => `${prefix}${sibling}`))];
      const pname = `${prefix}${name}`;
      return {
        pname,
        version: `${random.below(8)}.${random.below(30)}.${random.below(12)}`,
        outputs: random.below(8) === 0 ? ['doc'] : [],
        references,
        hidden: random.below(12) === 0,
        desktop,
        data: false,
        fixed: false,
        contentsOf: pname,
      };
    }),
  );
}

function changed(previous: PackageSet, random: Random): PackageSet {
  const dependents = countDependents(previous);
  const kept = keptIn(previous);
  const candidates = previous.filter(
    ({ pname }) => !kept.has(pname) && (dependents.get(pname) ?? 0) <= MOST_DEPENDENTS,
  );
  const share = (previous.length * CHANGED_SHARE) / candidates.length;
  const chosen = new Set(candidates.filter(() => random.fraction() < share).map(({ pname }) => pname));
  return previous.map((line) => (chosen.has(line.pname) ? { ...line, version: nextVersion(line.version) } : line));
}

/** What the demo tells stories about stays as it is, and all below it; what has another's contents stays like it. */
function keptIn(set: PackageSet): ReadonlySet<string> {
  const kept = new Set([CORRUPT_PACKAGE, MISSING_PACKAGE, ...LANDMARKS]);
  for (const { pname, contentsOf } of set) if (contentsOf !== pname) kept.add(pname).add(contentsOf);
  for (const { pname, references } of [...set].reverse())
    if (kept.has(pname)) for (const reference of references) kept.add(reference);
  return kept;
}

function countDependents(set: PackageSet): ReadonlyMap<string, number> {
  const dependents = new Map<string, Set<string>>(set.map(({ pname }) => [pname, new Set()]));
  for (const { pname, references } of [...set].reverse()) {
    for (const reference of references) {
      const known = dependents.get(reference);
      for (const dependent of [pname, ...(dependents.get(pname) ?? [])]) known?.add(dependent);
    }
  }
  return new Map([...dependents].map(([pname, { size }]) => [pname, size]));
}

/** Its last number, one further: `2.42-51` becomes `2.42-52`. */
export const nextVersion = (version: string): string =>
  version.replace(/\d+(?!.*\d)/, (number) => String(Number(number) + 1).padStart(number.length, '0'));
