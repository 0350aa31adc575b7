/**
 * A channel that came to a first release and then to a second one, for tests of collect: base ← lib ← oldApp (first release), base ← newApp
 * (second).
 */
import { narInfoKey } from '../nix/cache-object.ts';
import { type CollectWorld, collectWorld, releaseNumber } from './collect-world.ts';
import { keysOf } from './journal.ts';
import { pathNamed, storeObject } from './store-objects.ts';

export const [r1, r2, r3] = [releaseNumber(1), releaseNumber(2), releaseNumber(3)];
export const base = storeObject('base');
export const lib = storeObject('lib', { references: [base.path, pathNamed('lib')] });
export const oldApp = storeObject('old-app', { references: [lib.path] });
export const newApp = storeObject('new-app', { references: [base.path] });
export const lone = storeObject('lone');
export const all = [base, lib, oldApp, newApp];

/** The channel came to r1, then to r2, which needs neither lib nor oldApp. */
export async function movedOn(): Promise<CollectWorld> {
  const world = collectWorld();
  await world.show(base, lib, oldApp);
  await world.fanOut(r1, [oldApp.path]); // a list is not closed
  await world.settle(r1);
  await world.see([r1]);
  await world.point(r1);
  world.pass(1);
  await world.show(newApp);
  await world.fanOut(r2, [newApp.path]);
  await world.settle(r2);
  await world.see([r1, r2]);
  await world.point(r2);
  return world;
}

/** And so long ago that nobody retains r1. */
export async function longMovedOn(): Promise<CollectWorld> {
  const world = await movedOn();
  world.pass(31);
  return world;
}

/** Every name has its NAR and its references. */
export async function expectWhole({ bucket }: CollectWorld): Promise<void> {
  const keys = new Set(await keysOf(bucket));
  for (const object of all) {
    if (!keys.has(narInfoKey(object.hash))) continue;
    expect(keys).toContain(object.narKey);
    const references = { [oldApp.hash]: [lib], [lib.hash]: [base], [newApp.hash]: [base] }[object.hash] ?? [];
    for (const { hash } of references) expect(keys).toContain(narInfoKey(hash));
  }
}
