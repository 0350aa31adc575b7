import fc from 'fast-check';
import { isKey } from '../../../shared/bucket/bucket.ts';
import { placeOf } from './place.ts';

const RELEASE = 'nixos/unstable/nixos-26.11pre1.abc';

it.each([
  ['/channels', { kind: 'channels' }],
  ['/channels.atom', { kind: 'feed' }],
  ['/flake-registry.json', { kind: 'registry' }],
  ['/channels/nixos-26.05', { kind: 'channel', channel: 'nixos-26.05', file: undefined }],
  ['/channels/nixos-26.05/', { kind: 'channel', channel: 'nixos-26.05', file: undefined }],
  ['/channels/c/src%2Durl', { kind: 'channel', channel: 'c', file: 'src-url' }],
  [`/releases/${RELEASE}`, { kind: 'release', release: RELEASE, slash: false }],
  [`/releases/${RELEASE}/`, { kind: 'release', release: RELEASE, slash: true }],
  [
    '/releases/nixpkgs/nixpkgs-26.11pre1.abc',
    { kind: 'release', release: 'nixpkgs/nixpkgs-26.11pre1.abc', slash: false },
  ],
  [`/releases/${RELEASE}/src-url`, { kind: 'file', release: RELEASE, file: 'src-url' }],
  [
    `/releases/${RELEASE}/nixos-minimal-26.11pre1.abc-x86_64-linux.iso`,
    { kind: 'file', release: RELEASE, file: 'nixos-minimal-26.11pre1.abc-x86_64-linux.iso' },
  ],
])('%s', (path, place) => {
  expect(placeOf(path)).toEqual(place);
});

it('leads nowhere but to channels, releases and their files, whatever is asked', () => {
  const part = fc.constantFrom(
    'channels',
    'releases',
    '..',
    '.',
    '%2e%2e',
    '%2f',
    'nixos',
    'nixos-26.11pre1',
    '',
    'x',
    '%',
    '\0',
  );
  const path = fc.oneof(
    fc.webPath(),
    fc.array(part).map((parts) => `/${parts.join('/')}`),
  );
  fc.assert(
    fc.property(path, (asked) => {
      const place = placeOf(asked);
      if (place?.kind === 'channel') expect(isKey(`channels/${place.channel}.json`)).toBe(true);
      if (place?.kind === 'file') expect(isKey(`releases/${place.release}/${place.file}`)).toBe(true);
    }),
  );
});
