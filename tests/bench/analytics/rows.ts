/**
 * A month of requests, made up: the same seed gives the same rows. 83 % ask for narinfos, a third of them for what is not here; 14 %
 * for NARs; what is asked for follows a power law, as on any cache; days have their hours.
 */
import { type Random, randomFrom } from '../../../local/demo/random.ts';
import type { PackageName } from '../../../shared/nix/package-name.ts';

export interface RequestRow {
  readonly ts: string;
  /** In decimals: JSON's numbers are too short for it. */
  readonly event_id: string;
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly partial: boolean;
  readonly cache_result: string;
  readonly store_hash: string;
  readonly pname: string;
  readonly version: string;
  readonly output: string;
  readonly body_bytes: number;
  readonly duration_us: number;
  readonly backend_us: number;
  readonly client: string;
  readonly client_version: string;
  readonly country: string;
  readonly service_version: string;
}

export interface RowsOfMonth {
  readonly rows: number;
  readonly seed: string;
  /** Midnight, UTC; thirty days begin here. */
  readonly from: Date;
  readonly names: readonly PackageName[];
}

export const DAYS = 30;
const DAY_MS = 86_400_000;
/** How often each package has been built in a month. */
const REBUILDS = 8;

/** In the order of their times. */
export function* rowsOfMonth({ rows, seed, from, names }: RowsOfMonth): Generator<RequestRow> {
  const random = randomFrom(seed);
  const hashes = storeHashes(seed);
  const step = (DAYS * DAY_MS) / rows;
  for (let number = 0; number < rows; number += 1) {
    const at = from.getTime() + eveningHours((number + random.fraction()) * step);
    yield { ...what(random, names, hashes), ...who(random), ts: iso(at), event_id: eventId(random) };
  }
}

const NO_NAME: PackageName = { pname: '', version: '', output: '' };

type What = Omit<RequestRow, 'ts' | 'event_id' | 'client' | 'client_version' | 'country' | 'service_version'>;

function what(random: Random, names: readonly PackageName[], hashes: (path: number) => string): What {
  const kind = random.fraction();
  const duration_us = Math.round(9_000 * random.logNormal(0.9));
  const backend_us = Math.round(duration_us * random.fraction());
  const plain = { method: 'GET', status: 200, partial: false, store_hash: '', pname: '', version: '', output: '' };
  if (kind < 0.83 && random.fraction() < 0.32)
    return { ...plain, route: 'narinfo', status: 404, cache_result: 'miss', body_bytes: 22, duration_us, backend_us };
  if (kind < 0.97) {
    const index = popular(random, names.length);
    const { pname, version, output } = names[index] ?? NO_NAME;
    const store_hash = hashes(index * REBUILDS + random.below(REBUILDS));
    const path = { ...plain, store_hash, pname, version, output, duration_us, backend_us };
    if (kind < 0.83) {
      const cached = random.fraction() < 0.6;
      const cache_result = random.fraction() < 0.03 ? 'upstream' : 'hit';
      return {
        ...path,
        route: 'narinfo',
        cache_result,
        body_bytes: 600 + (index % 900),
        backend_us: cached ? 0 : backend_us,
      };
    }
    const body_bytes = Math.round((30_000 + (index % 97) * 9_000) * random.logNormal(1.2));
    const redirected = random.fraction() < 0.8;
    const [status, cache_result] = redirected ? [302, 'redirect'] : [200, 'hit'];
    return { ...path, route: 'nar', status, cache_result, body_bytes, partial: random.fraction() < 0.01 };
  }
  if (kind < 0.98)
    return { ...plain, route: 'cache_info', cache_result: 'local', body_bytes: 64, duration_us, backend_us: 0 };
  const route = random.pick(['listing', 'log', 'channel', 'release', 'page', 'api', 'health'] as const);
  return { ...plain, route, cache_result: 'local', body_bytes: 4_000, duration_us, backend_us };
}

/** How steep popularity is: the first of 60,000 names has 3.5 per cent, the tenth half of one, and half of all names come up each day. */
const FLATNESS = 0.15;

/** A rank, from 0, that is drawn in proportion to (rank + 1) ** (FLATNESS - 1). */
const popular = (random: Random, names: number): number =>
  Math.floor((1 + random.fraction() * ((names + 1) ** FLATNESS - 1)) ** (1 / FLATNESS)) - 1;

const VERSIONS = ['2.31.2', '2.31.2', '2.28.5', '2.24.14', '2.18.9', '2.30.1', '2.32.0'] as const;
const COUNTRIES = 'US US US DE DE DE GB FR NL JP CN IN BR CA AU SE CH PL ES IT ZZ'.split(' ');

function who(random: Random) {
  const dice = random.fraction();
  const client = dice < 0.9 ? 'Nix' : dice < 0.95 ? 'Lix' : dice < 0.97 ? 'curl' : dice < 0.99 ? 'go' : 'other';
  const client_version = client === 'Nix' ? random.pick(VERSIONS) : client === 'Lix' ? '2.93.3' : '';
  return { client, client_version, country: random.pick(COUNTRIES), service_version: '1.0.0' };
}

/** Bends even time so that the evening has three times what the night has; days stay whole. */
function eveningHours(ms: number): number {
  const day = Math.floor(ms / DAY_MS);
  const part = ms / DAY_MS - day;
  return (day + part + (0.5 * Math.sin(2 * Math.PI * part)) / (2 * Math.PI)) * DAY_MS;
}

const iso = (ms: number): string => new Date(Math.floor(ms)).toISOString().slice(0, -1).replace('T', ' ');

const eventId = (random: Random): string =>
  ((BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32))).toString();

const LETTERS = '0123456789abcdfghijklmnpqrsvwxyz'; // of nix32

function storeHashes(seed: string): (path: number) => string {
  const known: string[] = [];
  return (path) => {
    known[path] ??= hashOf(randomFrom(`${seed} ${path}`));
    return known[path];
  };
}

const hashOf = (random: Random): string =>
  Array.from({ length: 32 }, () => LETTERS[random.below(LETTERS.length)] ?? '').join('');
