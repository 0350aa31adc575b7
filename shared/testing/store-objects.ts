/** Store objects made up for tests: each with its NAR file and a narinfo that a test key signed. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { type NarNode, writeNar } from '../nix/nar-writer.ts';
import { encodeNix32 } from '../nix/nix32.ts';
import { sha256Of } from '../nix/sha256.ts';
import { type PublicKey, type SecretKey, signatureOf } from '../nix/signature.ts';
import { formatBaseName, parseStorePathBaseName, type StorePath, type StorePathHash } from '../nix/store-path.ts';
import { xz } from './xz.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
export const TEST_KEY: PublicKey = { name: 'test-1', key: publicKey };
export const TEST_SECRET: SecretKey = { name: 'test-1', key: privateKey };

export interface StoreObject {
  readonly path: StorePath;
  readonly hash: StorePathHash;
  readonly narInfo: string;
  /** Where its NAR file lies. */
  readonly narKey: string;
  readonly narFile: Buffer;
  readonly narHash: string;
}

export interface StoreObjectOptions {
  readonly references?: readonly StorePath[];
  readonly contents?: string;
  readonly root?: NarNode;
  readonly compression?: 'none' | 'zstd' | 'xz';
  /** The NAR file, where the compression is one that node:zlib lacks. */
  readonly compress?: (nar: Buffer) => Buffer;
  /** Lines of the narinfo to put in place of the right ones. */
  readonly wrong?: Readonly<Record<string, string>>;
  readonly secret?: SecretKey;
  /** Said and signed instead of the NAR's own. */
  readonly narSize?: number;
}

/** A path whose hash is made of its name: the same name, the same path. */
export const pathNamed = (name: string): StorePath =>
  parseStorePathBaseName(`${encodeNix32(createHash('sha256').update(name).digest().subarray(0, 20))}-${name}`);

const SUFFIXES = { none: '', zstd: '.zst', xz: '.xz' };
const zstd = (nar: Buffer): Buffer => zstdCompressSync(nar, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });

export function storeObject(name: string, options: StoreObjectOptions = {}): StoreObject {
  const {
    references = [],
    contents = name,
    compression = 'none',
    compress = zstd,
    secret = TEST_SECRET,
    wrong = {},
  } = options;
  const path = pathNamed(name);
  const nar = Buffer.concat([...writeNar(options.root ?? { type: 'regular', contents })]);
  const narFile = compression === 'none' ? nar : compress(nar);
  const narHash = sha256Of(createHash('sha256').update(nar).digest());
  const fileHash = sha256Of(createHash('sha256').update(narFile).digest());
  const narSize = options.narSize ?? nar.length;
  const narKey = `nar/${fileHash.slice('sha256:'.length)}.nar${SUFFIXES[compression]}`;
  const lines = {
    StorePath: `/nix/store/${formatBaseName(path)}`,
    URL: narKey,
    Compression: compression,
    FileHash: fileHash,
    FileSize: String(narFile.length),
    NarHash: narHash,
    NarSize: String(narSize),
    References: references.map(formatBaseName).join(' '),
    Sig: signatureOf({ storePath: path, narHash, narSize, references }, secret),
    ...wrong,
  };
  const narInfo = Object.entries(lines)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
  return { path, hash: path.hash, narInfo, narKey, narFile, narHash };
}

/** The same with its NAR compressed as most of upstream's are. */
export async function xzStoreObject(name: string, options: StoreObjectOptions = {}): Promise<StoreObject> {
  const narFile = await xz(storeObject(name, { ...options, compression: 'none' }).narFile);
  return storeObject(name, { ...options, compression: 'xz', compress: () => narFile });
}

/** What an upstream with these store objects serves. */
export const upstreamObjects = (objects: readonly StoreObject[]): Map<string, Uint8Array> =>
  new Map(
    objects.flatMap(({ hash, narInfo, narKey, narFile }): [string, Uint8Array][] => [
      [`${hash}.narinfo`, Buffer.from(narInfo)],
      [narKey, narFile],
    ]),
  );
