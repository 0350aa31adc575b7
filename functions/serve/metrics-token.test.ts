import { hasToken } from './metrics-token.ts';

const TOKEN = 'Zm9vYmFyYmF6cXV4';

describe('the token for metrics', () => {
  it.each([`Bearer ${TOKEN}`, `bearer   ${TOKEN} `])('is known to who says it: %s', (header) => {
    expect(hasToken(header, TOKEN)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Bearer ${TOKEN.toLowerCase()}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer ${'x'.repeat(10_000)}`,
  ])('is not known to others: %s', (header) => {
    expect(hasToken(header, TOKEN)).toBe(false);
  });

  it('is known to nobody where there is none', () => {
    for (const header of [undefined, 'Bearer ', 'Bearer undefined']) expect(hasToken(header, undefined)).toBe(false);
  });
});
