import type { MissingPath } from '../../events/release-manifest.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { restate } from './restate.ts';

const [app, base, lib] = [pathNamed('app'), pathNamed('base'), pathNamed('lib')];
const withdrawn: MissingPath = { path: base, reason: 'withdrawn' };
const blocked: MissingPath = { path: app, reason: 'blocked', because: base.hash };

interface Now {
  readonly visible?: readonly StorePathHash[];
  readonly unavailable?: readonly (readonly [StorePathHash, 'missing' | 'failing'])[];
  readonly blocked?: readonly (readonly [StorePathHash, StorePathHash])[];
}

function restated(said: readonly MissingPath[], { visible = [], unavailable = [], blocked: causes = [] }: Now) {
  const here = new Set(visible);
  const pending = { has: (hash: StorePathHash) => !here.has(hash) };
  const absences = {
    unavailable: new Map(unavailable.map(([hash, reason]) => [hash, { reason }])),
    blocked: new Map(causes),
  };
  return restate(said, pending, { knows: (hash) => here.has(hash) }, absences);
}

describe('restate', () => {
  it.each<readonly [string, readonly MissingPath[], Now, readonly MissingPath[] | undefined]>([
    ['says nothing while all is as it was', [withdrawn, blocked], {}, undefined],
    ['strikes what is here', [withdrawn, blocked], { visible: [base.hash] }, [blocked]],
    [
      'says what upstream makes of what was withdrawn',
      [withdrawn],
      { unavailable: [[base.hash, 'missing']] },
      [{ path: base, reason: 'missing' }],
    ],
    ['takes trouble upstream for no answer', [withdrawn], { unavailable: [[base.hash, 'failing']] }, undefined],
    [
      'names another cause when the one it named is here',
      [blocked],
      { visible: [base.hash], blocked: [[app.hash, lib.hash]] },
      [{ path: app, reason: 'blocked', because: lib.hash }],
    ],
    ['keeps to the cause it named while that is away', [blocked], { blocked: [[app.hash, lib.hash]] }, undefined],
    ['waits for one to be known', [blocked], { visible: [base.hash] }, undefined],
  ])('%s', (_what, said, now, expected) => {
    expect(restated(said, now)).toEqual(expected);
  });
});
