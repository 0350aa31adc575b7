/**
 * `nix-cache-info`: what a binary cache says about itself (Nix manual: protocols/binary-cache/nix-cache-info).
 *     StoreDir: /nix/store
 *     WantMassQuery: 1
 *     Priority: 40
 */
import { Malformed } from '../errors.ts';
import { STORE_DIR } from './store-path.ts';

export interface CacheInfo {
  readonly storeDir: string;
  /** Whether it may be asked for many paths that the user did not name. */
  readonly wantMassQuery: boolean;
  /** The lower, the sooner it is asked; cache.nixos.org has 40. Absent, Nix since 2.4 takes it for 0: first of all. */
  readonly priority?: number;
}

/** Nix passes over what it does not know, and so does this. @throws {Malformed} with `facts.field`. */
export function parseCacheInfo(text: string): CacheInfo {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon >= 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const priority = fields.get('Priority');
  if (priority !== undefined && !/^\d{1,9}$/.test(priority)) {
    throw new Malformed('the Priority of a cache is not a number', { field: 'Priority' });
  }
  return {
    storeDir: fields.get('StoreDir') ?? STORE_DIR,
    wantMassQuery: fields.get('WantMassQuery') === '1',
    ...(priority === undefined ? {} : { priority: Number(priority) }),
  };
}

export function formatCacheInfo({ storeDir, wantMassQuery, priority }: CacheInfo): string {
  const lines = [`StoreDir: ${storeDir}`, `WantMassQuery: ${wantMassQuery ? 1 : 0}`];
  if (priority !== undefined) lines.push(`Priority: ${priority}`);
  return `${lines.join('\n')}\n`;
}
