import fc from 'fast-check';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { createClosureIndex } from './closure-index.ts';
import { planPublish } from './plan-publish.ts';

type Hash = StorePathHash;
const hash = (n: number): Hash => String(n).padStart(32, '0') as Hash;

/** Paths 0…n-1; each refers to some of the others (also upwards, so there may be cycles) and perhaps to itself. */
const world = fc
  .integer({ min: 1, max: 25 })
  .chain((n) =>
    fc.record({
      references: fc.array(fc.array(fc.nat(n + 4), { maxLength: 5 }), { minLength: n, maxLength: n }),
      kind: fc.array(fc.constantFrom('staged', 'staged', 'staged', 'visible', 'unavailable', 'asked', 'absent'), {
        minLength: n + 5,
        maxLength: n + 5,
      }),
    }),
  )
  .map(({ references, kind }) => {
    const of = (wanted: string) =>
      new Set(
        kind.flatMap((k, n) => (k === wanted && (wanted !== 'staged' || n < references.length) ? [hash(n)] : [])),
      );
    const staged = new Map([...of('staged')].map((h) => [h, (references[Number(h)] ?? []).map(hash)]));
    return { staged, visible: of('visible'), unavailable: of('unavailable'), asked: of('asked') };
  });

describe('planPublish', () => {
  it('shows references first, and only what is closed', () => {
    fc.assert(
      fc.property(world, ({ staged, visible, unavailable, asked }) => {
        const seen = new Set(visible);
        for (const shown of planPublish({ staged, visible, unavailable, asked }).show) {
          for (const reference of staged.get(shown) ?? [])
            expect(reference === shown || seen.has(reference)).toBe(true);
          seen.add(shown);
        }
      }),
    );
  });

  it('shows each path once, and everything that could be shown', () => {
    fc.assert(
      fc.property(world, (known) => {
        const { show } = planPublish(known);
        expect(new Set(show).size).toBe(show.length);
        const seen = new Set([...known.visible, ...show]);
        const left = [...known.staged].filter(([path]) => !seen.has(path));
        for (const [path, references] of left) {
          expect(references.some((reference) => reference !== path && !seen.has(reference))).toBe(true);
        }
      }),
    );
  });

  it('asks for exactly what is waited for and neither here, on its way nor known to be lacking', () => {
    fc.assert(
      fc.property(world, (known) => {
        const { show, ask } = planPublish(known);
        const here = new Set([...known.visible, ...known.staged.keys()]);
        const waiting = [...known.staged].filter(([path]) => !show.includes(path));
        const wanted = new Set(
          waiting.flatMap(([, references]) =>
            references.filter((r) => !here.has(r) && !known.unavailable.has(r) && !known.asked.has(r)),
          ),
        );
        expect(new Set(ask)).toEqual(wanted);
      }),
    );
  });

  it('calls blocked exactly what has an unavailable path in its closure, and names that one', () => {
    fc.assert(
      fc.property(world, (known) => {
        const { blocked } = planPublish(known);
        const causesOf = (path: Hash, seen = new Set<Hash>()): Set<Hash> => {
          const causes = new Set<Hash>();
          for (const reference of known.staged.get(path) ?? []) {
            if (known.visible.has(reference) || seen.has(reference)) continue;
            seen.add(reference);
            if (known.unavailable.has(reference)) causes.add(reference);
            else if (known.staged.has(reference)) for (const cause of causesOf(reference, seen)) causes.add(cause);
          }
          return causes;
        };
        for (const path of known.staged.keys()) {
          const causes = causesOf(path);
          if (causes.size === 0) expect(blocked.has(path)).toBe(false);
          else expect([...causes]).toContain(blocked.get(path));
        }
      }),
    );
  });

  it('lets what is blocked follow when its cause heals', () => {
    const [app, lib, base] = [hash(1), hash(2), hash(3)];
    const staged = new Map([
      [app, [lib, app]],
      [lib, [base]],
    ]);
    const none = new Set<Hash>();
    const before = planPublish({ staged, visible: none, unavailable: new Set([base]), asked: none });
    expect(before).toEqual({
      show: [],
      ask: [],
      blocked: new Map([
        [lib, base],
        [app, base],
      ]),
    });
    const after = planPublish({
      staged: new Map([...staged, [base, []]]),
      visible: none,
      unavailable: none,
      asked: none,
    });
    expect(after).toEqual({ show: [base, lib, app], ask: [], blocked: new Map() });
  });

  it('waits with the referrers of a failing path, and blocks nobody', () => {
    const plan = planPublish({
      staged: new Map([[hash(1), [hash(2)]]]),
      visible: new Set(),
      unavailable: new Set(),
      asked: new Set([hash(2)]),
    });
    expect(plan).toEqual({ show: [], ask: [], blocked: new Map() });
  });

  it('never shows a cycle, and never ends up in one', () => {
    const staged = new Map([
      [hash(1), [hash(2)]],
      [hash(2), [hash(1)]],
      [hash(3), [hash(3)]],
    ]);
    expect(planPublish({ staged, visible: new Set(), unavailable: new Set(), asked: new Set() }).show).toEqual([
      hash(3),
    ]);
  });
});

describe('createClosureIndex', () => {
  it('comes, change by change and in any order, to the plan from scratch', () => {
    fc.assert(
      fc.property(world, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (known, random) => {
        const index = createClosureIndex();
        const visible = new Set(known.visible);
        const changes: (() => void)[] = [];
        for (const [path, references] of known.staged) {
          changes.push(() =>
            index.stage(
              path,
              references.filter((reference) => !visible.has(reference)),
            ),
          );
          // Taken away and staged once more: nothing may remain of the first time.
          changes.push(() => {
            if (!index.isStaged(path)) return;
            index.unstage(path);
            index.stage(
              path,
              references.filter((reference) => !visible.has(reference)),
            );
          });
        }
        for (const path of known.unavailable) changes.push(() => index.setUnavailable(path, true));
        const show: Hash[] = [];
        const showSome = () => {
          for (let path = index.takeReady(); path; path = index.takeReady()) {
            show.push(path);
            visible.add(path);
            index.reveal(path);
          }
        };
        while (changes.length > 0) {
          const at = Math.floor((random.next().value ?? 0) * changes.length) % changes.length;
          changes.splice(at, 1)[0]?.();
          if ((random.next().value ?? 0) < 0.3) showSome();
        }
        // A second staging of what is visible by now would be a second showing: publish looks before it stages.
        for (const path of known.staged.keys())
          if (!index.isStaged(path) && !visible.has(path)) throw new Error('lost');
        showSome();

        const plan = planPublish(known);
        expect(new Set(show)).toEqual(new Set(plan.show));
        expect(new Set([...index.absent].filter((h) => !known.unavailable.has(h) && !known.asked.has(h)))).toEqual(
          new Set(plan.ask),
        );
        expect(new Set(index.blocked().keys())).toEqual(new Set(plan.blocked.keys()));
      }),
    );
  });
});
