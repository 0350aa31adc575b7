/** The pure decisions of collect between the roots and the deletions. */
import fc from 'fast-check';
import { encodeNix32 } from '../../shared/nix/nix32.ts';
import { parseStorePathHash, type StorePathHash } from '../../shared/nix/store-path.ts';
import { DAY } from '../../shared/testing/collect-world.ts';
import { type Planned, whyNot } from './brakes.ts';
import { condemn, dueOf, graceOf, NAR_GRACE_MS } from './condemn.ts';
import { deletionOrder } from './deletion-order.ts';
import { decideLive } from './live-set.ts';
import { createNameGraph, type NameGraph } from './name-graph.ts';
import { createReach } from './reach.ts';

const hashOf = (n: number): StorePathHash => parseStorePathHash(encodeNix32(Buffer.alloc(20, n + 1)));

/** Names by what each refers to; NARs of a hundred bytes, of their own unless said. */
function graphOf(
  references: readonly (readonly number[])[],
  { nars = [] as readonly number[], at = 0 } = {},
): NameGraph {
  const graph = createNameGraph();
  for (const [n, refersTo] of references.entries()) {
    const narKey = `nar/${nars[n] ?? n}`;
    graph.add(
      { hash: hashOf(n), etag: '"1"', at, narKey, deriver: undefined, references: refersTo.map(hashOf) },
      'visible',
    );
    graph.narSizes.set(graph.narIdOf(narKey), 100);
  }
  return graph;
}

const anyGraph = fc
  .array(fc.array(fc.nat(11), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map((references) => graphOf(references)); // cycles and references that are not here among them

describe('what is live', () => {
  it('is the closure of what is needed, and nothing else', () => {
    const graph = graphOf([[], [0], [1], [3, 0], []]);
    const reach = createReach(graph);
    reach.begin();
    reach.from(hashOf(1));
    const { live } = decideLive(graph, reach, { needed: 1, youngSince: 1, mostBytes: Infinity });
    expect([0, 1, 2, 3, 4].filter((n) => live.has(graph.idOf(hashOf(n))))).toEqual([0, 1]);
    expect(live).toMatchObject({ names: 2, bytes: 200 });
  });

  it('holds all that it refers to, whatever the graph', () => {
    fc.assert(
      fc.property(anyGraph, fc.array(fc.nat(11)), fc.nat(500), (graph, roots, mostBytes) => {
        const reach = createReach(graph);
        for (const root of roots) {
          reach.begin();
          reach.from(hashOf(root));
        }
        const { live, staying } = decideLive(graph, reach, {
          needed: Math.min(1, roots.length),
          youngSince: 1,
          mostBytes,
        });
        for (const root of roots.slice(0, staying)) {
          const id = graph.known(hashOf(root));
          if (id !== undefined) expect(live.has(id)).toBe(true);
        }
        for (const [id, { references }] of graph.held)
          if (live.has(id)) for (const reference of references) expect(live.has(reference)).toBe(true);
      }),
    );
  });

  it('is kept as far as there is room, a NAR that two share counted once, and what is young in any case', () => {
    const old = graphOf([[], [0], [0]], { nars: [0, 1, 1] });
    old.add({ hash: hashOf(7), etag: '', at: 9, narKey: 'nar/7', deriver: undefined, references: [] }, 'staged');
    old.narSizes.set(old.narIdOf('nar/7'), 50);
    const reach = createReach(old);
    for (const n of [0, 1, 2]) {
      reach.begin();
      reach.from(hashOf(n));
    }
    const staying = (mostBytes: number) => decideLive(old, reach, { needed: 1, youngSince: 5, mostBytes }).staying;
    expect([0, 249, 250].map(staying)).toEqual([1, 1, 3]);
    const { live } = decideLive(old, reach, { needed: 1, youngSince: 5, mostBytes: 0 });
    expect(live).toMatchObject({ names: 1, bytes: 150 });
    expect(live.has(old.idOf(hashOf(7)))).toBe(true);
  });
});

describe('what is condemned', () => {
  const grace = { names: 7 * DAY, nars: NAR_GRACE_MS, channels: 30 * DAY };

  it('keeps the date of its first time, as long as it is dead each time', () => {
    const first = condemn(['a', 'b'], new Map(), 10);
    const second = condemn(['b', 'c'], first, 20);
    expect([...second]).toEqual([
      ['b', 10],
      ['c', 20],
    ]);
    expect([...condemn(['a'], second, 30)]).toEqual([['a', 30]]);
  });

  it('is never dated later than now, whatever a clock has said', () => {
    expect([...condemn(['a'], new Map([['a', 99]]), 10)]).toEqual([['a', 10]]);
  });

  it.each([
    ['1b2c.narinfo', 7],
    ['staged/1b2c.narinfo', 7],
    ['unavailable/1b2c.json', 7],
    ['releases/nixos/unstable/nixos-26.11pre1.a', 7],
    ['nar/1b2c.nar.xz', 31],
    ['1b2c.ls', 31],
    ['log/1b2c-hello.drv', 31],
    ['channels/nixos-unstable', 30],
  ])('%s is due after %i days', (key, days) => {
    expect(graceOf(key, grace)).toBe(days * DAY);
    const since = new Map([[key, 0]]);
    expect([...dueOf(since, grace, days * DAY - 1)]).toEqual([]);
    expect([...dueOf(since, grace, days * DAY)]).toEqual([key]);
  });
});

describe('the order of deletion', () => {
  it('never leaves a name without its reference, whatever is doomed, and leaves out only what a name needs', () => {
    fc.assert(
      fc.property(anyGraph, fc.array(fc.nat(11)), (graph, chosen) => {
        const here = new Set(Array.from(graph.held, ([id]) => id));
        const doomed = new Set(chosen.map((n) => graph.idOf(hashOf(n))).filter((id) => here.has(id)));
        const order = deletionOrder(graph, doomed);
        for (let id = order.next(); id !== undefined; id = order.next()) {
          const referrers = [...here].filter((one) => one !== id && graph.at(one)?.references.includes(id));
          expect(referrers).toEqual([]);
          expect(here.delete(id)).toBe(true);
          order.gone(id);
        }
        for (const id of doomed) {
          if (here.has(id))
            expect([...here].some((one) => one !== id && graph.at(one)?.references.includes(id))).toBe(true);
        }
      }),
    );
  });

  it('makes nothing ready before its referrer is known to be gone', () => {
    const graph = graphOf([[], [0]]);
    const [reference, referrer] = [graph.idOf(hashOf(0)), graph.idOf(hashOf(1))];
    const order = deletionOrder(graph, new Set([reference, referrer]));
    expect(order.next()).toBe(referrer);
    expect(order.next()).toBeUndefined();
    order.gone(referrer);
    expect(order.next()).toBe(reference);
  });
});

describe('the brakes', () => {
  const fine: Planned = {
    names: 100,
    deadNames: 50,
    unreadable: [],
    channels: [],
    withRelease: new Set(),
    retiredCurrent: [],
    mostShare: 0.5,
  };
  it.each<[string, Partial<Planned>, RegExp | undefined]>([
    ['let half of the names go', {}, undefined],
    ['let no more go than is allowed', { deadNames: 51 }, /51 of 100 names \(51 %\).*50 %/],
    ['let more go when it is allowed', { deadNames: 99, mostShare: 1 }, undefined],
    ['never let all go', { deadNames: 100, mostShare: 1 }, /nobody seems to need any name/],
    ['have nothing against an empty mirror', { names: 0, deadNames: 0, channels: ['x' as never] }, undefined],
  ])('%s', (_what, planned, reason) => {
    const why = whyNot({ ...fine, ...planned });
    if (reason) expect(why).toMatch(reason);
    else expect(why).toBeUndefined();
  });
});
