import { nextMove, playScenario } from './scenario.ts';

const releases = ['0', '1', '2'];
const at = (large: number, small: number, nixpkgs: number) => [
  { channel: 'nixos-unstable', at: large, releases },
  { channel: 'nixos-unstable-small', at: small, releases },
  { channel: 'nixpkgs-unstable', at: nixpkgs, releases },
];
const missing = { hash: 'm', name: 'lpform', kind: 'missing' as const };
const corrupt = { hash: 'c', name: 'openapv', kind: 'corrupt' as const };

describe('nextMove', () => {
  it.each([
    [
      'first, a small update',
      at(0, 0, 0),
      [missing, corrupt],
      { kind: 'advance', channel: 'nixos-unstable-small', release: '1' },
    ],
    ['then a healing', at(0, 1, 0), [missing, corrupt], { kind: 'repair', hash: 'c', name: 'openapv' }],
    ['then whichever is behind', at(0, 1, 0), [missing], { kind: 'advance', channel: 'nixos-unstable', release: '1' }],
    ['the last one', at(2, 2, 1), [missing], { kind: 'advance', channel: 'nixpkgs-unstable', release: '2' }],
    ['the end, with what stays missing', at(2, 2, 2), [missing], undefined],
  ])('is %s', (_rule, channels, broken, expected) => {
    expect(nextMove({ channels, broken })).toEqual(expected);
  });
});

describe('playScenario', () => {
  it('plays to the end, move by move', async () => {
    const channels = at(2, 1, 2);
    const said: string[] = [];
    const upstream = {
      outlook: async () => ({ channels, broken: [missing], publicKey: '', landmarks: {} as never }),
      advance: async (name: string) => {
        for (const channel of channels) if (channel.channel === name) channel.at += 1;
      },
      repair: async () => undefined,
    };
    await playScenario({ upstream, everyMs: 1, say: (text) => said.push(text) }, AbortSignal.timeout(5_000));
    expect(said).toEqual([
      expect.stringContaining('moved nixos-unstable-small to 2'),
      expect.stringContaining('no more news'),
    ]);
  });
});
