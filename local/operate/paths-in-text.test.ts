import fc from 'fast-check';
import { formatCopyRequested } from '../../events/copy-requested.ts';
import { formatStorePath } from '../../shared/nix/store-path.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { pathsInText } from './paths-in-text.ts';

const [hello, glibc] = [pathNamed('hello-2.12.1'), pathNamed('glibc-2.40')];

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const found = async (text: string, size = 7): Promise<readonly string[]> =>
  Array.fromAsync(pathsInText(inPieces(text, size)));

describe('pathsInText', () => {
  it.each([
    ['a path', `error: path '${formatStorePath(hello)}' is missing\n`, [hello.hash]],
    ['its last part', `${hello.hash}-hello-2.12.1`, [hello.hash]],
    ['a request', `"GET /${hello.hash}.narinfo HTTP/1.1" 404\n`, [hello.hash]],
    ['a message of ours', formatCopyRequested(hello), [hello.hash]],
    [
      'a line of our log',
      `{"store_path.hash":"${hello.hash}"}\r\n{"store_path.hash":"${glibc.hash}"}\r\n`,
      [hello.hash, glibc.hash],
    ],
    ['a NAR file', `/nar/${hello.hash}${glibc.hash.slice(0, 20)}.nar.xz\n`, []],
    ['a commit', `${'a'.repeat(40)}\n`, []],
    ['what is no nix32', `${'e'.repeat(32)} ${'u'.repeat(32)}\n`, []],
    ['nothing', '', []],
  ])('finds the hash in %s', async (_what, text, hashes) => {
    expect(await found(text)).toEqual(hashes);
  });

  it('finds each, however the text is cut', async () => {
    const filler = fc.string({ unit: fc.constantFrom(' ', '"', '\n', 'é', '/', '.'), minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(filler, { maxLength: 10 }), fc.integer({ min: 1, max: 50 }), async (fillers, size) => {
        const text = fillers.map((one) => one + hello.hash).join('');
        expect(await found(text, size)).toEqual(fillers.map(() => hello.hash));
      }),
    );
  });

  it('holds no more than a piece of a line that does not end', async () => {
    const text = `${'x'.repeat(3_000_000)} ${hello.hash} ${'.'.repeat(2_000_000)}${glibc.hash}`;
    expect(await found(text, 65_536)).toEqual([hello.hash, glibc.hash]);
    expect(await found(`${glibc.hash} `.repeat(60_000), 65_521)).toHaveLength(60_000);
    expect(await found('8'.repeat(3_000_000), 65_521)).toEqual([]);
  });
});
