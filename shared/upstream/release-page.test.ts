import fc from 'fast-check';
import { Malformed } from '../errors.ts';
import { checkFileName } from '../nix/release-file.ts';
import { parseReleasePage } from './release-page.ts';
import { formatReleasePage } from './release-page-writer.ts';

const REVISION = 'af082006e0cb4b68e8e3dc1634cbdf23303c13f1';
const SHA256 = '1cbab2f4a978e7f28b96e30b939ff0afd13e5fc474451c3d25502cac5e8a4c86';
const PREFIX = 'nixos/unstable/nixos-26.11pre1034393.ea5ff515fc09';
const PAGE = {
  revision: REVISION,
  releasedAt: new Date('2026-05-29T20:26:40Z'),
  committedAt: new Date('2026-05-28T07:00:01Z'),
  files: [
    { name: 'nixexprs.tar.xz', size: 6912, sha256: SHA256 },
    { name: 'store-paths.xz', size: 0, sha256: SHA256.split('').reverse().join('') },
  ],
};
const html = formatReleasePage(PREFIX, PAGE);

it('reads what upstream writes', () => {
  expect(parseReleasePage(html)).toEqual(PAGE);
});

it.each([
  ['quotes', html.replaceAll("'", '"')],
  ['no quotes', html.replaceAll("align='right'", 'align=right')],
  ['attributes', html.replaceAll('<td>', '<td class="a b" id=c>').replaceAll('<tr>', '<tr\nvalign="top">')],
  ['whitespace', html.replaceAll('><', '>\n\t <').replaceAll('Git commit', 'Git\n  commit')],
  ['capitals', html.replaceAll(/<(\/?)(td|tr|table|a|tt)\b/g, (_all, slash, name) => `<${slash}${name.toUpperCase()}`)],
  ['left-out end tags', html.replaceAll('</td>', '').replaceAll('</tr>', '')],
  ['an older date', html.replaceAll(' UTC', '')],
  ['a doctype and a footer', `<!DOCTYPE html>\n${html.replace('</body>', '<p>Thank you</p></body>')}`],
])('does not mind other %s', (_what, page) => {
  expect(parseReleasePage(page)).toEqual(PAGE);
});

it.each([
  ['says nothing', html.replace(' from 2026-05-28 07:00:01 UTC', '')],
  ['has an impossible date', html.replace('2026-05-28', '2026-13-28')],
])('knows no date of the commit when the page %s of it', (_what, page) => {
  const { committedAt: _, ...others } = PAGE;
  expect(parseReleasePage(page)).toEqual(others);
});

it.each([
  ['revision', '', 'no page at all'],
  ['revision', html.replaceAll(REVISION, REVISION.slice(1)), 'a short revision'],
  ['released', html.replace('2026-05-29', 'yesterday'), 'no date'],
  ['released', html.replace('2026-05-29', '2026-13-29'), 'an impossible date'],
  ['files', html.replace(/<tbody>.*<\/tbody>/, ''), 'no files'],
  ['files', html.replaceAll('nixexprs.tar.xz', 'store-paths.xz'), 'a name twice'],
  ['row', html.replace(/<td align='right'>\d+<\/td>/, ''), 'a row of two columns'],
  ['row', html.replace('</tr></tbody>', '<td>more</td></tr></tbody>'), 'a row of four columns'],
  ['name', html.replaceAll('>nixexprs.tar.xz<', '><'), 'no name'],
  ['name', html.replaceAll('>nixexprs.tar.xz<', '>/etc/passwd<'), 'an absolute name'],
  ['name', html.replaceAll('>nixexprs.tar.xz<', '>../x<'), 'a name that leads away'],
  ['name', html.replaceAll('>nixexprs.tar.xz<', '>..<'), 'a name that leads up'],
  ['name', html.replaceAll('>nixexprs.tar.xz<', '>a b<'), 'a name of two words'],
  ['name', html.replaceAll('>nixexprs.tar.xz<', '>a&#47;b<'), 'a name with an entity'],
  ['size', html.replace('>6912<', '>6.9 kB<'), 'a size for people'],
  ['size', html.replace('>6912<', '>-1<'), 'a negative size'],
  ['sha256', html.replace(SHA256, SHA256.slice(1)), 'a short hash'],
  ['sha256', html.replace(SHA256, SHA256.toUpperCase()), 'a hash in capitals'],
])('refuses by its %s: %3$s', (field, page) => {
  const parse = () => parseReleasePage(page);
  expect(parse).toThrow(Malformed);
  expect(parse).toThrow(expect.objectContaining({ facts: { field } }));
});

describe('whatever the page holds', () => {
  const refusesOrReads = (page: string): void => {
    try {
      for (const { name } of parseReleasePage(page).files) expect(checkFileName(name)).toBe(name);
    } catch (error) {
      expect(error).toBeInstanceOf(Malformed);
    }
  };

  it('is read, or refused as malformed', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '<',
        '>',
        '<tr>',
        '<td>',
        '</td>',
        '<th>',
        '<tt>',
        ' ',
        `Git commit ${REVISION}`,
        SHA256,
        '12',
        'a.xz',
      ),
      fc.constant('Released on 2026-05-29 20:26:40 UTC'),
    );
    fc.assert(fc.property(fc.array(piece), (pieces) => refusesOrReads(pieces.join(''))));
  });

  it('is read in time that grows with its length', () => {
    const long = 1_000_000;
    for (const page of ['<', '<td>', '<td', ' ', 'Git commit ', '<tr><td>', 'a<b', '\n<']) {
      refusesOrReads(`${html.replace('</table>', '')}<tr><td>${page.repeat(long / page.length)}`);
    }
  });

  it('round-trips', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,30}$/);
    const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
    const file = fc.record({ name, size: fc.nat(), sha256: hex(64) });
    const date = fc.integer({ min: 0, max: 4e9 }).map((seconds) => new Date(seconds * 1_000));
    const files = fc.uniqueArray(file, { minLength: 1, selector: (each) => each.name });
    fc.assert(
      fc.property(fc.record({ revision: hex(40), releasedAt: date, files }), (page) => {
        expect(parseReleasePage(formatReleasePage(PREFIX, page))).toEqual(page);
      }),
    );
  });
});
