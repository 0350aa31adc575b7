/** The smallest tarball there can be: one file in one directory (POSIX ustar; 512 bytes a block). */
const BLOCK = 512;

/** @param path `directory/name`, at most 100 bytes. @param modified in seconds. */
export function tarballOf(path: string, contents: string, modified: number): Buffer {
  const bytes = Buffer.from(contents);
  const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
  return Buffer.concat([header(path, bytes.length, modified), bytes, padding, Buffer.alloc(2 * BLOCK)]);
}

function header(path: string, size: number, modified: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(path, 0);
  block.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(modified, 12), 100);
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
