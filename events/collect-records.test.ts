/** The records of collect: what is formatted is parsed to the same, and garbage is refused with the field that is wrong. */
import fc from 'fast-check';
import { type CopycatError, Malformed } from '../shared/errors.ts';
import { encodeNix32 } from '../shared/nix/nix32.ts';
import { parseReleasePrefix } from '../shared/nix/release.ts';
import { parseStorePathBaseName } from '../shared/nix/store-path.ts';
import { COLLECT_OUTCOMES, formatCollected, parseCollected } from './collected.ts';
import { formatCondemned, readCondemned } from './condemned.ts';
import { formatPins, nameOfPin, parsePins } from './pins.ts';

const path = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => parseStorePathBaseName(`${encodeNix32(bytes)}-hello-1.0`));
const release = fc.nat(999).map((n) => parseReleasePrefix(`nixos/unstable/nixos-26.11pre${n}.aaaaaaaaaaaa`));
const ms = fc.integer({ min: 0, max: 4e12 });
const time = ms.map((at) => new Date(at).toISOString());
const pin = fc.record(
  { what: fc.oneof(fc.record({ path }), fc.record({ release })), at: time, note: fc.string({ maxLength: 100 }) },
  { requiredKeys: ['what', 'at'] },
);
const [names, nars] = [fc.nat(), fc.nat()];
const figures = fc.record({
  names,
  liveNames: names,
  liveBytes: nars,
  condemnedNames: names,
  condemnedNars: nars,
  condemnedBytes: nars,
  deletedNames: names,
  deletedNars: nars,
  deletedBytes: nars,
  deletedObjects: nars,
  retiredReleases: names,
});
const collected = fc.record(
  { outcome: fc.constantFrom(...COLLECT_OUTCOMES), at: time, next: time, reason: fc.string(), figures },
  { requiredKeys: ['outcome', 'at', 'next'] },
);
const key = fc.oneof(
  path.map(({ hash }) => `${hash}.narinfo`),
  fc.nat(10_000).map((n) => `nar/${n}.nar.xz`),
);

describe('round trips', () => {
  it('pins', () => fc.assert(fc.property(fc.array(pin), (pins) => expect(parsePins(formatPins(pins))).toEqual(pins))));
  it('collected', () =>
    fc.assert(fc.property(collected, (record) => expect(parseCollected(formatCollected(record))).toEqual(record))));
  it('condemned', () =>
    fc.assert(
      fc.asyncProperty(time, fc.array(fc.tuple(key, fc.constantFrom(0, 1, 2))), async (at, entries) => {
        const record = { at, since: new Map(entries) };
        expect(await readCondemned(formatCondemned(record))).toEqual(record);
      }),
      { numRuns: 30 },
    ));
  it('condemned, a hundred thousand keys', async () => {
    const since = new Map(Array.from({ length: 100_000 }, (_, n) => [`nar/${n}-${'x'.repeat(50)}.nar.xz`, n % 3]));
    expect((await readCondemned(formatCondemned({ at: '2026-11-25T00:00:00.000Z', since }))).since).toEqual(since);
  });
});

describe.each(Object.entries({ parsePins, parseCollected }))('%s', (_name, parse) => {
  it('refuses garbage, and nothing but Malformed comes of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
          expect((error as CopycatError).facts.field).toEqual(expect.any(String));
        }
      }),
    );
  });
});

describe('readCondemned', () => {
  const at = '2026-11-25T00:00:00.000Z';
  const whole = async () =>
    Buffer.concat(
      await Array.fromAsync(
        formatCondemned({
          at,
          since: new Map([
            ['nar/a', 1],
            ['nar/b', 2],
          ]),
        }),
      ),
    );
  const bodyOf = async function* (bytes: Uint8Array) {
    yield bytes;
  };

  it('refuses a record that was cut, or is none', async () => {
    const bytes = await whole();
    for (const torn of [Buffer.alloc(0), Buffer.from('garbage'), bytes.subarray(0, -5)])
      await expect(readCondemned(bodyOf(torn))).rejects.toMatchObject({ code: 'MALFORMED' });
  });
});

it('a pin is named as it was set', () => {
  const what = { path: parseStorePathBaseName('r8s84s5jn9y9k7l2c8chjgqj14mhrw0d-hello') };
  expect(nameOfPin({ what })).toBe('r8s84s5jn9y9k7l2c8chjgqj14mhrw0d-hello');
});
