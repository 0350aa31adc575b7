/** The smallest tarball there can be: files below one directory, which are all that Nix looks at (POSIX ustar). Pure. */
const BLOCK = 512;
const LONGEST_PATH = 100;

export interface TarFile {
  /** `directory/name`, in ASCII and at most 100 bytes: nothing longer is needed here. */
  readonly path: string;
  readonly contents: string | Uint8Array;
  readonly executable?: boolean;
}

/** @param modified in seconds; the same files, the same bytes. */
export function tarballOf(files: readonly TarFile[], modified: number): Buffer {
  const blocks = files.flatMap(({ path, contents, executable = false }) => {
    const bytes = Buffer.from(contents);
    const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
    return [header(path, executable ? 0o755 : 0o644, bytes.length, modified), bytes, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(path: string, mode: number, size: number, modified: number): Buffer {
  if (path.length > LONGEST_PATH) throw new RangeError(`longer than ${LONGEST_PATH} bytes: ${path}`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(path, 0);
  block.write(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(modified, 12), 100);
  block.write(' '.repeat(8), 148); // the checksum counts itself as blanks
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return block;
}
