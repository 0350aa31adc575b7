import { isAskedHere, mayAsk } from './access.ts';

const own = { user: 'copycat', password: 'se:cret' };
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const may = (headers: Record<string, string>, query = '') => mayAsk(own, headers, new URLSearchParams(query));

describe('mayAsk', () => {
  it.each([
    ['HTTP’s header', basic('copycat:se:cret'), ''],
    ['ClickHouse’s headers', { 'x-clickhouse-user': 'copycat', 'x-clickhouse-key': 'se:cret' }, ''],
    ['the address', {}, 'user=copycat&password=se:cret'],
  ])('takes credentials in %s', (_where, headers, query) => expect(may(headers, query)).toBe(true));

  it.each([
    ['nothing', {}, ''],
    ['another password', basic('copycat:other'), ''],
    ['another user', basic('default:se:cret'), ''],
    ['no password', basic('copycat'), ''],
    ['a user alone', { 'x-clickhouse-user': 'copycat' }, 'password=se:cret'],
    ['a scheme that is not known', { authorization: 'Bearer se:cret' }, ''],
    ['a part of it', {}, 'user=copycat&password=se:cre'],
  ])('refuses %s', (_what, headers, query) => expect(may(headers as Record<string, string>, query)).toBe(false));
});

describe('isAskedHere', () => {
  it.each(['127.0.0.1', '127.0.0.1:8123', 'localhost:1'])('knows %s', (host) =>
    expect(isAskedHere({ host })).toBe(true),
  );
  it.each(['', 'evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', '127.0.0.1:80@evil.example'])(
    'refuses %j',
    (host) => expect(isAskedHere({ host })).toBe(false),
  );
});
