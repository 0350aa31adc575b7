import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Malformed } from '../errors.ts';
import { describeWithReference } from '../testing/reference.ts';
import { MOST_NARINFO_BYTES, type NarInfo, narKey, parseNarInfo } from './narinfo.ts';
import { formatBaseName } from './store-path.ts';

const HASH = 'sha256:0lxjvvpr59c2mdram7ympy5ay741f180kv3349hvfc3f8nrmbqf6';
const GLIBC = '7gx4kiv5m0i7d7qkixq2cwzbr10lvxwc-glibc-2.27';
const NET_TOOLS = '00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60_p20170221182432';
const LEAST = `StorePath: /nix/store/${NET_TOOLS}\nURL: nar/a.nar\nNarHash: ${HASH}\nNarSize: 464152\n`;

const baseNames = ({ references }: NarInfo) => references.map(formatBaseName);
const malformed = (field: string) => expect.objectContaining({ code: 'MALFORMED', facts: { field } });

describe('parseNarInfo', () => {
  it('needs four fields, and knows what the absence of the others means', () => {
    const { text, ...narInfo } = parseNarInfo(LEAST);
    expect(narInfo).toEqual({
      storePath: { hash: NET_TOOLS.slice(0, 32), name: NET_TOOLS.slice(33) },
      url: 'nar/a.nar',
      compression: 'bzip2',
      narHash: HASH,
      narSize: 464_152,
      references: [],
      sigs: [],
    });
    expect(text).toBe(LEAST);
  });

  it('reads every field', () => {
    const text = `${LEAST}Compression: xz\nFileHash: ${HASH}\nFileSize: 114980\nReferences: ${GLIBC} ${NET_TOOLS}\nDeriver: ${GLIBC}.drv\nSystem: x86_64-linux\nSig: a:b\nSig: c:d\nCA: fixed:r:sha256:0\n`;
    const narInfo = parseNarInfo(Buffer.from(text));
    expect(narInfo).toMatchObject({
      compression: 'xz',
      fileHash: HASH,
      fileSize: 114_980,
      deriver: { name: 'glibc-2.27.drv' },
      system: 'x86_64-linux',
      sigs: ['a:b', 'c:d'],
      ca: 'fixed:r:sha256:0',
      text,
    });
    expect(baseNames(narInfo)).toEqual([GLIBC, NET_TOOLS]);
  });

  it.each([
    ['hex', `NarHash: sha256:${'00'.repeat(32)}\n`],
    ['SRI', `NarHash: sha256-${Buffer.alloc(32).toString('base64')}\n`],
  ])('reads a NarHash in %s', (_form, line) => {
    expect(parseNarInfo(LEAST + line).narHash).toBe(`sha256:${'0'.repeat(52)}`);
  });

  it.each([
    ['an empty Compression is bzip2', 'Compression: \n', { compression: 'bzip2' }],
    ['empty References are none', 'References: \n', { references: [] }],
    ['empty References may be said twice', 'References: \nReferences: \n', { references: [] }],
    ['a field that Nix does not know is passed over', 'Provenance: {}\nX:y\n', { sigs: [] }],
    ['the last of two wins', 'URL: nar/b.nar\n', { url: 'nar/b.nar' }],
    ['an empty CA is none', 'CA: \n', { sigs: [] }],
    ['a line without a colon belongs to the next one’s name, as in Nix', 'what\nURL: x\n', { url: 'nar/a.nar' }],
  ])('%s', (_rule, lines, expected) => {
    expect(parseNarInfo(LEAST + lines)).toMatchObject(expected);
  });

  it.each([
    ['an unknown deriver', 'Deriver: unknown-deriver\n', 'deriver'],
    ['a FileSize of 0, by which Nix means unknown', 'FileSize: 0\n', 'fileSize'],
    ['a FileHash of another algorithm', `FileHash: sha512:${'0'.repeat(103)}\n`, 'fileHash'],
    ['a FileHash of another algorithm in SRI form', `FileHash: sha1-${'A'.repeat(27)}=\n`, 'fileHash'],
    ['an empty CA', 'CA: \n', 'ca'],
  ])('leaves out %s', (_what, line, key) => {
    expect(parseNarInfo(LEAST + line)).not.toHaveProperty(key);
  });

  it.each([
    ['without StorePath', LEAST.replace(/StorePath.*\n/, ''), 'StorePath'],
    ['without URL', LEAST.replace(/URL.*\n/, ''), 'URL'],
    ['with an empty URL', `${LEAST}URL: \n`, 'URL'],
    ['without NarHash', LEAST.replace(/NarHash.*\n/, ''), 'NarHash'],
    ['without NarSize', LEAST.replace(/NarSize.*\n/, ''), 'NarSize'],
    ['of an empty NAR', `${LEAST}NarSize: 0\n`, 'NarSize'],
    ['with a size that is negative', `${LEAST}NarSize: -5\n`, 'NarSize'],
    ['with a size that is no number', `${LEAST}NarSize: 1e3\n`, 'NarSize'],
    ['with a size beyond what we can count', `${LEAST}NarSize: 9007199254740993\n`, 'NarSize'],
    ['with a FileSize that is no number', `${LEAST}FileSize: big\n`, 'FileSize'],
    ['with a FileHash that is none', `${LEAST}FileHash: sha256:xyz\n`, 'FileHash'],
    ['with a NarHash of another algorithm', `${LEAST}NarHash: sha1:${'0'.repeat(32)}\n`, 'NarHash'],
    ['of another store', LEAST.replace('/nix/store', '/gnu/store'), 'StorePath'],
    ['with full paths as References', `${LEAST}References: /nix/store/${GLIBC}\n`, 'References'],
    ['with References twice', `${LEAST}References: ${GLIBC}\nReferences: ${GLIBC}\n`, 'References'],
    ['with empty References after others', `${LEAST}References: ${GLIBC}\nReferences: \n`, 'References'],
    ['with a Deriver that is no base name', `${LEAST}Deriver: hello.drv\n`, 'Deriver'],
    ['with an empty Deriver', `${LEAST}Deriver: \n`, 'Deriver'],
    ['with two CAs', `${LEAST}CA: text:sha256:0\nCA: text:sha256:0\n`, 'CA'],
    ['with a CA of no known form', `${LEAST}CA: fixed:hash\n`, 'CA'],
    ['cut off in its last line', LEAST.slice(0, -1), 'narinfo'],
    ['whose last line has no colon', `${LEAST}garbage`, 'narinfo'],
    ['with lines that end as on Windows', LEAST.replaceAll('\n', '\r\n'), 'StorePath'],
    ['that is empty', '', 'StorePath'],
    ['that is a web page', '<html>404</html>', 'narinfo'],
  ])('refuses one %s', (_what, text, field) => {
    expect(() => parseNarInfo(text)).toThrow(malformed(field));
  });

  it('refuses bytes that are not text, and more bytes than a narinfo can have', () => {
    expect(() => parseNarInfo(Buffer.from([...Buffer.from(LEAST), 0xff, 0x3a, 0x20, 0x0a]))).toThrow(
      malformed('narinfo'),
    );
    expect(() => parseNarInfo(Buffer.alloc(MOST_NARINFO_BYTES + 1))).toThrow(malformed('narinfo'));
  });

  it('keeps the very bytes, with a byte order mark in an unknown field too', () => {
    const bytes = Buffer.from(`\uFEFFnote: ü\n${LEAST}`);
    expect(Buffer.from(parseNarInfo(bytes).text).equals(bytes)).toBe(true);
  });

  it('throws nothing but Malformed, whatever the text', () => {
    const fields = [
      'StorePath',
      'URL',
      'NarHash',
      'NarSize',
      'References',
      'FileHash',
      'Deriver',
      'CA',
      'Sig',
      '__proto__',
    ];
    const values = fc.oneof(fc.string(), fc.constantFrom(HASH, GLIBC, `/nix/store/${GLIBC}`, '1', '0', ''));
    const lines = fc.array(fc.tuple(fc.constantFrom(...fields), values).map(([name, value]) => `${name}: ${value}\n`));
    const texts = fc.oneof(
      fc.string(),
      lines.map((all) => all.join('')),
      lines.map((all) => LEAST + all.join('')),
    );
    let read = 0;
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(parseNarInfo(text).text).toBe(text);
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
      { numRuns: 500 },
    );
    expect(read).toBeGreaterThan(0);
  });
});

describe('narKey', () => {
  it.each(['nar/1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d.nar.xz', 'nar/a+b=c_d-1.nar'])('is %s', (url) => {
    expect(narKey({ url })).toBe(url);
  });

  it.each([
    'https://cache.example.com/nar/a.nar',
    '//cache.example.com/nar/a.nar',
    '/nar/a.nar',
    './nar/a.nar',
    '../cache/nar/a.nar',
    'nar/../a.nar',
    'nar/..',
    'nar/.',
    'nar/.a.nar',
    'nar/',
    'nar/a/b.nar',
    'nar/a.nar?hash=1',
    'nar/a.nar#1',
    'nar/a%2e.nar',
    'nar/a b.nar',
    'nar/a.nar\n',
    'nar\\a.nar',
    'some.nar',
  ])('is nothing for %j', (url) => {
    expect(narKey({ url })).toBeUndefined();
  });
});

describeWithReference('real narinfos', (reference) => {
  const narInfoDir = join(reference, 'data/narinfo');
  const signed = readFileSync(join(narInfoDir, 'signed.txt'), 'utf8')
    .trim()
    .split(/\n\n+/)
    .map((text) => parseNarInfo(`${text}\n`));

  it('that are signed all parse', () => {
    expect(signed).toHaveLength(710);
  });

  it('have a plain nar/<file>, but for four', () => {
    expect(
      signed
        .filter((narInfo) => narKey(narInfo) === undefined)
        .map(({ url }) => url)
        .sort(),
    ).toEqual([
      'nar/0lxxfhy5fmfz0sbnqkqjdf7gx9gsxrfzz49n19y8sr93inawhshh.nar?hash=64s9zav4fk5qiba1jq0ipvyhnn57r7dq',
      'nar/14vg46h9nbbqgbrbszrqm48f0bgzj6c4q3wkkcjf6gp53g8b21gh.nar?hash=jiwdym6f9w6v5jcbqf5wn7fmg11v5q0j',
      'nar/` + prefixedNarInfoHash + `.nar',
      'some.nar',
    ]);
  });

  it('cover what the format allows', () => {
    const count = (is: (narInfo: NarInfo) => unknown) => signed.filter(is).length;
    expect({
      unsaidFileHash: count(({ fileHash }) => fileHash === undefined),
      unknownDeriver: count(({ deriver }) => deriver === undefined),
      contentAddress: count(({ ca }) => ca),
      system: count(({ system }) => system),
      severalSigs: count(({ sigs }) => sigs.length > 1),
      itself: count((narInfo) => baseNames(narInfo).includes(formatBaseName(narInfo.storePath))),
      compressions: [...new Set(signed.map(({ compression }) => compression))].sort(),
    }).toEqual({
      unsaidFileHash: 4,
      unknownDeriver: 41,
      contentAddress: 8,
      system: 2,
      severalSigs: 3,
      itself: 288,
      compressions: ['bzip2', 'none', 'xz', 'zstd'],
    });
  });

  // What Nix refuses, we refuse: see nar-info.cc. None of them is upstream's; most are quoted in the tests of other tools.
  it('that are odd parse, unless Nix would refuse them', () => {
    const index = JSON.parse(readFileSync(join(narInfoDir, 'edge/index.json'), 'utf8')) as { file: string }[];
    const refused = new Map<string, number>();
    for (const { file } of index) {
      try {
        parseNarInfo(readFileSync(join(narInfoDir, 'edge', file)));
      } catch (error) {
        const field = error instanceof Malformed ? String(error.facts.field) : String(error);
        refused.set(field, (refused.get(field) ?? 0) + 1);
      }
    }
    expect(index).toHaveLength(67);
    expect(Object.fromEntries(refused)).toEqual({ FileHash: 10, NarHash: 1, References: 29 });
  });
});
