import fc from 'fast-check';
import { decode } from '../../functions/load/decode.ts';
import { deliveryOf } from './delivery.ts';

const FILE = '0001932f8a1c-4711-3.ndjson';
const BEGUN = new Date('2026-11-25T11:33:07.000Z');
const delivered = async (content: string | Buffer, file = FILE) => {
  const delivery = await deliveryOf(file, Buffer.from(content as string), BEGUN);
  return delivery && decode(delivery);
};

describe('deliveryOf', () => {
  it('is what load takes: each line with an id of its own', async () => {
    await expect(delivered('{"a":1}\n{"a":1}\n')).resolves.toMatchObject({
      kind: 'lines',
      source: 'spool',
      lines: [
        {
          id: expect.stringMatching(/^0001932f8a1c-4711-3\.ndjson:[0-9a-f]{16}:0$/),
          at: BEGUN.getTime(),
          text: '{"a":1}',
        },
        { id: expect.stringMatching(/:1$/), text: '{"a":1}' },
      ],
    });
  });

  it('keeps a last line that was cut', async () => {
    await expect(delivered('{"a":1}\n{"a')).resolves.toMatchObject({ lines: [{ text: '{"a":1}' }, { text: '{"a' }] });
  });

  it.each(['', '\n', '\n\n\n'])('is none where there is no line: %j', async (content) =>
    expect(delivered(content)).resolves.toBeUndefined(),
  );

  it('is the same when it comes again, and another one when name or content differ, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1 }), fc.nat(), async (bytes, at) => {
        const content = Buffer.from([...bytes, 65]);
        const other = Buffer.from(content);
        other[at % other.length] = (other[at % other.length] ?? 0) ^ 1;
        const [one, again, named, changed] = await Promise.all([
          delivered(content),
          delivered(content),
          delivered(content, '0001932f8a1c-4711-4.ndjson'),
          delivered(other),
        ]);
        const tokenOf = (delivery: typeof one) => (delivery?.kind === 'lines' ? delivery.token : undefined);
        expect(one?.kind).toBe('lines');
        expect(tokenOf(again)).toBe(tokenOf(one));
        expect(new Set([tokenOf(one), tokenOf(named), tokenOf(changed)]).size).toBe(3);
      }),
    );
  });
});
