import { CACHE_NIXOS_ORG_1 } from '../shared/nix/signature.ts';
import { inWords, nixConf } from './welcome.ts';

describe('nixConf', () => {
  it('names both caches, and the keys as Nix writes them', () => {
    const url = 'http://127.0.0.1:8080';
    expect(nixConf({ url, upstream: 'https://cache.nixos.org', publicKeys: [CACHE_NIXOS_ORG_1] })).toBe(
      `substituters = http://127.0.0.1:8080 https://cache.nixos.org
trusted-public-keys = cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=
`,
    );
  });
});

describe('inWords', () => {
  const quiet = { moved: {}, detected: 0, unchanged: 1, copied: 0, bytes: 0, published: 0, unavailable: {} };

  it('says what a run amounts to, and keeps quiet about what did not happen', () => {
    expect(inWords(quiet, { failedChannels: [], deadLettered: 0 })).toBe(
      '\n0 new releases, 1 channel unchanged\n0 store paths copied (0 B), 0 narinfos published\n',
    );
  });

  it('says what went wrong', () => {
    const summary = { ...quiet, unavailable: { corrupt: 1, missing: 1200 } };
    const text = inWords(summary, { failedChannels: ['nixos-unstable'], deadLettered: 2 });
    expect(text).toContain('unavailable upstream: 1 corrupt, 1,200 missing\n');
    expect(text).toContain('not looked at: nixos-unstable\n');
    expect(text).toContain('2 messages went to the dead letters\n');
  });
});
