/** The files of a release, by their names: which one of a channel consists, and which are images. */
import { Malformed } from '../errors.ts';

export interface ReleaseFile {
  /** A plain file name, such as `nixexprs.tar.xz`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,254}$/; // no slash, no leading dot

/** @throws {Malformed} when it is no plain name of a file below a release prefix. */
export function checkFileName(name: string): string {
  if (FILE_NAME.test(name)) return name;
  throw new Malformed(`not a file of a release: ${JSON.stringify(name.slice(0, 100))}`, { field: 'name' });
}

/** What a channel's release consists of below its prefix (nixos-channel-scripts: mirror-nixos-branch.pl). */
export const CHANNEL_FILES: ReadonlySet<string> = new Set([
  'binary-cache-url',
  'git-revision',
  'nixexprs.tar.xz',
  'nixexprs.tar.zst',
  'options.json.br',
  'packages.json.br',
  'src-url',
  'store-paths.xz',
]);

const IMAGE = /\.(?:iso|ova|img|qcow2|vhd|vmdk)(?:\.(?:gz|bz2|xz|zst))?$/;

/** What is installed from or run as a machine: `nixos-minimal-26.11pre….iso`. Gigabytes, so mirrored only when wanted. */
export const isImage = (name: string): boolean => IMAGE.test(name);

/** The encoding that a file's name promises, as in Content-Encoding. */
export const encodingOf = (name: string): 'br' | undefined => (name.endsWith('.json.br') ? 'br' : undefined);
