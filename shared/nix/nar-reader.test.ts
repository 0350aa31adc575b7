import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Malformed } from '../errors.ts';
import { describeWithReference } from '../testing/reference.ts';
import { MOST_DEPTH, narNumber, narString, narWords } from './nar-format.ts';
import { type NarEvent, narParser, readNar } from './nar-reader.ts';
import { type NarNode, writeNar } from './nar-writer.ts';

const narOf = (node: NarNode): Buffer => Buffer.concat([...writeNar(node)]);

/** Reads it whole; pieces of contents are joined, since where they are cut is not the archive's affair. */
async function eventsOf(nar: Uint8Array, cuts: readonly number[] = []): Promise<NarEvent[]> {
  const events: NarEvent[] = [];
  for await (const event of readNar(chunksOf(nar, cuts))) {
    const last = events.at(-1);
    if (event.kind !== 'contents' || last?.kind !== 'contents') events.push(event);
    else events[events.length - 1] = { kind: 'contents', bytes: Buffer.concat([last.bytes, event.bytes]) };
  }
  return events.map((event) => (event.kind === 'contents' ? { ...event, bytes: Buffer.from(event.bytes) } : event));
}

async function* chunksOf(nar: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts, nar.length].filter((at) => at <= nar.length).sort((a, b) => a - b)) {
    yield nar.subarray(start, cut);
    start = cut;
  }
}

/** The events that a tree must give, made of the tree alone. */
function expected(node: NarNode): Partial<NarEvent>[] {
  if (node.type === 'symlink') return [{ kind: 'symlink', target: Buffer.from(node.target) }];
  if (node.type === 'regular') {
    const bytes = Buffer.from(node.contents);
    const file = { kind: 'regular', executable: node.executable ?? false, size: bytes.length } as const;
    return bytes.length > 0 ? [file, { kind: 'contents', bytes }] : [file];
  }
  const entries = Array.from(node.entries, ([name, entry]) => ({ name: Buffer.from(name), entry }));
  entries.sort((a, b) => a.name.compare(b.name));
  return [
    { kind: 'directory' },
    ...entries.flatMap(({ name, entry }) => [{ kind: 'entry' as const, name }, ...expected(entry)]),
    { kind: 'directory-end' },
  ];
}

/** The archive of these events, put together without a tree. */
function rewritten(events: readonly NarEvent[]): Buffer {
  let depth = 0;
  const bytes = events.map((event, at) => {
    if (event.kind === 'entry')
      return Buffer.concat([narWords('entry', '(', 'name'), narString(event.name), narWords('node')]);
    if (event.kind === 'contents') return Buffer.alloc(0); // with its file
    if (event.kind === 'directory') {
      depth++;
      return narWords('(', 'type', 'directory');
    }
    if (event.kind === 'directory-end') depth--;
    const close = depth > 0 ? narWords(')', ')') : narWords(')');
    if (event.kind === 'directory-end') return close;
    if (event.kind === 'symlink')
      return Buffer.concat([narWords('(', 'type', 'symlink', 'target'), narString(event.target), close]);
    const next = events[at + 1];
    const contents = narString(next?.kind === 'contents' ? next.bytes : '');
    const mark = event.executable ? narWords('executable', '') : Buffer.alloc(0);
    return Buffer.concat([narWords('(', 'type', 'regular'), mark, narWords('contents'), contents, close]);
  });
  return Buffer.concat([narWords('nix-archive-1'), ...bytes]);
}

const names = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
    fc.constantFrom('__proto__', '10', '9', 'a', 'B', 'ä', '💡', '...'),
  )
  .map((name) => Buffer.from(name).toString()) // a lone surrogate is no file name
  .filter((name) => !/[/\0]|^\.{0,2}$/.test(name));
const targets = fc.string({ minLength: 1, unit: 'grapheme' }).filter((target) => !target.includes('\0'));
const trees = fc.letrec<{ tree: NarNode }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.record({ type: fc.constant('regular'), contents: fc.uint8Array({ maxLength: 40 }), executable: fc.boolean() }),
    fc.record({ type: fc.constant('symlink'), target: targets }),
    fc.record({
      type: fc.constant('directory'),
      entries: fc.array(fc.tuple(names, tie('tree')), { maxLength: 5 }).map((entries) => new Map(entries)),
    }),
  ),
})).tree;

const words = (...parts: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat([
    narWords('nix-archive-1'),
    ...parts.map((part) => (typeof part === 'string' ? narString(part) : part)),
  ]);
const file = ['(', 'type', 'regular', 'contents', '', ')'];
const entry = (name: string | Buffer) => [
  'entry',
  '(',
  'name',
  Buffer.isBuffer(name) ? narString(name) : name,
  'node',
  ...file,
  ')',
];
const directory = (...entries: (string | Buffer)[][]) => words('(', 'type', 'directory', ...entries.flat(), ')');

describe('readNar', () => {
  it('gives back what was written, however it is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.array(fc.nat(2_000)), async (tree, cuts) => {
        const nar = narOf(tree);
        expect(nar.length % 8).toBe(0);
        expect(await eventsOf(nar, cuts)).toMatchObject(expected(tree));
      }),
    );
  });

  it('says where contents lie', async () => {
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        const nar = narOf(tree);
        const events = await eventsOf(nar, [7, 99]);
        events.forEach((event, at) => {
          if (event.kind !== 'regular' || event.size === 0) return;
          expect(events[at + 1]).toEqual({
            kind: 'contents',
            bytes: nar.subarray(event.narOffset, event.narOffset + event.size),
          });
        });
      }),
    );
  });

  it('reads byte by byte', async () => {
    const nar = narOf({
      type: 'directory',
      entries: new Map([['hello', { type: 'regular', contents: 'hello, world' }]]),
    });
    expect(await eventsOf(nar, Array.from(nar.keys()))).toEqual(await eventsOf(nar));
  });

  it('refuses every prefix', async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.nat(), async (tree, at) => {
        const nar = narOf(tree);
        await expect(eventsOf(nar.subarray(0, at % nar.length))).rejects.toThrow(Malformed);
      }),
    );
  });

  it('reads nothing that Nix would write in another way', async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(trees, fc.nat(), fc.nat(7), async (tree, at, bit) => {
        const nar = narOf(tree);
        nar.writeUInt8(nar.readUInt8(at % nar.length) ^ (1 << bit), at % nar.length);
        try {
          expect(rewritten(await eventsOf(nar)).equals(nar)).toBe(true);
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
      { numRuns: 500 },
    );
    expect(read).toBeGreaterThan(0); // names, targets and contents may be others
  });

  it('does not copy contents', () => {
    const nar = narOf({ type: 'regular', contents: 'x'.repeat(100_000) });
    const [, contents] = narParser().push(nar);
    expect(contents).toMatchObject({ kind: 'contents', bytes: { buffer: nar.buffer, length: 100_000 } });
  });

  it('keeps names that are not UTF-8 as they are', async () => {
    const name = Buffer.from([0x80, 0xff]);
    expect(await eventsOf(directory(entry(name)))).toContainEqual({ kind: 'entry', name });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'cut off', 0],
    ['another file', Buffer.from('\x7fELF and so on and so on'), 'expected "nix-archive-1"', 0],
    [
      'bytes after the end',
      Buffer.concat([narOf({ type: 'regular', contents: '' }), Buffer.of(0)]),
      'after the end',
      112,
    ],
    ['two archives', Buffer.concat([words(...file), words(...file)]), 'after the end', 112],
    ['a node without its bracket', words('type', 'regular'), 'expected "( type"', 24],
    ['an unknown type', words('(', 'type', 'fifo', ')'), 'expected one of regular directory symlink', 56],
    [
      'contents before the mark of an executable',
      words('(', 'type', 'regular', 'contents', '', 'executable', '', ')'),
      'expected',
      96,
    ],
    ['a mark of an executable that says something', words('(', 'type', 'regular', 'executable', '1'), 'expected', 96],
    ['a file without contents', words('(', 'type', 'regular', ')'), 'expected one of contents executable', 72],
    ['a link without a target', words('(', 'type', 'symlink', ')'), 'expected "target"', 72],
    ['an empty target', words('(', 'type', 'symlink', 'target', '', ')'), 'a target is empty', 88],
    ['a target with NUL', words('(', 'type', 'symlink', 'target', 'a\0b', ')'), 'a target holds NUL', 88],
    ['a target too long', words('(', 'type', 'symlink', 'target', 'x'.repeat(4_097), ')'), '4097 bytes', 88],
    ['an empty name', directory(entry('')), 'a name is empty', 128],
    ["the name '.'", directory(entry('.')), "'.' or '..'", 128],
    ["the name '..'", directory(entry('..')), "'.' or '..'", 128],
    ['a name with a slash', directory(entry('a/b')), 'a slash', 128],
    ['a name with NUL', directory(entry('a\0')), 'NUL', 128],
    ['a name too long', directory(entry('x'.repeat(1_025))), '1025 bytes', 128],
    ['the same name twice', directory(entry('a'), entry('a')), 'not in order', 312],
    ['names that are not in order', directory(entry('b'), entry('a')), 'not in order', 312],
    ['an order that is not that of bytes', directory(entry('\u{10000}'), entry('\uFFFD')), 'not in order', 312],
    ['an entry without a name', words('(', 'type', 'directory', 'entry', '(', 'node'), 'expected "name"', 121],
    ['something else in a directory', words('(', 'type', 'directory', 'file'), 'expected one of entry )', 80],
    [
      'padding that is not zero',
      Buffer.concat([words('(', 'type', 'regular', 'contents'), narNumber(1), Buffer.from('x1234567')]),
      'padding',
      97,
    ],
    [
      'padding of a name that is not zero',
      words('(', 'type', 'directory', 'entry', '(', 'name', narNumber(1), Buffer.from('x1234567')),
      'padding',
      137,
    ],
    [
      'a size beyond all measure',
      Buffer.concat([words('(', 'type', 'regular', 'contents'), Buffer.alloc(8, 0xff)]),
      'beyond all measure',
      88,
    ],
    ['a tag too long', words('(', 'type', 'x'.repeat(17)), '17 bytes', 56],
  ])('refuses %s, and says where', async (_what, nar, why, offset) => {
    await expect(eventsOf(nar)).rejects.toThrow(
      expect.objectContaining({
        code: 'MALFORMED',
        message: expect.stringContaining(why),
        facts: { field: 'nar', offset },
      }),
    );
  });

  it('reads directories in each other to a limit', async () => {
    const nested = (depth: number) => {
      const open = Array.from({ length: depth }, () =>
        narWords('(', 'type', 'directory', 'entry', '(', 'name', 'd', 'node'),
      );
      const close = Array.from({ length: depth }, () => narWords(')', ')'));
      return words(...open, ...file, ...close);
    };
    expect((await eventsOf(nested(MOST_DEPTH))).filter(({ kind }) => kind === 'directory')).toHaveLength(MOST_DEPTH);
    await expect(eventsOf(nested(MOST_DEPTH + 1))).rejects.toThrow('too many directories');
  });

  it('refuses for ever what it has refused once', () => {
    const parser = narParser();
    expect(() => parser.push(words('x'))).toThrow(Malformed);
    expect(() => parser.push(Buffer.alloc(0))).toThrow(Malformed);
    expect(() => parser.end()).toThrow(Malformed);
  });

  it('throws what its source throws', async () => {
    const reset = async function* () {
      yield narWords('nix-archive-1');
      throw new Error('reset');
    };
    await expect(readNar(reset()).next()).rejects.toThrow('reset');
  });
});

describeWithReference('NARs that others test with', (reference) => {
  const fixtures = join(reference, 'data/nar-fixtures');
  const all = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.nar'));
  const BAD = /dotdot|invalid-tag|nul-character|truncated|duplicate/;

  it('are all here', () => {
    expect(all).toHaveLength(21);
    expect(all.filter((name) => BAD.test(name))).toHaveLength(9);
  });

  it.each(all.filter((name) => !BAD.test(name)))('%s is read', async (name) => {
    expect(await eventsOf(readFileSync(join(fixtures, name)))).not.toHaveLength(0);
  });

  it.each(all.filter((name) => BAD.test(name)))('%s is refused', async (name) => {
    await expect(eventsOf(readFileSync(join(fixtures, name)))).rejects.toThrow(
      expect.objectContaining({ code: 'MALFORMED', facts: { field: 'nar', offset: expect.any(Number) } }),
    );
  });
});
