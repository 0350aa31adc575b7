import fc from 'fast-check';
import { quotedName, textLiteral } from './literal.ts';
import { tokensOf } from './sql-tokens.ts';

const texts = (sql: string): readonly string[] => [...tokensOf(sql)].map(({ text }) => text);

describe('tokensOf', () => {
  it.each([
    ['a  b\n\tc', ['a', 'b', 'c']],
    ["SELECT 'a;b' -- c;\n;", ['SELECT', "'a;b'", ';']],
    ['a # b;\n#! c;\nd', ['a', 'd']],
    ['a /* ; \n FORMAT */ b', ['a', 'b']],
    ["'it''s' 'it\\'s' '\\\\'", ["'it''s'", "'it\\'s'", "'\\\\'"]],
    ['"a;""b" `c``;d`', ['"a;""b"', '`c``;d`']],
    ['$$a;b$$ $tag$ $$; $tag$', ['$$a;b$$', '$tag$ $$; $tag$']],
    ['a.b{c:D}', ['a', '.', 'b', '{', 'c', ':', 'D', '}']],
    ['-- all of it', []],
    ['/* not ended', []],
  ])('reads %j', (sql, expected) => expect(texts(sql)).toEqual(expected));

  it.each(["'", "'a\\'", '"a', '`a``', '$$a'])('says that %s does not end', (sql) =>
    expect(() => texts(sql)).toThrow(/SYNTAX_ERROR/),
  );

  it('leaves out nothing but blanks and comments', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-c ;.(){}]*$/), (sql) => {
        expect(texts(sql).join('')).toBe(sql.replaceAll(' ', ''));
      }),
    );
  });

  it('takes any text that is quoted as one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const quoted of [textLiteral(text), quotedName(text)]) {
          expect(texts(`SELECT ${quoted}; -- '`)).toEqual(['SELECT', quoted, ';']);
        }
      }),
    );
  });
});
