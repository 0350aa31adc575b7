import fc from 'fast-check';
import { pathNamed } from '../../../shared/testing/store-objects.ts';
import { giveBack, isSpent, takeOn } from './budget.ts';

const nothing = { date: '2026-11-22', bytes: 0, paths: [] };
const wanted = (name: string, bytes: number) => ({ hash: pathNamed(name).hash, bytes });

describe('the budget of a day', () => {
  it('takes on what fits, and passes over what is too large', () => {
    const [small, large, another] = [wanted('small', 40), wanted('large', 100), wanted('another', 60)];
    const { pulls, taken } = takeOn(nothing, [small, large, another], { paths: 5, bytes: 100 });
    expect(taken).toEqual([small, another]);
    expect(pulls).toEqual({ date: '2026-11-22', bytes: 100, paths: [small.hash, another.hash] });
    expect(isSpent(pulls, { paths: 5, bytes: 100 })).toBe(true);
  });

  it('takes nothing on twice', () => {
    const { pulls } = takeOn(nothing, [wanted('a', 1), wanted('a', 1)], { paths: 5, bytes: 100 });
    expect(pulls).toMatchObject({ bytes: 1, paths: [pathNamed('a').hash] });
    expect(takeOn(pulls, [wanted('a', 1)], { paths: 5, bytes: 100 }).taken).toEqual([]);
  });

  it('is never exceeded, and is as before once all is given back', () => {
    const asks = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 1_000 })));
    const budgets = fc.record({ paths: fc.integer({ min: 0, max: 10 }), bytes: fc.integer({ min: 0, max: 3_000 }) });
    fc.assert(
      fc.property(asks, asks, budgets, (first, second, budget) => {
        const ask = (all: typeof first) => all.map(([name, bytes]) => wanted(String(name), bytes));
        const before = takeOn(nothing, ask(first), budget).pulls;
        const { pulls, taken } = takeOn(before, ask(second), budget);
        expect(pulls.paths.length).toBeLessThanOrEqual(budget.paths);
        expect(pulls.bytes).toBeLessThanOrEqual(budget.bytes);
        expect(giveBack(pulls, taken)).toEqual(before);
      }),
    );
  });
});
