import { setImmediate as soon } from 'node:timers/promises';
import fc from 'fast-check';
import { roomOf } from './room.ts';

const live = new AbortController().signal;

describe('roomOf', () => {
  it('is never overdrawn, and everybody gets in, in the order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 30 }), async (wishes) => {
        const room = roomOf(100);
        const inside = new Map<number, () => void>();
        const arrived: number[] = [];
        const all = wishes.map((bytes, i) =>
          room.take(bytes, live).then((leave) => {
            arrived.push(i);
            inside.set(i, leave);
          }),
        );
        for (let round = 0; round <= wishes.length; round += 1) {
          await soon();
          const sum = [...inside.keys()].reduce((total, i) => total + Math.min(100, wishes[i] ?? 0), 0);
          expect(sum).toBeLessThanOrEqual(100);
          const [first] = inside;
          if (!first) break;
          inside.delete(first[0]);
          first[1]();
          first[1](); // counts once
        }
        await Promise.all(all);
        expect(arrived).toEqual(wishes.map((_, i) => i));
      }),
    );
  });

  it('makes way when who waits gives up', async () => {
    const room = roomOf(100);
    const leave = await room.take(60, live);
    const giving = new AbortController();
    const large = room.take(100, giving.signal);
    const small = room.take(40, live);
    giving.abort(new Error('enough'));
    await expect(large).rejects.toThrow('enough');
    await expect(small).resolves.toEqual(expect.any(Function));
    leave();
    await expect(room.take(1, AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  });
});
