import fc from 'fast-check';
import { lines } from './lines.ts';

async function linesOf(...chunks: readonly Uint8Array[]): Promise<string[]> {
  const found: string[] = [];
  const body = async function* () {
    yield* chunks;
  };
  for await (const line of lines(body())) found.push(line);
  return found;
}

describe('lines', () => {
  it('are the same, however they are cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.nat(300),
        fc.nat(300),
        async (texts, one, other) => {
          const clean = texts.map((text) => text.replaceAll('\n', ''));
          const bytes = Buffer.from(clean.join('\n'));
          const [first, second] = [one, other].sort((a, b) => a - b);
          const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
          expect(await linesOf(...chunks)).toEqual(clean.filter((text) => text !== ''));
        },
      ),
    );
  });

  it('end with the last line, line break or not', async () => {
    expect(await linesOf(Buffer.from('a\n\nb\n'))).toEqual(['a', 'b']);
    expect(await linesOf(Buffer.from('a\nb'))).toEqual(['a', 'b']);
    expect(await linesOf()).toEqual([]);
  });

  it('are refused when one does not end', async () => {
    const endless = Array.from({ length: 100 }, () => Buffer.alloc(1_000, 'a'));
    await expect(linesOf(...endless)).rejects.toMatchObject({ code: 'MALFORMED' });
  });
});
