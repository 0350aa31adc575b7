import { NotOurUpstream } from '../errors.ts';
import { parseOrigins } from './addresses.ts';
import { isRedirect, nextAddress } from './redirects.ts';

const origins = parseOrigins(['https://a.example', 'http://a.example', 'https://b.example']);
const trailOf = (...addresses: [string, ...string[]]) => addresses.map((a) => new URL(a)) as [URL, ...URL[]];

it.each([
  [301, true],
  [302, true],
  [303, true],
  [307, true],
  [308, true],
  [200, false],
  [300, false],
  [304, false],
  [305, false],
])('%i is a redirect: %p', (status, redirect) => {
  expect(isRedirect(status)).toBe(redirect);
});

describe('nextAddress', () => {
  it.each([
    ['an absolute address', 'https://b.example/y', 'https://b.example/y'],
    ['a path', '/y', 'http://a.example/y'],
    ['a relative path', 'y?z', 'http://a.example/x/y?z'],
    ['https at the same host', 'https://a.example/x/1', 'https://a.example/x/1'],
  ])('follows %s', (_kind, location, next) => {
    expect(nextAddress(trailOf('http://a.example/x/1'), location, origins).href).toBe(next);
  });

  it.each([
    'https://evil.example/',
    '//evil.example/',
    'https://a.example:8443/',
    'file:///etc/passwd',
    'javascript:0',
  ])('refuses to go to %s', (location) => {
    expect(() => nextAddress(trailOf('https://a.example/'), location, origins)).toThrow(NotOurUpstream);
  });

  it.each([
    ['no location', trailOf('https://a.example/'), undefined, 'https://a.example/: redirects to nowhere'],
    ['an unreadable one', trailOf('https://a.example/'), 'https://[', 'redirects to nowhere'],
    ['itself', trailOf('https://a.example/'), '/#again', 'redirects in a circle'],
    ['a circle', trailOf('https://a.example/1', 'https://a.example/2'), '/1', 'redirects in a circle'],
    [
      'a sixth redirect',
      trailOf('https://a.example/0', ...[1, 2, 3, 4, 5].map((n) => `https://a.example/${n}`)),
      '/6',
      'redirects more than 5 times',
    ],
  ])('gives up at %s', (_kind, trail, location, message) => {
    const follow = () => nextAddress(trail, location, origins);
    expect(follow).toThrow(NotOurUpstream);
    expect(follow).toThrow(message);
  });

  it('follows a fifth', () => {
    const trail = trailOf('https://a.example/0', ...[1, 2, 3, 4].map((n) => `https://a.example/${n}`));
    expect(nextAddress(trail, '/5', origins).pathname).toBe('/5');
  });
});
