import fc from 'fast-check';
import { InvalidConfig, Malformed, NotOurUpstream } from '../errors.ts';
import { addressBelow, parseOrigins, requireOurs, whereIs } from './addresses.ts';

describe('parseOrigins', () => {
  it('keeps scheme, host and port', () => {
    const origins = parseOrigins([
      'https://cache.nixos.org',
      'https://cache.nixos.org:443/x/',
      'http://127.0.0.1:80/a',
    ]);
    expect([...origins]).toEqual(['https://cache.nixos.org', 'http://127.0.0.1']);
  });

  it('reports every address that it can’t take, and no password', () => {
    const refused = () => parseOrigins(['https://me:secret@host.example', 'ftp://host.example', 'nonsense']);
    expect(refused).toThrow(InvalidConfig);
    expect(refused).toThrow(
      'the upstream address of host.example must not hold a user name or password; ' +
        'an upstream address is not http or https; an upstream address is not http or https',
    );
  });
});

describe('requireOurs', () => {
  const origins = parseOrigins(['https://releases.nixos.org']);
  it.each([
    'http://releases.nixos.org/x',
    'https://releases.nixos.org:8443/x',
    'https://evil.example/releases.nixos.org',
    'https://releases.nixos.org.evil.example/',
    'file:///etc/passwd',
    'data:text/plain,x',
  ])('refuses %s', (address) => {
    expect(() => requireOurs(new URL(address), origins)).toThrow(NotOurUpstream);
  });
  it('takes what is there', () => {
    expect(() => requireOurs(new URL('https://releases.nixos.org/x?y'), origins)).not.toThrow();
  });
});

it('names an address without credentials and query', () => {
  expect(whereIs(new URL('https://me:secret@host.example/a/b?token=1#c'))).toBe('https://host.example/a/b');
});

describe('addressBelow', () => {
  it.each([
    ['https://cache.nixos.org', 'nix-cache-info', 'https://cache.nixos.org/nix-cache-info'],
    ['https://cache.nixos.org/', 'nar/a+b.nar.xz', 'https://cache.nixos.org/nar/a+b.nar.xz'],
    ['http://127.0.0.1:8199/cache', 'nar/x.nar', 'http://127.0.0.1:8199/cache/nar/x.nar'],
  ])('joins %s and %s', (base, key, address) => {
    expect(addressBelow(base, key)).toBe(address);
  });

  it.each(['', '/', '/etc/passwd', '//evil.example/x', '../x', 'nar/../../x', 'nar/%2e%2e/x', './x', 'nar//x', 'nar/'])(
    'refuses %j',
    (key) => {
      expect(() => addressBelow('https://cache.nixos.org/cache', key)).toThrow(Malformed);
    },
  );
  it.each(['nar/x?hash=y', 'nar/x#y', 'nar/a b', 'nar\\x', 'nar/\n', 'https://evil.example/x'])('refuses %j', (key) => {
    expect(() => addressBelow('https://cache.nixos.org', key)).toThrow(Malformed);
  });

  it('takes a strange name that stays below its base', () => {
    expect(addressBelow('https://cache.nixos.org', '@evil.example')).toBe('https://cache.nixos.org/@evil.example');
  });

  it('never leaves its base, whatever the name', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webPath(), fc.webUrl()), (key) => {
        let address: string;
        try {
          address = addressBelow('https://cache.nixos.org/base', key);
        } catch (error) {
          return expect(error).toBeInstanceOf(Malformed);
        }
        return expect(address).toBe(`https://cache.nixos.org/base/${key}`);
      }),
    );
  });
});
