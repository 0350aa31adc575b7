import { CollectRefused, Conflict } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { longMovedOn } from '../../shared/testing/moved-channel.ts';
import { tellFailure, tellRun } from './tell-run.ts';

describe('a run of collect', () => {
  it('ends in one line, however it ends', async () => {
    const world = await longMovedOn();
    const ends = () =>
      world.log.lines.filter(({ event }) => event === 'collect.done' || event === 'collect.refused').splice(-1);
    await world.collect();
    expect(ends()).toMatchObject([{ event: 'collect.done', outcome: 'collected', deleted: 0 }]);
    world.pass(8);
    await world.collect({}, { endsAt: world.clock.now });
    expect(ends()).toMatchObject([{ event: 'collect.done', outcome: 'under-way', duration_ms: expect.any(Number) }]);
    await expect(world.collect({ mostShare: 0 })).resolves.toMatchObject({ outcome: 'refused' });
    expect(ends()).toMatchObject([{ level: 'warn', event: 'collect.refused', outcome: 'refused' }]);
    expect(world.log.lines.filter(({ outcome }) => outcome !== undefined)).toHaveLength(3);
  });

  it('says nothing when it was not due', async () => {
    const world = await longMovedOn();
    await world.collect({}, { whenDue: true });
    await world.collect({}, { whenDue: true });
    expect(world.log.lines).toEqual([]);
  });

  it('says what it refused, and by which code it failed', () => {
    const log = memoryLog();
    const { message } = new CollectRefused('a pointer is unreadable');
    tellRun({ outcome: 'refused', reason: message }, 7, log);
    tellFailure(new Conflict('it is another'), 8, log);
    expect(log.lines).toMatchObject([
      { event: 'collect.refused', outcome: 'refused', reason: 'a pointer is unreadable', duration_ms: 7 },
      { event: 'collect.done', outcome: 'failed', code: 'CONFLICT', duration_ms: 8 },
    ]);
  });
});
