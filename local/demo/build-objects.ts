/** Builds a package set into store objects, as a builder would: references first, each output a store path of its own. */

import type { SecretKey } from '../../shared/nix/signature.ts';
import { formatBaseName, type StorePath, type StorePathHash } from '../../shared/nix/store-path.ts';
import { dataTree, packageTree } from './contents.ts';
import type { PackageSet } from './package-set.ts';
import type { PackageLine } from './packages.ts';
import { randomFrom } from './random.ts';
import { type Compression, type Nar, narOf, type StoreObject, storeObject } from './store-object.ts';
import { contentAddressedPath, outputPath } from './store-path-of.ts';

export interface Built {
  readonly line: PackageLine;
  /** By output: `out`, `dev`, … */
  readonly outputs: ReadonlyMap<string, StorePath>;
}

export interface BuildOptions {
  readonly seed: string;
  readonly key: SecretKey;
  /** How to make each store object: a path that is there is not built again. */
  readonly store: Map<StorePathHash, () => Promise<StoreObject>>;
}

/** @returns by pname; `store` learns how to make what is new. */
export function buildPackages(set: PackageSet, options: BuildOptions): ReadonlyMap<string, Built> {
  const built = new Map<string, Built>();
  for (const line of set) built.set(line.pname, line.fixed ? buildFixed(line, options) : build(line, built, options));
  return built;
}

const FIXED_SIZE = 12;

function buildFixed(line: PackageLine, { seed, key, store }: BuildOptions): Built {
  const nar = narOf(dataTree(contentsRandom(line, seed), FIXED_SIZE));
  const path = contentAddressedPath(`${line.pname}-${line.version}`, nar.hash);
  const compression = compressionOf(nar);
  store.set(path.hash, () => storeObject({ path, nar, references: [], compression, contentAddressed: true, key }));
  return { line, outputs: new Map([['out', path]]) };
}

function build(line: PackageLine, built: ReadonlyMap<string, Built>, { seed, key, store }: BuildOptions): Built {
  const name = `${line.pname}-${line.version}`;
  const inputs = line.references.map((pname) => outputsOf(pname, built));
  const derivation = JSON.stringify([seed, name, inputs.map((input) => formatBaseName(outOf(input)))]);
  const deriver = outputPath(`${name}.drv`, 'derivation', derivation);
  const outputs = new Map(
    ['out', ...line.outputs].map((output) => [
      output,
      outputPath(output === 'out' ? name : `${name}-${output}`, output, derivation),
    ]),
  );
  for (const [output, path] of outputs) {
    if (store.has(path.hash)) continue;
    const random = randomFrom(`${seed} ${formatBaseName(path)}`);
    const references = line.data ? [] : referencesOf(output, outputs, inputs, random.below(5) < 2);
    const { pname, version } = line;
    store.set(path.hash, () => {
      const nar = narOf(
        line.data
          ? dataTree(contentsRandom(line, seed))
          : packageTree({ pname, version, output, mentions: references, random }),
      );
      const compression = compressionOf(nar);
      return storeObject({ path, nar, references, compression, deriver, contentAddressed: false, key });
    });
  }
  return { line, outputs };
}

type Outputs = Built['outputs'];

/** As packages in nixpkgs refer to each other: programs to libraries, headers to headers, and documents to nothing. */
function referencesOf(output: string, own: Outputs, inputs: readonly Outputs[], itself: boolean): readonly StorePath[] {
  const libraries = inputs.map((input) => input.get('lib') ?? outOf(input));
  const lib = own.get('lib');
  switch (output) {
    case 'out':
      return [...libraries, ...(lib ? [lib] : []), ...(itself ? [outOf(own)] : [])];
    case 'lib':
      return libraries;
    case 'bin':
      return [lib ?? outOf(own), ...libraries];
    case 'dev':
      return [outOf(own), ...inputs.flatMap((input) => input.get('dev') ?? [])];
    default:
      return [];
  }
}

/** By what is in it: two paths with the same NAR have one NAR file. Most of upstream's are by xz, the later ones by zstd. */
function compressionOf({ hash, bytes }: Nar): Compression {
  if (bytes.length > MOST_XZ_BYTES) return 'zstd';
  const chance = randomFrom(hash).below(10);
  return chance === 0 ? 'none' : chance < 4 ? 'zstd' : 'xz';
}

/** xz takes half a second for a megabyte where the machine is busy, and a demo starts at once. */
const MOST_XZ_BYTES = 120_000;

const contentsRandom = ({ contentsOf, version }: PackageLine, seed: string) =>
  randomFrom(`${seed} ${contentsOf} ${version}`);

function outputsOf(pname: string, built: ReadonlyMap<string, Built>): Outputs {
  const found = built.get(pname);
  if (!found) throw new Error(`${pname} is referred to above its own line`);
  return found.outputs;
}

export function outOf(outputs: Outputs): StorePath {
  const out = outputs.get('out');
  if (!out) throw new Error('every package has an output out');
  return out;
}
