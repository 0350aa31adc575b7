import { formatPins, PINS_KEY } from '../../events/pins.ts';
import { collectWorld, DAY, POLICY, releaseNumber } from '../../shared/testing/collect-world.ts';
import { createJournal } from '../../shared/testing/journal.ts';
import { type StoreObject, storeObject } from '../../shared/testing/store-objects.ts';
import { type CollectPolicy, planCollection } from './plan-collection.ts';
import { reportPlan } from './report-plan.ts';

const [r1, r2, r3] = [releaseNumber(1), releaseNumber(2), releaseNumber(3)];
const base = storeObject('base', { contents: 'b'.repeat(1_000) });
const first = storeObject('first', { references: [base.path], contents: 'f'.repeat(2_000) });
const second = storeObject('second', { references: [base.path], contents: 's'.repeat(4_000) });
const third = storeObject('third', { references: [base.path], contents: 't'.repeat(8_000) });
const [pinned, pulled] = [storeObject('pinned'), storeObject('pulled')];
const bytes = (...objects: readonly StoreObject[]) => objects.reduce((sum, { narFile }) => sum + narFile.length, 0);
const amount = (...objects: readonly StoreObject[]) => ({ names: objects.length, narBytes: bytes(...objects) });
const sum = (...amounts: readonly { readonly names: number; readonly narBytes: number }[]) => ({
  names: amounts.reduce((total, { names }) => total + names, 0),
  narBytes: amounts.reduce((total, { narBytes }) => total + narBytes, 0),
});

async function setUp() {
  const world = collectWorld();
  await world.show(base, first, pinned);
  await world.fanOut(r1, [first.path]);
  await world.settle(r1);
  world.pass(100);
  await world.show(second);
  await world.fanOut(r2, [second.path, base.path]);
  await world.settle(r2);
  world.pass(50);
  await world.show(third);
  await world.fanOut(r3, [third.path]);
  await world.settle(r3);
  await world.see([r1, r2, r3]);
  await world.point(r3);
  await world.state.put(PINS_KEY, formatPins([{ what: { path: pinned.path }, at: world.now().toISOString() }]));
  world.pass(20);
  await world.show(pulled);
  const journal = createJournal();
  const deps = {
    bucket: journal.watch('bucket', world.bucket),
    state: journal.watch('state', world.state),
    now: world.now,
  };
  const report = async (policy: Partial<CollectPolicy> = {}) => {
    const plan = await planCollection({ ...POLICY, ...policy }, deps, { isLate: () => false, keep: false }, world.live);
    if (!plan) throw new Error('it came to no plan');
    return reportPlan(plan, deps.bucket, world.live);
  };
  return { world, journal, report };
}

describe('the report of a plan', () => {
  it('says release by release what stays and what goes, each name and each NAR once, and changes nothing', async () => {
    const { report, journal } = await setUp();
    const said = await report();
    expect(said).toMatchObject({
      live: amount(base, second, third, pinned, pulled),
      staying: [
        { release: r3, why: 'current', ...amount(base, third) },
        { why: 'pinned', ...amount(pinned) },
        { release: r2, why: 'retained', ...amount(second) },
      ],
      young: amount(pulled),
      going: [{ release: r1, ...amount(first) }],
      others: { names: 0, narBytes: 0 },
      condemned: { names: 1, nars: 0, narBytes: 0, others: 1 },
      waiting: { names: 0 },
      due: { names: 0 },
    });
    expect(said.going[0]).not.toHaveProperty('since');
    expect(said).not.toHaveProperty('refused');
    expect(sum(...said.staying, said.young)).toEqual(said.live);
    expect(journal.writes()).toEqual([]);
  });

  it('says since when something is condemned, and what would be deleted', async () => {
    const { report, world } = await setUp();
    await world.bring(storeObject('orphan'));
    const { outcome } = await world.collect();
    expect(outcome).toBe('collected');
    const since = world.now().toISOString();
    world.pass(3);
    expect(await report()).toMatchObject({ going: [{ release: r1, since }], waiting: { names: 1, nars: 1 } });
    world.pass(6);
    expect(await report()).toMatchObject({ due: { names: 1, nars: 0, others: 1 }, waiting: { names: 0, nars: 1 } });
    world.pass(23);
    expect(await report({ ms: 60 * DAY })).toMatchObject({ due: { nars: 1, narBytes: bytes(storeObject('orphan')) } });
  });

  it('charges what there is no room for to its release', async () => {
    const { report } = await setUp();
    expect(await report({ mostBytes: bytes(base, third, pinned, pulled) })).toMatchObject({
      staying: [{ release: r3 }, { why: 'pinned' }],
      going: [
        { release: r2, ...amount(second) },
        { release: r1, ...amount(first) },
      ],
    });
  });

  it('says why nothing would be taken away', async () => {
    const { report } = await setUp();
    await expect(report({ mostShare: 0 })).resolves.toMatchObject({ refused: expect.stringContaining('1 of 6 names') });
  });
});
