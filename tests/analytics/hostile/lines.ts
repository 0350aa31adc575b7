/** Lines that somebody else may have got into the log stream, with what is to become of each. */
import type { NewLogRecord } from '../../../events/log-record.ts';
import { logLine, RECORDS } from '../../../shared/testing/log-lines.ts';

export type Fate =
  | 'requests'
  | 'channel_updates'
  | 'copies'
  | 'failures'
  | 'probes'
  | 'unreadable'
  | 'noise'
  | 'repeated';

const at = new Date();
const whole = (record: NewLogRecord, id: string): string => logLine(record, { id, at });
/** A record's text with something put in place of another. */
const bent = (record: NewLogRecord, id: string, from: string | RegExp, to: string): string => {
  const text = whole(record, id);
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`there is no ${from} in ${text}`);
  return changed;
};
/** With more at its end. */
const more = (record: NewLogRecord, id: string, fields: string): string => bent(record, id, /}$/, `,${fields}}`);

const { request, channel_update, copy, failure, probe } = RECORDS;
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

export const HOSTILE_LINES: readonly (readonly [fate: Fate, line: string | Buffer])[] = [
  ['requests', whole(request, 'whole')],
  ['repeated', whole(request, 'whole')],
  ['repeated', whole({ ...request, status: 200 }, 'whole')],

  // Bytes.
  ['unreadable', 'a\0b\0'],
  ['unreadable', Buffer.from([0xff, 0xfe, 0x80, 0xc0, 0xaf, 0xed, 0xa0, 0x80])],
  ['unreadable', Buffer.concat([Buffer.from(whole(request, 'cut').slice(0, 80)), Buffer.from([0xe2, 0x82])])],
  ['unreadable', 'x'.repeat(2 ** 20)],
  ['unreadable', `{"v":1,"kind":"request","id":"${'y'.repeat(2 ** 20)}"}`],
  ['unreadable', `\ufeff${whole(request, 'behind a mark')}`],
  ['unreadable', 'x'.repeat(16_385)],
  ['unreadable', 'x'.repeat(16_384)],
  ['unreadable', `1.1.1.1.`.repeat(2_000)],
  ['unreadable', 'a:'.repeat(8_000)],
  ['unreadable', 'bearer '.repeat(2_000)],
  ['unreadable', 'http://u:p@h '.repeat(1_000)],
  ['unreadable', 'http://'.repeat(2_000)],
  ['unreadable', '@:/'.repeat(5_000)],
  ['noise', ' \t\r'],
  ['requests', `  ${whole(request, 'blanks around')}  \r`],

  // What looks like SQL, a template, a format.
  ['unreadable', `'); DROP TABLE requests; --`],
  ['unreadable', '{x:String} $' + '{REPLICATED} %s%n {} \\N \\x00 {{constructor}}'],
  ['unreadable', '<script>alert(1)</script>'],
  ['unreadable', 'line\u2028separator\u0085and\u000bmore'],
  ['failures', whole({ ...failure, message: `'); DROP TABLE failures; -- {x:String} \\N \\` }, 'sql')],

  // Texts in records.
  ['failures', bent(failure, 'nul', '503', '\\u0000')],
  ['failures', bent(failure, 'half a pair', '503', '\\ud800 \\udc00\\ud800')],
  ['failures', bent(failure, 'half \\ud800', '503', 'x')],
  ['failures', whole({ ...failure, message: '\u2028\u202e😀'.repeat(400), object: '\r\n\t' }, 'signs')],
  ['unreadable', whole({ ...failure, message: 'm'.repeat(2_001) }, 'long message')],
  ['unreadable', whole(failure, 'i'.repeat(65))],
  ['unreadable', whole(failure, '')],

  // Fields.
  ['requests', more(request, 'more', `"more":${deep(7_000)},"__proto__":{"status":1},"constructor":null,"":0`)],
  ['probes', more(probe, 'proto', '"__proto__":{"ok":false},"toString":"x","hasOwnProperty":1')],
  ['requests', bent(request, 'twice', '"status":302', '"status":999,"status":404')],
  ['unreadable', bent(request, 'twice wrong', '"status":302', '"status":404,"status":999')],
  ['copies', bent(copy, 'two kinds', '"kind":"copy"', '"kind":"request","kind":"copy"')],
  ['unreadable', `{"__proto__":${whole(probe, 'only a prototype')}}`],
  ['unreadable', bent(request, 'missing', '"status":302,', '')],
  ['unreadable', bent(request, 'typed', '"status":302', '"status":"302"')],
  ['unreadable', bent(request, 'null', '"status":302', '"status":null')],
  ['unreadable', bent(request, 'list', '"status":302', '"status":[302]')],
  ['unreadable', bent(request, 'route', '"route":"nar"', '"route":"constructor"')],
  ['unreadable', bent(request, 'kind', '"kind":"request"', '"kind":"__proto__"')],
  ['unreadable', bent(request, 'kinds', '"kind":"request"', '"kind":"toString"')],
  ['unreadable', bent(request, 'hash', 'r8s84s5j', 'R8S84S5J')],
  ['unreadable', bent(request, 'name', 'glibc-2.40-36-bin', '../../etc/passwd')],
  ['unreadable', bent(request, 'name ends', 'glibc-2.40-36-bin', 'glibc\\n')],
  ['unreadable', bent(request, 'country', '"DE"', '"de"')],
  ['unreadable', bent(channel_update, 'channel', '"nixos-unstable"', '"../nixos"')],

  // Numbers.
  ['requests', bent(request, 'most', '"duration_us":9123', '"duration_us":9007199254740991')],
  ['requests', bent(request, 'most bytes', '"body_bytes":9123456', '"body_bytes":9007199254740991')],
  ['requests', bent(request, 'less than nothing', '"backend_us":7001', '"backend_us":-0')],
  ['requests', bent(request, 'as a power', '"status":302', '"status":3.02e2')],
  ['unreadable', bent(request, 'too much', '"duration_us":9123', '"duration_us":9007199254740992')],
  ['unreadable', bent(request, 'endless', '"duration_us":9123', '"duration_us":1e999')],
  ['unreadable', bent(request, 'negative', '"duration_us":9123', '"duration_us":-1')],
  ['unreadable', bent(request, 'half', '"duration_us":9123', '"duration_us":0.5')],
  ['copies', bent(copy, 'often', '"attempt":1', '"attempt":9007199254740991')],

  // Times.
  ['unreadable', bent(request, 'long ago', /"ts":"\d{4}/, '"ts":"1970')],
  ['unreadable', bent(request, 'far away', /"ts":"\d{4}/, '"ts":"9999')],
  ['unreadable', bent(request, 'no time', /"ts":"[^"]*"/, '"ts":"yesterday"')],
  ['unreadable', bent(request, 'a number', /"ts":"[^"]*"/, '"ts":1795402800000')],
  ['channel_updates', bent(channel_update, 'released', '2026-11-22T11:33:07', '2026-02-31T23:59:59')],
  ['channel_updates', bent(channel_update, 'early', '2026-11-22T11:33:07', '0001-01-01T00:00:00')],
  ['channel_updates', bent(channel_update, 'late', '2026-11-22T11:33:07', '9999-12-31T23:59:59')],

  // Versions, and other JSON.
  ['unreadable', bent(request, 'of tomorrow', '"v":1', '"v":2')],
  ['unreadable', bent(request, 'of words', '"v":1', '"v":"1"')],
  ['unreadable', bent(request, 'of none', '"v":1,', '')],
  ['unreadable', deep(8_000)],
  ['unreadable', '{"a":'.repeat(3_000)],
  ['unreadable', '['.repeat(16_000)],
  ...['null', '1e999', '""', '[]', '{}', 'NaN', "{'v':1}", `[${whole(request, 'in a list')}]`].map(
    (line) => ['unreadable', line] as const,
  ),
  ['unreadable', `${whole(request, 'two')}${whole(request, 'in a line')}`],

  // What is known, and what only looks like it.
  ['noise', '{"time":"x","level":"info","event":"copy.done","v":1,"kind":"request"}'],
  ['noise', 'REPORT RequestId: 8f5e\tDuration: 12.3 ms'],
  ['unreadable', 'Report RequestId: 8f5e'],
  ['unreadable', '{"time":"x","level":"shout","event":"copy.done"}'],
  ['unreadable', '{"time":1,"level":"info","event":"copy.done"}'],

  // Of whoever wrote it there, nothing personal is kept.
  ['unreadable', 'GET / from 203.0.113.77 and 2001:db8::77, Authorization: Bearer abcdefghijklmnop'],
];
