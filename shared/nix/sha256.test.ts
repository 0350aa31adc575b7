import fc from 'fast-check';
import { Malformed } from '../errors.ts';
import { digestOf, parseSha256, sha256Of } from './sha256.ts';

const digests = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('Sha256', () => {
  it('is the same string for every text of the same digest', () => {
    fc.assert(
      fc.property(digests, (digest) => {
        const hash = sha256Of(digest);
        const bytes = Buffer.from(digest);
        const texts = [
          hash,
          `sha256:${bytes.toString('hex')}`,
          `sha256:${bytes.toString('hex').toUpperCase()}`,
          `sha256:${bytes.toString('base64')}`,
          `sha256-${bytes.toString('base64')}`,
        ];
        expect(new Set(texts.map((text) => parseSha256(text, 'NarHash')))).toEqual(new Set([hash]));
      }),
    );
  });

  it('gives its bytes back', () => {
    fc.assert(fc.property(digests, (digest) => digestOf(sha256Of(digest)).equals(digest)));
  });

  it('throws nothing but Malformed, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `sha256:${text}`),
        ),
        (text) => {
          try {
            return digestOf(parseSha256(text, 'NarHash')).length === 32;
          } catch (error) {
            return error instanceof Malformed && error.facts.field === 'NarHash';
          }
        },
      ),
    );
  });

  it.each([
    ['another algorithm', `sha1:${'0'.repeat(32)}`],
    ['no algorithm', '0lxjvvpr59c2mdram7ympy5ay741f180kv3349hvfc3f8nrmbqf6'],
    ['a digest cut short', 'sha256:0lxjvvpr59c2mdram7ympy5ay741f180kv3349hvfc3f8nrmbqf'],
    ['spare bits that are not zero', `sha256:${'a'.repeat(52)}`],
    ['hex in SRI form', `sha256-${'0'.repeat(64)}`],
    ['a line break at the end', `sha256:${'0'.repeat(64)}\n`],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(() => parseSha256(text, 'NarHash')).toThrow(Malformed);
  });

  it('is not made of anything but 32 bytes', () => {
    expect(() => sha256Of(new Uint8Array(20))).toThrow(RangeError);
  });
});
