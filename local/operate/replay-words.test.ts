import { heldInWords, unavailableInWords } from './replay-words.ts';

describe('heldInWords', () => {
  it.each([
    ['all were looked at, though some had just been given back', { waiting: 1, inFlight: 4 }, 5],
    ['more came meanwhile', { waiting: 0, inFlight: 2 }, 9],
    ['a limit ended the walk, and nobody held any', { waiting: 8, inFlight: 0 }, 5],
  ])('says nothing when %s', (_what, depth, looked) => {
    expect(heldInWords(depth, { looked })).toBe('');
  });

  it('says how many somebody else kept from being looked at', () => {
    expect(heldInWords({ waiting: 3, inFlight: 4 }, { looked: 4 })).toMatch(/^ {2}3 were held by somebody else/);
    expect(heldInWords({ waiting: 3, inFlight: 4 }, { looked: 0 })).toMatch(/^ {2}4 were held/);
  });
});

describe('unavailableInWords', () => {
  it('says when nothing is what was asked for', () => {
    expect(unavailableInWords([], new Date(), true)).toBe(
      '0 unavailable store paths: no record here is about what was asked for\n',
    );
  });
});
