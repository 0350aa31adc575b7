import { lockedAt } from './immutable-link.ts';

const RELEASE = 'https://releases.nixos.org/nixos/unstable/nixos-26.11pre1.abc';
const link = (query: string, release = RELEASE): string => `<${release}/nixexprs.tar.xz${query}>; rel="immutable"`;

it('reads what upstream says', () => {
  expect(lockedAt(link(`?rev=${'a'.repeat(40)}&lastModified=1780000000`), RELEASE)).toBe(1_780_000_000);
});

it.each([
  ['there is none', undefined],
  ['it is about another release', link('?lastModified=1780000000', `${RELEASE}d`)],
  ['it is about another host', link('?lastModified=1', 'https://evil.example/nixos/unstable/nixos-26.11pre1.abc')],
  ['it has no such figure', link('?rev=abc')],
  ['the figure is none', link('?lastModified=yesterday')],
  ['the figure is absurd', link('?lastModified=99999999999999999999')],
  ['it is another kind of link', `<${RELEASE}/nixexprs.tar.xz?lastModified=1>; rel="canonical"`],
  ['it leads nowhere', '<nowhere>; rel="immutable"'],
])('says nothing when %s', (_why, header) => {
  expect(lockedAt(header, RELEASE)).toBeUndefined();
});
