import fc from 'fast-check';
import { printable, printableJson } from './printable.ts';

/** Controls of both sets, and marks of direction and of lines. */
const tellsATerminal = (text: string): boolean =>
  [...text].some((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || [0x202e, 0x2028, 0xe0001].includes(code);
  });
const hostile = fc.string({
  unit: fc.constantFrom('a', '\u001b', '\u009b', '\u202e', '\u2028', '\n', '\u{e0001}', '"', '\\', '\ud800', '💥'),
});

describe('what a terminal is shown', () => {
  it('is never told what to do by a text', () => {
    fc.assert(fc.property(hostile, (text) => expect(tellsATerminal(printable(text))).toBe(false)));
    expect(printable('a\nb')).toBe('a b');
  });

  it('is bounded', () => {
    expect(printable('x'.repeat(1_000_000))).toHaveLength(2_000);
  });

  it('is never told what to do by JSON, which is read as it was', () =>
    fc.assert(
      fc.property(fc.record({ text: hostile, list: fc.array(hostile) }), (value) => {
        const line = printableJson(value);
        expect(line.at(-1)).toBe('\n');
        expect(tellsATerminal(line.slice(0, -1))).toBe(false);
        expect(JSON.parse(line)).toEqual(value);
      }),
    ));
});
