import fc from 'fast-check';
import { mirrorUrlOf } from './mirror-url.ts';

const known = { publicUrl: undefined, listening: 'http://127.0.0.1:8080' };

it.each([
  ['the host that was asked', { encrypted: false, host: 'Mirror.lan:8080' }, 'http://mirror.lan:8080'],
  ['by TLS', { encrypted: true, host: 'mirror.lan' }, 'https://mirror.lan'],
  ['an IPv6 address', { encrypted: false, host: '[::1]:8080' }, 'http://[::1]:8080'],
  ['a name of a container', { encrypted: false, host: 'my_mirror:8080' }, 'http://my_mirror:8080'],
  ['a name with its root', { encrypted: false, host: 'mirror.lan.:80' }, 'http://mirror.lan.:80'],
  ['no host', { encrypted: false, host: undefined }, 'http://127.0.0.1:8080'],
  ['a host that would end an attribute', { encrypted: false, host: 'a"><script>' }, 'http://127.0.0.1:8080'],
  ['a port that is none', { encrypted: false, host: 'a:99999' }, 'http://127.0.0.1:8080'],
  ['an address that is none', { encrypted: false, host: '1.2.3.4.5' }, 'http://127.0.0.1:8080'],
  ['a host with a path', { encrypted: false, host: 'a/b' }, 'http://127.0.0.1:8080'],
  [
    'a trusted proxy',
    { encrypted: false, host: 'inside', forwardedProto: 'https', forwardedHost: 'outside.example' },
    'https://outside.example',
  ],
  [
    'what a proxy added, and not what it was sent',
    { encrypted: true, host: 'inside', forwardedProto: 'https, http', forwardedHost: 'evil.example, outside.example' },
    'http://outside.example',
  ],
])('%s', (_rule, arrived, expected) => {
  expect(mirrorUrlOf(arrived, known)).toBe(expected);
});

it('is PUBLIC_URL when there is one', () => {
  const publicUrl = 'https://cache.example.org';
  expect(mirrorUrlOf({ encrypted: false, host: 'evil.example' }, { ...known, publicUrl })).toBe(publicUrl);
});

it('is an address that can stand in a header and in HTML, whatever a client sends', () => {
  const header = fc.option(fc.string(), { nil: undefined });
  fc.assert(
    fc.property(header, header, header, (host, forwardedHost, forwardedProto) => {
      const url = mirrorUrlOf({ encrypted: false, host, forwardedHost, forwardedProto }, known);
      expect(url).toMatch(/^https?:\/\/[a-z0-9._:[\]-]+$/);
    }),
  );
});
