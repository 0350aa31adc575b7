import fc from 'fast-check';
import * as v from 'valibot';
import { CLIENTS, requestRecord } from '../../events/request-record.ts';
import { askerOf } from './client-of.ts';

const { client, client_version, country } = requestRecord.entries;

describe('who asked', () => {
  it.each([
    ['curl/8.14.1 Nix/2.31.2', { client: 'Nix', version: '2.31.2' }],
    ['curl/8.14.1 Lix/2.93.3 https://example.org/fleet', { client: 'Lix', version: '2.93.3' }],
    ['curl/8.14.1 Nix/2.26.0pre20250101_abcdef0', { client: 'Nix', version: '2.26.0' }],
    ['Snix/0.1', { client: 'Snix', version: '0.1' }],
    ['Tvix/1', { client: 'Tvix', version: '1' }],
    ['curl/8 Nix/2.', { client: 'Nix', version: '2' }],
    ['curl/8 Nix/2.31.20250101', { client: 'Nix', version: '2.31' }],
    ['curl/8 Nix/1.2.3.4.5', { client: 'Nix', version: '1.2.3' }],
    ['curl/8 Nix/20250101', { client: 'Nix' }],
    ['curl/8 Nix/2..3', { client: 'Nix', version: '2' }],
    ['curl/8.14.1', { client: 'curl' }],
    ['cachix 1.7.8 (x86_64-linux)', { client: 'cachix' }],
    ['Attic/0.1.0 (push)', { client: 'attic' }],
    ['Go-http-client/2.0', { client: 'go' }],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', { client: 'browser' }],
    ['Phoenix/2.1', { client: 'other' }],
    ['nix/2.31', { client: 'other' }],
    ['', { client: 'other' }],
    [undefined, { client: 'other' }],
  ])('%s', (userAgent, asker) => expect(askerOf(userAgent)).toEqual(asker));

  const userAgent = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom('Nix/', 'Lix/', 'curl/', 'Mozilla/', '1', '23', '.', ' ', 'x', '\n', 'é'),
      maxLength: 30,
    }),
  );

  it('is one of closed lists, whatever it says of itself', () => {
    fc.assert(
      fc.property(userAgent, fc.string(), (said, where) => {
        const asker = askerOf(said, where);
        expect(CLIENTS).toContain(asker.client);
        expect(v.is(client, asker.client) && v.is(client_version, asker.version ?? '1')).toBe(true);
        expect(v.is(country, asker.country ?? 'DE')).toBe(true);
      }),
    );
  });

  it('is the same whatever its user has added to it', () => {
    const family = fc.constantFrom('Nix', 'Lix', 'Snix', 'Tvix');
    const version = fc.array(fc.nat(999), { minLength: 1, maxLength: 3 }).map((numbers) => numbers.join('.'));
    fc.assert(
      fc.property(family, version, userAgent, (name, number, suffix) => {
        const expected = { client: name, version: number };
        expect(askerOf(`curl/8.14.1 ${name}/${number} ${suffix}`)).toEqual(expected);
        expect(askerOf(`curl/8.14.1 ${name}/${number}pre2025_${suffix}`)).toEqual(expected);
      }),
    );
  });

  it('comes from a country when two capital letters say so, and from nowhere else', () => {
    expect(askerOf('curl/8', 'DE')).toEqual({ client: 'curl', country: 'DE' });
    for (const said of ['', 'de', 'DEU', 'T1', 'DE, FR', ' DE', '203.0.113.77', undefined])
      expect(askerOf('curl/8', said)).toEqual({ client: 'curl' });
  });
});
