import { createWaits } from '../../waits.ts';
import { lately } from './lately.ts';

function world() {
  let [ms, makes] = [0, 0];
  const of = lately<number>({ forMs: 5_000, most: 2, now: () => ms });
  const make = async () => {
    makes += 1;
    return makes;
  };
  return { of, make, makes: () => makes, pass: (more: number) => (ms += more) };
}

it('makes the same once for all who ask at once, and for a while', async () => {
  const { of, make, pass } = world();
  expect(await Promise.all([of('a', make), of('a', make), of('b', make)])).toEqual([1, 1, 2]);
  pass(4_999);
  expect(await of('a', make)).toBe(1);
  pass(1);
  expect(await of('a', make)).toBe(3);
});

it('does not remember what failed', async () => {
  const { of, make } = world();
  await expect(of('a', () => Promise.reject(new Error('not now')))).rejects.toThrow('not now');
  expect(await of('a', make)).toBe(1);
});

it('holds so much and no more', async () => {
  const { of, make, makes } = world();
  for (const name of ['a', 'b', 'c', 'a']) await of(name, make);
  expect(makes()).toBe(4);
});

it('lets whoever joins say that they waited', async () => {
  let ms = 0;
  const of = lately<number>({ forMs: 5_000, most: 2, now: () => 0 });
  const slow = Promise.withResolvers<number>();
  const first = of('a', () => slow.promise);
  const waits = createWaits(() => ms);
  const second = waits.within(() => of('a', () => slow.promise));
  ms = 7;
  slow.resolve(1);
  expect(await Promise.all([first, second])).toEqual([1, 1]);
  expect(waits.us()).toBe(7_000);
});
