/** Names of store paths for the benchmark: real ones where REFERENCE_DIR has them, and then more of their kind. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackageName, splitPackageName } from '../../../shared/nix/package-name.ts';
import { referenceDir } from '../../../shared/testing/reference.ts';

/** As many as a large channel has, about. The first are asked for most. */
const WANTED = 60_000;

/** What the names of a language's packages begin with in nixpkgs. */
const SETS = [
  'python3.13-',
  'python3.12-',
  'perl5.42-',
  'ruby3.4-',
  'ocaml5.3-',
  'emacs-',
  'vimplugin-',
  'texlive-',
  'R-',
  'haskell-',
];
/** Where there are no real ones. */
const INVENTED = ['glibc', 'bash', 'openssl', 'zlib', 'gcc', 'curl', 'systemd', 'python3', 'perl', 'ncurses'];

export async function packageNames(): Promise<readonly PackageName[]> {
  const real = await realNames();
  const first = real.length > 0 ? real : inventedNames();
  const names = [...first];
  for (const set of SETS) for (const name of first) names.push(set + name);
  return names.slice(0, WANTED).map(splitPackageName);
}

async function realNames(): Promise<readonly string[]> {
  const dir = referenceDir();
  if (dir === undefined) return [];
  const list = await readFile(join(dir, 'data/store-paths/real-store-paths.txt'), 'utf8');
  const names = list.split('\n').map((path) => path.replace(/^.*\/[0-9a-z]{32}-/, ''));
  return [...new Set(names)].filter((name) => name !== '');
}

const inventedNames = (): readonly string[] =>
  INVENTED.flatMap((name) =>
    Array.from({ length: 600 }, (_, n) => `${name}${n % 60 || ''}-${n % 9}.${n % 23}.${n % 5}`),
  );
