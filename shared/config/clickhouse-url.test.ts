import fc from 'fast-check';
import { parseClickHouseUrl } from './clickhouse-url.ts';

describe('parseClickHouseUrl', () => {
  it('reads user, password and database', () => {
    expect(parseClickHouseUrl('https://reader:p%40ss@clickhouse.example:8443/copycat')).toEqual({
      origin: 'https://clickhouse.example:8443',
      user: 'reader',
      password: 'p@ss',
      database: 'copycat',
    });
    expect(parseClickHouseUrl('http://127.0.0.1:8123')).toEqual({ origin: 'http://127.0.0.1:8123' });
  });

  it.each(['', 'tcp://clickhouse:9000', 'http://clickhouse/a/b', 'http://c/?user=x', 'http://u%0a:p@c'])(
    'refuses %p',
    (text) => expect(() => parseClickHouseUrl(text)).toThrow(),
  );

  it('repeats nothing of what it refuses', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{12}$/), (secret) => {
        expect(() => parseClickHouseUrl(`ftp://u:${secret}@host`)).toThrow(
          expect.objectContaining({ message: expect.not.stringContaining(secret) }),
        );
      }),
    );
  });
});
