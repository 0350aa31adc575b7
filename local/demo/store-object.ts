/** A store object as a binary cache has it: its NAR file and its signed narinfo, byte for byte. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import lzma from 'lzma-native';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import { type NarNode, writeNar } from '../../shared/nix/nar-writer.ts';
import { type Sha256, sha256Of } from '../../shared/nix/sha256.ts';
import { type SecretKey, signatureOf } from '../../shared/nix/signature.ts';
import { formatBaseName, formatStorePath, type StorePath } from '../../shared/nix/store-path.ts';

export type Compression = 'xz' | 'zstd' | 'none';

export interface Nar {
  readonly bytes: Buffer;
  readonly hash: Sha256;
}

export interface StoreObject {
  readonly path: StorePath;
  readonly references: readonly StorePath[];
  readonly narInfo: string;
  /** `<hash>.narinfo` and `nar/…`: where the two lie in a cache. */
  readonly narInfoKey: string;
  readonly narKey: string;
  readonly narFile: Buffer;
  readonly narSize: number;
}

export interface StoreObjectOptions {
  readonly path: StorePath;
  readonly nar: Nar;
  readonly references: readonly StorePath[];
  readonly compression: Compression;
  /** `<hash>-<name>.drv`; what is content-addressed may have none. */
  readonly deriver?: StorePath;
  readonly contentAddressed: boolean;
  readonly key: SecretKey;
}

export function narOf(root: NarNode): Nar {
  const bytes = Buffer.concat([...writeNar(root)]);
  return { bytes, hash: sha256(bytes) };
}

export async function storeObject(options: StoreObjectOptions): Promise<StoreObject> {
  const { path, nar, references, compression, deriver, contentAddressed, key } = options;
  const narFile = await COMPRESS[compression](nar.bytes);
  const fileHash = sha256(narFile);
  const narKey = narKeyOf(compression, nar.hash, fileHash);
  const narSize = nar.bytes.length;
  const fields = [
    ['StorePath', formatStorePath(path)],
    ['URL', narKey],
    ['Compression', compression],
    ['FileHash', fileHash],
    ['FileSize', narFile.length],
    ['NarHash', nar.hash],
    ['NarSize', narSize],
    ['References', references.map(formatBaseName).sort().join(' ')],
    ...(deriver ? [['Deriver', formatBaseName(deriver)]] : []),
    ['Sig', signatureOf({ storePath: path, narHash: nar.hash, narSize, references }, key)],
    ...(contentAddressed ? [['CA', `fixed:r:${nar.hash}`]] : []),
  ];
  const narInfo = fields.map(([name, value]) => `${name}: ${value}\n`).join('');
  return { path, references, narInfo, narInfoKey: narInfoKey(path.hash), narKey, narFile, narSize };
}

/** Upstream's keys: NARs compressed by xz are called by their files' hashes, those by zstd by what is in them. */
function narKeyOf(compression: Compression, narHash: Sha256, fileHash: Sha256): string {
  const [hash, suffix] = { xz: [fileHash, '.xz'], zstd: [narHash, '.zst'], none: [narHash, ''] }[compression] as [
    Sha256,
    string,
  ];
  return `nar/${hash.slice('sha256:'.length)}.nar${suffix}`;
}

const COMPRESS: Readonly<Record<Compression, (nar: Buffer) => Promise<Buffer>>> = {
  none: async (nar) => nar,
  zstd: (nar) => promisify(zstdCompress)(nar, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
  xz,
};

/** With the least effort: nobody keeps these files for long. */
export function xz(bytes: Uint8Array): Promise<Buffer> {
  const compressor = lzma.createCompressor({ preset: 1 });
  compressor.end(bytes);
  return buffer(compressor);
}

const sha256 = (bytes: Uint8Array): Sha256 => sha256Of(createHash('sha256').update(bytes).digest());
