import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Malformed } from '../errors.ts';
import { describeWithReference } from '../testing/reference.ts';
import { formatCacheInfo, parseCacheInfo } from './cache-info.ts';

const UPSTREAM = 'StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 40\n';

describe('nix-cache-info', () => {
  it('reads and writes upstream’s', () => {
    const info = { storeDir: '/nix/store', wantMassQuery: true, priority: 40 };
    expect(parseCacheInfo(UPSTREAM)).toEqual(info);
    expect(formatCacheInfo(info)).toBe(UPSTREAM);
  });

  it('takes what is absent for what Nix takes it for', () => {
    expect(parseCacheInfo('')).toEqual({ storeDir: '/nix/store', wantMassQuery: false });
  });

  it('passes over what it does not know', () => {
    expect(parseCacheInfo('no colon\nFuture: x\nPriority:   30  \nStoreDir: /gnu')).toEqual({
      storeDir: '/gnu',
      wantMassQuery: false,
      priority: 30,
    });
  });

  it('refuses a priority that is no number', () => {
    expect(() => parseCacheInfo('Priority: high\n')).toThrow(Malformed);
  });

  it('gives back what it was given', () => {
    const infos = fc.record(
      { storeDir: fc.constant('/nix/store'), wantMassQuery: fc.boolean(), priority: fc.nat(1_000) },
      { requiredKeys: ['storeDir', 'wantMassQuery'] },
    );
    fc.assert(fc.property(infos, (info) => expect(parseCacheInfo(formatCacheInfo(info))).toEqual(info)));
  });
});

describeWithReference('the cache of the small upstream', (reference) => {
  it('says about itself what cache.nixos.org says', () => {
    expect(readFileSync(join(reference, 'upstream/small/cache/nix-cache-info'), 'utf8')).toBe(UPSTREAM);
  });
});
