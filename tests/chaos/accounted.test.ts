/** That the account finds what nobody accounts for: a promise that can't be broken promises nothing. */
import { compare } from './accounted.ts';
import type { Sent } from './ledger.ts';

const HASHES = ['0'.repeat(32), '1'.repeat(32)] as const;
const CODES = new Set(['UPSTREAM_FAILED']);
const TIME = '2026-11-25T00:00:00.000Z';

const sent = (id: string, more: Partial<Sent> = {}): Sent => ({
  id,
  queue: 'copycat-local-copy',
  body: JSON.stringify({ type: 'copy-requested', hash: HASHES[0] }),
  receives: 1,
  gone: true,
  attributes: {},
  ...more,
});

const line = (event: string, fields: object = {}) => ({ time: TIME, level: 'info' as const, event, ...fields });
const done = line('copy.done', { outcome: 'copied', store_path: `${HASHES[0]}-hello` });
const error = { code: 'UPSTREAM_FAILED', message: 'answered 503' };
const inVain = (id: string, more: object = error) => line('message.not-done', { message_id: id, error: more });
const buried = (id: string) => line('message.buried', { message_id: id, error });
const certificate = { code: 'UPSTREAM_FAILED', reason: 'answered 503', attempts: '3' };
const dead = (id: string, attributes: Sent['attributes']): Sent =>
  sent(id, { queue: 'copycat-local-copy-dead-letters', receives: 0, gone: false, attributes });

it('accounts for what is done, dead, renewed and waiting, and why it was not done before', () => {
  const ledger = [
    sent('a', { receives: 2 }),
    sent('b'),
    sent('c', { gone: false, receives: 5 }),
    sent('d'),
    dead('e', certificate),
  ];
  const lines = [
    line('release.detected', { to_copy: 2 }),
    line('references.asked', { count: 1 }),
    inVain('a'),
    done,
    buried('b'),
    line('message.renewed', { message_id: 'd' }),
  ];
  expect(compare(ledger, lines, CODES)).toEqual({
    account: {
      ...{ sent: 4, done: 1, dead: 1, renewed: 1, waiting: 1, repeats: 0 },
      failures: { UPSTREAM_FAILED: 1 },
    },
    open: [],
  });
});

it('counts what was delivered twice', () => {
  expect(compare([sent('a')], [done, done], CODES)).toMatchObject({ account: { done: 1, repeats: 1 }, open: [] });
});

it('takes an end that is told twice for a receive that nobody else tells of', () => {
  expect(compare([sent('a', { receives: 2 })], [done, done], CODES).open).toEqual([]);
});

it('lets one line of a batch speak for its messages', () => {
  for (const excuse of [line('batch.failed', { messages: 1 }), line('queue.failed')])
    expect(compare([sent('a', { receives: 2 })], [done, excuse], CODES).open).toEqual([]);
});

it.each([
  ['a message that left without an end', [sent('a')], [], /0+: 1 messages left .* knows of 0/],
  ['an end of another path', [sent('a')], [{ ...done, store_path: `${HASHES[1]}-x` }], /knows of 0/],
  [
    'a failure of buried alone',
    [sent('a')],
    [line('copy.unavailable', { 'store_path.hash': HASHES[0] })],
    /knows of 0/,
  ],
  ['a receive without a word', [sent('a', { receives: 2 })], [done], /received 2 times, 1 times without a word/],
  ['a failure without a reason', [sent('a', { receives: 2 })], [inVain('a', {}), done], /there is no reason/],
  [
    'a reason of another day',
    [sent('a', { receives: 2 })],
    [inVain('a', { ...error, code: 'TypeError' }), done],
    /does not explain/,
  ],
  ['a failure of a message that nobody sent', [], [inVain('z')], /nobody has sent it/],
  ['a dead letter without a certificate', [sent('b'), dead('e', {})], [buried('b')], /nothing says why/],
  ['a message that was buried nowhere', [sent('b')], [buried('b')], /1 were buried, 0 lie there/],
  [
    'less than was asked for',
    [sent('a')],
    [line('release.detected', { to_copy: 2 }), done],
    /2 messages were asked for, and 1 were sent/,
  ],
])('finds %s', (_what, ledger, lines, sentence) => {
  expect(compare(ledger, lines, CODES).open.join('\n')).toMatch(sentence);
});
