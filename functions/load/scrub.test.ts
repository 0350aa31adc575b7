import fc from 'fast-check';
import { MOST_KEPT, scrubbed } from './scrub.ts';

describe('what is kept of a text', () => {
  it.each([
    ['GET / from 203.0.113.77:4711', 'GET / from [address]:4711'],
    ['{"ip":"2001:db8::77"}', '{"ip":"[address]"}'],
    ['[2001:db8:0:1:2:3:4:77]:443', '[[address]]:443'],
    ['addr:2001:db8::77, ::ffff:203.0.113.77.', 'addr[address], [address]'],
    ['fe80::1%eth0', '[address]%eth0'],
    ['https://user:secret@host/x?X-Amz-Signature=abc', 'https://host/x'],
    ['authorization: Bearer eyJhbGciOi.J9', 'authorization: Bearer [credentials]'],
    ['key AKIAIOSFODNN7EXAMPLE', 'key [credentials]'],
    ['at 11:33:07.123 on 2026-11-22T11:33:07.123Z', 'at 11:33:07.123 on 2026-11-22T11:33:07.123Z'],
    ['glibc-2.40-36, sha256:1abc', 'glibc-2.40-36, sha256:1abc'],
  ])('%s', (text, kept) => expect(scrubbed(text)).toBe(kept));

  it('is a piece of it', () => {
    expect(scrubbed('x'.repeat(100_000))).toHaveLength(MOST_KEPT);
    expect(scrubbed('\ud800')).toBe('\ufffd');
    expect(scrubbed('xyz', 2)).toBe('xy');
  });

  it('has no network address, wherever it stood', () => {
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6().filter((text) => text.length > 2),
    );
    const around = fc.string({ unit: fc.constantFrom('x', ' ', '"', '[', ']', '=', '/', '-', '\n', 'é') });
    fc.assert(
      fc.property(address, around, around, (ip, before, after) => {
        expect(scrubbed(`${before}${ip}${after}`)).not.toContain(ip);
        const cut = 'x'.repeat(MOST_KEPT - 5);
        expect(scrubbed(`${cut} ${ip}`)).toBe(`${cut} [add`);
      }),
    );
  });
});
