/** Messages that no mirror has sent: what is made of each, and why. */
import { createHash } from 'node:crypto';
import { encodeNix32 } from '../../../shared/nix/nix32.ts';
import { parseStorePathHash, type StorePathHash } from '../../../shared/nix/store-path.ts';
import type { Dice } from '../../support/dice.ts';

export interface Poison {
  readonly bodies: readonly string[];
  /** Those of `bodies` that can only be buried. */
  readonly malformed: readonly string[];
  /** What upstream has never had, and some of the bodies ask for. */
  readonly absent: readonly StorePathHash[];
}

/** SQS takes so many bytes. */
const MOST_BYTES = 1_048_576;
const HOSTILE_TEXTS = [
  '../../../../etc/passwd',
  '/nix/store/../../etc/shadow',
  '..%2f..%2fetc%2fpasswd',
  '\u0000\u0000\u0000\u0000',
  `a${'\u202e'}ofni.ran`,
  'a'.repeat(31),
  'a'.repeat(33),
  'A'.repeat(32),
  'e'.repeat(32), // not a letter of nix32
  '٠'.repeat(32), // digits, but not those
  `${'a'.repeat(31)}\n`,
  `${'a'.repeat(32)}.narinfo`,
  'constructor',
  '__proto__',
  '%{jndi:ldap://127.0.0.1/a}',
  '',
];
const HOSTILE_VALUES: readonly unknown[] = [...HOSTILE_TEXTS, 1, 1e308, true, null, [], {}, ['a'.repeat(32)]];

/** @param good the hash of a store path that is here, or will be. @param count of random ones */
export function poisonBy(dice: Dice, good: StorePathHash, count: number): Poison {
  const requested = { type: 'copy-requested', hash: good };
  const malformed = [
    ...[
      'garbage',
      '{',
      '{}',
      '[]',
      'null',
      '42',
      '"copy-requested"',
      'NaN',
      '\u00ff\u00fe\u00c3\u0028',
      '\ufffd\ufffd',
      '\u202e\u2066',
    ],
    '['.repeat(100_000), // deeper than a parser that calls itself
    `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
    'x'.repeat(MOST_BYTES),
    JSON.stringify({ type: 'copy-requested', pad: 'é'.repeat(500_000) }),
    JSON.stringify({ ...requested, type: 'copy-requested-v2' }),
    JSON.stringify({ version: 2, kind: 'copy', storePath: `/nix/store/${good}-hello` }),
    JSON.stringify({ Records: [{ eventSource: 'aws:s3', s3: { object: { key: `nar/${good}` } } }] }),
    JSON.stringify({ Type: 'Notification', Message: JSON.stringify(requested) }),
    JSON.stringify([requested]),
    JSON.stringify(JSON.stringify(requested)),
    ...HOSTILE_VALUES.map((hash) => JSON.stringify({ ...requested, hash })),
    ...HOSTILE_VALUES.map((release) => JSON.stringify({ ...requested, release })),
    ...Array.from({ length: count }, () => randomText(dice)),
  ];
  const absent = Array.from({ length: count }, (_, n) =>
    parseStorePathHash(encodeNix32(createHash('sha256').update(`absent ${dice.seed} ${n}`).digest().subarray(0, 20))),
  );
  const harmless = [
    JSON.stringify({ ...requested, pad: 'é'.repeat(400_000) }), // as large as can be, and what else it says is nobody's business
    `\n\t ${JSON.stringify(requested)} \n`,
    `{"__proto__":{"hash":"x"},"type":"copy-requested","hash":"${good}"}`,
    ...absent.map((hash) => JSON.stringify({ ...requested, hash })),
  ];
  return { bodies: [...malformed, ...harmless], malformed, absent };
}

/** What SQS takes as text: neither control characters nor halves of characters. It never is JSON: nothing of it is ASCII. */
function randomText(dice: Dice): string {
  const length = Math.ceil(dice.between(0, 200));
  return Array.from({ length }, () => String.fromCodePoint(Math.floor(dice.between(0xa1, 0xd7ff)))).join('');
}
