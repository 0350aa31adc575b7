import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Malformed } from '../errors.ts';
import { unbzip2 } from './bzip2.ts';

// head -c 100000000 /dev/zero | bzip2 -9: three blocks
const BOMB = Buffer.from(
  'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1nEYApVAD7RQALAAABAAAggADDMCapppUiDaipEHi7kinChIcCoiS4=',
  'base64',
);
const BOMB_BYTES = 100_000_000;
const ZEROS = Buffer.alloc(2 ** 20);
// printf 'hello, bzip2\n' | bzip2
const HELLO = Buffer.from('QlpoOTFBWSZTWbEj3kMAAANZgAAQQAQQABJkwBAgADEDQNAgAaaRA6tsgoT4u5IpwoSFiR7yGA==', 'base64');

async function unpacked(file: Uint8Array, chunkBytes = file.length || 1): Promise<Buffer> {
  const stream = unbzip2();
  const writing = (async () => {
    for (let at = 0; at < file.length && !stream.destroyed; at += chunkBytes)
      if (!stream.write(file.subarray(at, at + chunkBytes)))
        await new Promise((next) => stream.once('drain', next).once('close', next));
    stream.end();
  })();
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  await writing;
  return Buffer.concat(chunks);
}

it('writes a bomb out piece by piece, no faster than it is read', async () => {
  const stream = unbzip2();
  stream.end(BOMB);
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    expect(chunk.length + stream.readableLength).toBeLessThan(2 ** 20);
    expect(chunk.equals(ZEROS.subarray(0, chunk.length))).toBe(true);
    bytes += chunk.length;
  }
  expect(bytes).toBe(BOMB_BYTES);
});

it('decodes no more once its reader has left', async () => {
  const stream = unbzip2();
  stream.end(BOMB);
  for await (const chunk of stream) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  expect(stream.destroyed).toBe(true);
  expect(stream.readableLength).toBeLessThan(2 ** 20);
});

it.each<[string, (file: Buffer) => void]>([
  ['it does not begin with BZh', (file) => file.write('BZx')],
  ['no level from 1 to 9', (file) => file.write('0', 3)],
  ['no block where one should be', (file) => file.writeUInt8(0x30, 4)],
  ['the check of a block does not hold', (file) => file.writeUInt8(0, 10)],
  ['its check does not hold', (file) => file.writeUInt8(file.readUInt8(file.length - 3) ^ 1, file.length - 3)],
])('says what is wrong: %s', async (why, spoil) => {
  const file = Buffer.from(HELLO);
  spoil(file);
  await expect(unpacked(file)).rejects.toThrow(why);
});

it('reads whatever comes to an end, or refuses it as malformed', async () => {
  const damage = fc.array(fc.tuple(fc.nat(HELLO.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const file = Buffer.from(HELLO);
      for (const [at, bits] of changes) file.writeUInt8(file.readUInt8(at) ^ bits, at);
      const read = await unpacked(file).catch((error: unknown) => error);
      expect(read instanceof Malformed || Buffer.isBuffer(read)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

const compressed = (contents: Uint8Array, level: number): Buffer | undefined => {
  const script = `import bz2, sys; sys.stdout.buffer.write(bz2.compress(sys.stdin.buffer.read(), ${level}))`;
  const { status, stdout } = spawnSync('python3', ['-c', script], { input: contents, maxBuffer: 2 ** 30 });
  return status === 0 ? stdout : undefined;
};

describe('what another program wrote', () => {
  if (!compressed(Buffer.from('x'), 1)) {
    process.stderr.write('SKIPPED, for there is no python3 with bz2: bzip2 that another program wrote\n');
    it.skip('needs python3 with bz2', () => undefined);
    return;
  }
  const sentences = Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(60_000));
  const lengths = Buffer.concat(
    Array.from({ length: 600 }, (_, i) => Buffer.alloc(i, String.fromCharCode(97 + (i % 3)))),
  );

  it.each<[string, Buffer, number]>([
    ['text of several blocks', sentences, 9],
    ['text of many small blocks', sentences, 1],
    ['what does not compress', randomBytes(2_100_000), 9],
    ['runs of every length up to 600', lengths, 9],
    ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), 9],
    ['a byte', Buffer.from('x'), 9],
    ['nothing', Buffer.alloc(0), 9],
  ])('%s, is read byte for byte', async (_what, contents, level) => {
    const file = compressed(contents, level) ?? Buffer.alloc(0);
    const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect(sha256(await unpacked(file))).toBe(sha256(contents));
    expect(sha256(await unpacked(Buffer.concat([file, file]), 10_007))).toBe(
      sha256(Buffer.concat([contents, contents])),
    );
  });
});
