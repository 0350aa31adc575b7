import { text } from 'node:stream/consumers';
import { openPlace } from './open-place.ts';

const signal = AbortSignal.timeout(10_000);
async function* bytes(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}
const read = async (place: string, status = 200) => {
  const client = {
    request: async ({ url }: { readonly url: string }) => ({ status, headers: {}, url, body: bytes('fetched') }),
  };
  return text((await openPlace(place, { client, input: bytes('typed') }, signal)) as AsyncIterable<Buffer>);
};

it('reads files, standard input and addresses', async () => {
  expect(await read(import.meta.filename)).toContain('standard input and addresses');
  expect(await read('-')).toBe('typed');
  expect(await read('https://example.org/list')).toBe('fetched');
});

it('says what an address answered', async () => {
  await expect(read('https://example.org/list?token=secret', 404)).rejects.toThrow(
    'GET https://example.org/list: answered 404',
  );
});

it('fails where there is no file', async () => {
  await expect(read('/nowhere/at/all')).rejects.toThrow('ENOENT');
});
