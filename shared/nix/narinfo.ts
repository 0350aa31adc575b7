/**
 * `.narinfo`: what a binary cache says about one store object (nix: src/libstore/nar-info.cc).
 *     StorePath: /nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60_p20170221182432
 *     URL: nar/1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d.nar.xz
 *     Compression: xz                  bzip2 when absent or empty
 *     FileHash: sha256:1094wph9z4nw…   of the file at URL; optional, unsigned, has been wrong
 *     FileSize: 114980                 likewise
 *     NarHash: sha256:0lxjvvpr59c2…    of the archive inside it; signed
 *     NarSize: 464152                  signed
 *     References: 7gx4kiv5m0i7d7qkixq2cwzbr10lvxwc-glibc-2.27
 *     Deriver: unknown-deriver
 *     Sig: cache.nixos.org-1:sn5s/RrqEI+YG6…==   may repeat
 *
 * A narinfo is stored and served byte for byte, so what Nix would refuse is refused here too, for the same reasons: a
 * client that found it would stop. That includes full paths in References and a FileHash that no algorithm can have.
 */
import { Malformed } from '../errors.ts';
import { parseSha256, type Sha256 } from './sha256.ts';
import { parseStorePath, parseStorePathBaseName, type StorePath } from './store-path.ts';

export interface NarInfo {
  readonly storePath: StorePath;
  /** As written: relative to the cache's root or absolute, perhaps with a query. See `narKey`. */
  readonly url: string;
  /** `xz`, `zstd`, `none` …; not necessarily one that we can read. */
  readonly compression: string;
  /** Absent too when it is of another algorithm than SHA-256. */
  readonly fileHash?: Sha256;
  /** Bytes; more than none. */
  readonly fileSize?: number;
  readonly narHash: Sha256;
  /** Bytes; more than none. */
  readonly narSize: number;
  /** In the order of the text; may hold the path itself. */
  readonly references: readonly StorePath[];
  readonly deriver?: StorePath;
  readonly system?: string;
  /** `name:base64` each, unchecked. */
  readonly sigs: readonly string[];
  /** Content address, `fixed:r:sha256:…`, as written. */
  readonly ca?: string;
  /** The whole narinfo, verbatim. */
  readonly text: string;
}

/** Nobody has seen one of more than 207,691 bytes. What is longer is not read further. */
export const MOST_NARINFO_BYTES = 4 * 1024 * 1024;

/** @throws {Malformed} with `facts.field`. */
export function parseNarInfo(source: string | Uint8Array): NarInfo {
  const text = decode(source);
  const fields = readFields(text);
  const last = (name: string): string | undefined => fields.get(name)?.at(-1); // Nix lets the last one win
  const required = (name: string): string => last(name) || refuse(name, `${name} is missing`);
  const optional = <T>(name: string, parse: (value: string) => T): T | undefined => {
    const value = last(name);
    return value === undefined ? undefined : parse(value);
  };
  return withoutUndefined({
    storePath: parseStorePath(required('StorePath'), 'StorePath'),
    url: required('URL'),
    compression: last('Compression') || 'bzip2',
    fileHash: optional('FileHash', parseFileHash),
    fileSize: optional('FileSize', (value) => parseSize(value, 'FileSize')) || undefined, // Nix writes 0 for unknown
    narHash: parseSha256(required('NarHash'), 'NarHash'),
    narSize: parseSize(required('NarSize'), 'NarSize') || refuse('NarSize', 'NarSize is zero'),
    references: parseReferences(fields.get('References') ?? []),
    deriver: optional('Deriver', parseDeriver),
    system: last('System'),
    sigs: fields.get('Sig') ?? [],
    ca: parseContentAddress(fields.get('CA') ?? []),
    text,
  });
}

const PLAIN_NAR_KEY = /^nar\/(?!\.)[A-Za-z0-9._+=-]{1,250}$/;

/**
 * The key of the NAR file in a bucket, which is upstream's own: only for a URL that is `nar/<file>` and nothing more.
 * @returns undefined when the URL leaves the cache, has a query, or would need decoding to be compared.
 */
export const narKey = ({ url }: Pick<NarInfo, 'url'>): string | undefined =>
  PLAIN_NAR_KEY.test(url) ? url : undefined;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }); // so that the text gives back the very bytes

function decode(source: string | Uint8Array): string {
  if (source.length > MOST_NARINFO_BYTES) refuse('narinfo', `more than ${MOST_NARINFO_BYTES} bytes`);
  if (typeof source === 'string') return source;
  try {
    return utf8.decode(source);
  } catch (cause) {
    throw new Malformed('not a narinfo: not UTF-8', { field: 'narinfo' }, cause);
  }
}

/** Nix's own way of splitting, oddities included: a value starts two characters after the colon, whatever stands between. */
function readFields(text: string): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (let at = 0; at < text.length; ) {
    const colon = text.indexOf(':', at);
    if (colon < 0) refuse('narinfo', 'expecting a colon');
    const end = text.indexOf('\n', colon + 2);
    if (end < 0) refuse('narinfo', 'its last line has no end');
    const name = text.slice(at, colon);
    const values = fields.get(name);
    if (values) values.push(text.slice(colon + 2, end));
    else fields.set(name, [text.slice(colon + 2, end)]);
    at = end + 1;
  }
  return fields;
}

const OTHER_HASH = /^(?:md5|sha1|sha512|blake3)[:-][0-9A-Za-z+/]{22,128}={0,2}$/;

const parseFileHash = (value: string): Sha256 | undefined =>
  OTHER_HASH.test(value) ? undefined : parseSha256(value, 'FileHash');

function parseSize(value: string, field: string): number {
  const size = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(size) ? size : refuse(field, `${field} is not a size`);
}

function parseReferences(lines: readonly string[]): readonly StorePath[] {
  const lists = lines.map((line) => line.split(' ').filter(Boolean));
  const first = lists.findIndex((list) => list.length > 0);
  if (first >= 0 && first < lists.length - 1) refuse('References', 'References repeats');
  return (lists[first] ?? []).map((name) => parseStorePathBaseName(name, 'References'));
}

const parseDeriver = (value: string): StorePath | undefined =>
  value === 'unknown-deriver' ? undefined : parseStorePathBaseName(value, 'Deriver');

// Its digest is for Nix to judge: we have no use for it, and it is not signed.
const CONTENT_ADDRESS = /^(?:text:|fixed:(?:r:|git:)?)(?:md5|sha1|sha256|sha512|blake3):\S+$/;

function parseContentAddress(values: readonly string[]): string | undefined {
  const [value] = values.filter(Boolean);
  if (value === undefined) return undefined;
  if (values.indexOf(value) < values.length - 1) refuse('CA', 'CA repeats');
  return CONTENT_ADDRESS.test(value) ? value : refuse('CA', 'CA is not a content address');
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

const withoutUndefined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;

function refuse(field: string, why: string): never {
  throw new Malformed(`not a narinfo: ${why}`, { field });
}
