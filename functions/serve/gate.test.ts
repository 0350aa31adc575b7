import { setTimeout as delay } from 'node:timers/promises';
import { Overloaded } from '../../shared/errors.ts';
import { createGate } from './gate.ts';

function works() {
  const ends: (() => void)[] = [];
  let most = 0;
  let now = 0;
  const work = () => {
    now += 1;
    most = Math.max(most, now);
    return new Promise<void>((resolve) => ends.push(resolve)).finally(() => {
      now -= 1;
    });
  };
  return { work, ends, most: () => most };
}

it('lets so many in at once, and the next when one has left', async () => {
  const { work, ends, most } = works();
  const gate = createGate({ atOnce: 2, waiting: 10, waitMs: 60_000 });
  const all = [1, 2, 3, 4].map(() => gate.pass(work));
  for (let ended = 0; ended < 4; ended += 1) {
    await delay(1);
    ends[ended]?.();
  }
  await Promise.all(all);
  expect([ends.length, most()]).toEqual([4, 2]);
});

it('turns away at once who would make the line too long', async () => {
  const { work, ends } = works();
  const gate = createGate({ atOnce: 1, waiting: 1, waitMs: 60_000 });
  const [first, second] = [gate.pass(work), gate.pass(work)];
  await expect(gate.pass(work)).rejects.toThrow(Overloaded);
  ends[0]?.();
  await first;
  await delay(1);
  ends[1]?.();
  await second;
});

it('turns away who has waited too long, and nobody else for it', async () => {
  const { work, ends } = works();
  const gate = createGate({ atOnce: 1, waiting: 5, waitMs: 20 });
  const first = gate.pass(work);
  await expect(gate.pass(work)).rejects.toThrow(Overloaded);
  ends[0]?.();
  await first;
  await gate.pass(() => Promise.resolve());
});

it('gives the place back when the work fails', async () => {
  const gate = createGate({ atOnce: 1, waiting: 1, waitMs: 20 });
  await expect(gate.pass(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(gate.pass(() => Promise.resolve(7))).resolves.toBe(7);
});
