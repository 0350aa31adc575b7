/**
 * The NAR format's words, as the reader and the writer share them (Nix manual: protocols/nix-archive). Everything is a
 * string: its length as 64 bits little-endian, its bytes, and zeros up to a multiple of eight.
 *     archive = "nix-archive-1" node
 *     node    = "(" "type" ("regular" ["executable" ""] "contents" bytes | "symlink" "target" bytes | "directory" entry*) ")"
 *     entry   = "entry" "(" "name" bytes "node" node ")"
 */
const WORD = 8;

/** Zeros after so many bytes. */
export const paddingAfter = (bytes: number): number => (WORD - (bytes % WORD)) % WORD;

export const ZEROS = Buffer.alloc(WORD);

export function narNumber(value: number): Buffer {
  const bytes = Buffer.alloc(WORD);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export function narString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([narNumber(bytes.length), bytes, ZEROS.subarray(0, paddingAfter(bytes.length))]);
}

/** Several strings, one after the other. */
export const narWords = (...words: readonly string[]): Buffer => Buffer.concat(words.map((word) => narString(word)));

/** Bytes of a name. Linux allows 255; a file system of macOS 255 characters, which take more. */
export const MOST_NAME_BYTES = 1_024;
/** Bytes of a symlink's target: what a kernel takes. */
export const MOST_TARGET_BYTES = 4_096;
/** Directories in directories. */
export const MOST_DEPTH = 1_024;

/** Why an entry can't have this name; undefined when it can. */
export function flawOfName(name: Uint8Array): string | undefined {
  if (name.length === 0) return 'a name is empty';
  if (name.length > MOST_NAME_BYTES) return 'a name is too long';
  if (name.includes(0x00)) return 'a name holds NUL';
  if (name.includes(0x2f)) return 'a name holds a slash';
  if (name[0] === 0x2e && (name.length === 1 || (name.length === 2 && name[1] === 0x2e)))
    return "a name is '.' or '..'";
  return undefined;
}

/** Why a symlink can't have this target; undefined when it can. */
export function flawOfTarget(target: Uint8Array): string | undefined {
  if (target.length === 0) return 'a target is empty';
  if (target.length > MOST_TARGET_BYTES) return 'a target is too long';
  return target.includes(0x00) ? 'a target holds NUL' : undefined;
}
