import type { Tell, Told } from '../analytics/topic.ts';
import { logDelayBy } from './log-delay.ts';

const AT = new Date('2026-11-23T11:33:07Z');
const NEWEST = '2026-11-23T11:32:58.123Z';
const row = (newest: string | null) => ({ newest, deliveries: 3, rows: 9, unreadable: 0 });
const telling =
  (answer: Told<unknown> | 'not-configured' | 'not-available'): Tell =>
  async () =>
    answer as never;

it.each([
  ['fresh', true],
  ['old', false],
])('is what ClickHouse says, also when the answer is %s', async (_how, fresh) => {
  const delay = await logDelayBy(telling({ found: row(NEWEST), at: AT, fresh }));
  expect(delay).toEqual({ loadedUpTo: new Date(NEWEST), asOf: AT, fresh });
});

it.each<readonly [string, Tell]>([
  ['there is no ClickHouse', telling('not-configured')],
  ['it is away', telling('not-available')],
  ['nothing came for two days', telling({ found: row(null), at: AT, fresh: true })],
  ['it answers something else', telling({ found: row('a while ago'), at: AT, fresh: true })],
  ['it can’t even be asked', () => Promise.reject(new Error('down'))],
])('is not known when %s', async (_when, tell) => {
  expect(await logDelayBy(tell)).toBeUndefined();
});

it('keeps no page waiting, and is there for the next one', async () => {
  const asked = Promise.withResolvers<never>();
  const slow: Tell = () => asked.promise;
  expect(await logDelayBy(slow, 20)).toBeUndefined();
  asked.resolve({ found: row(NEWEST), at: AT, fresh: true } as never);
  expect(await logDelayBy(slow, 1_000)).toMatchObject({ asOf: AT });
});
