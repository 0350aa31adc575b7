/**
 * All names, and what is staged, with what each refers to: small enough for a store of a million. Store paths and NAR keys
 * are numbered, and each text is held once.
 */
import type { NarInfo } from '../../shared/nix/narinfo.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';

/** What collect needs to know of a narinfo. */
export interface NameFacts {
  readonly hash: StorePathHash;
  /** Of the object that it was read from, and when that was written (ms). */
  readonly etag: string;
  readonly at: number;
  readonly narKey: string;
  readonly deriver: StorePathHash | undefined;
  readonly references: readonly StorePathHash[];
}

export type PathId = number;

/** A store path that is visible, staged, or both. */
export interface Held {
  visible: boolean;
  staged: boolean;
  /** Of the name; of the staged narinfo where there is none. */
  readonly facts: Pick<NameFacts, 'etag' | 'at' | 'deriver'>;
  /** Of both. The path itself and duplicates may be among them. */
  references: readonly PathId[];
  nars: readonly number[];
}

export interface NameGraph {
  /** The number of a store path, whether or not it is here. */
  idOf(hash: StorePathHash): PathId;
  hashOf(id: PathId): StorePathHash;
  known(hash: StorePathHash): PathId | undefined;
  add(facts: NameFacts, as: 'visible' | 'staged'): PathId;
  /** The name has gone. */
  hide(id: PathId): void;
  at(id: PathId): Held | undefined;
  /** With every number that was given. */
  readonly held: Iterable<readonly [PathId, Held]>;
  /** Numbers of store paths: all below. */
  readonly size: number;
  narIdOf(key: string): number;
  narKeyOf(nar: number): string;
  /** Bytes of a NAR file that is here. */
  readonly narSizes: Map<number, number>;
}

export const factsOf = (
  { storePath, url, deriver, references }: NarInfo,
  { etag, at }: Pick<NameFacts, 'etag' | 'at'>,
): NameFacts => ({
  hash: storePath.hash,
  etag,
  at,
  narKey: url,
  deriver: deriver?.hash,
  references: references.map(({ hash }) => hash),
});

export function createNameGraph(): NameGraph {
  const paths = numbering<StorePathHash>();
  const nars = numbering<string>();
  const held: (Held | undefined)[] = [];
  const derivers = numbering<StorePathHash>();

  const whole = (facts: NameFacts): Held => ({
    visible: false,
    staged: false,
    facts: {
      etag: facts.etag,
      at: facts.at,
      deriver: facts.deriver && derivers.textOf(derivers.idOf(facts.deriver)),
    },
    references: [],
    nars: [],
  });

  return {
    idOf: paths.idOf,
    hashOf: paths.textOf,
    known: paths.known,
    add(facts, as) {
      const id = paths.idOf(facts.hash);
      const before = held[id];
      const references = facts.references.map(paths.idOf);
      const nar = nars.idOf(facts.narKey);
      const now = before && as === 'staged' ? before : whole(facts);
      held[id] = now;
      now.visible = as === 'visible' || (before?.visible ?? false);
      now.staged = as === 'staged' || (before?.staged ?? false);
      now.references = before ? [...new Set([...before.references, ...references])] : references;
      now.nars = before ? [...new Set([...before.nars, nar])] : [nar];
      return id;
    },
    hide(id) {
      const one = held[id];
      if (!one) return;
      one.visible = false;
      if (!one.staged) held[id] = undefined;
    },
    at: (id) => held[id],
    get held() {
      return entriesOf(held);
    },
    get size() {
      return paths.size();
    },
    narIdOf: nars.idOf,
    narKeyOf: nars.textOf,
    narSizes: new Map(),
  };
}

function* entriesOf(held: readonly (Held | undefined)[]): Generator<readonly [PathId, Held]> {
  for (const [id, one] of held.entries()) if (one) yield [id, one];
}

function numbering<T extends string>() {
  const ids = new Map<T, number>();
  const texts: T[] = [];
  return {
    idOf(text: T): number {
      const known = ids.get(text);
      if (known !== undefined) return known;
      // A slice would keep the whole narinfo that it was cut from.
      const own = Buffer.from(text, 'latin1').toString('latin1') as T;
      ids.set(own, texts.length);
      return texts.push(own) - 1;
    },
    known: (text: T): number | undefined => ids.get(text),
    textOf(id: number): T {
      const text = texts[id];
      if (text === undefined) throw new RangeError(`there is no number ${id}`);
      return text;
    },
    size: () => texts.length,
  };
}
