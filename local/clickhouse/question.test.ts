import { readQuestion } from './question.ts';

const read = (query: string, headers: Record<string, string> = {}, method = 'POST') =>
  readQuestion({ method, address: new URLSearchParams(query), headers });

describe('readQuestion', () => {
  it('tells the statement, its parameters and settings apart', () =>
    expect(
      read(
        'query=SELECT+1&database=copycat&param_a=%27&max_threads=1&default_format=CSV&query_id=a-1&wait_end_of_query=1&user=x',
      ),
    ).toEqual({
      query: 'SELECT 1',
      database: 'copycat',
      settings: new Map([['max_threads', '1']]),
      parameters: new Map([['a', "'"]]),
      format: 'CSV',
      id: 'a-1',
      readOnly: false,
    }));

  it('has defaults', () =>
    expect(read('', {}, 'GET')).toEqual({
      query: '',
      database: undefined,
      settings: new Map(),
      parameters: new Map(),
      format: 'TabSeparated',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      readOnly: true,
    }));

  it('reads headers where the address says nothing, and a form as the address', () => {
    const headers = { 'x-clickhouse-database': 'd', 'x-clickhouse-format': 'JSON' };
    expect(read('', headers)).toMatchObject({ database: 'd', format: 'JSON' });
    const form = new Map([['param_a', 'long']]);
    const { parameters } = readQuestion({ method: 'POST', address: new URLSearchParams(), headers, form });
    expect(parameters).toEqual(new Map([['a', 'long']]));
  });

  it.each(["max'threads=1", 'param_=1', 'param_a%20b=1', 'a%3D1%2Cb=1'])('refuses %s, which is no name', (query) =>
    expect(() => read(query)).toThrow(/UNKNOWN_SETTING/),
  );

  it.each(['session_id=1', 'compress=1', 'decompress=1'])('says that it has no %s', (query) =>
    expect(() => read(query)).toThrow(/NOT_IMPLEMENTED/),
  );

  it('gives no header what is no word', () =>
    expect(read('default_format=a%0d%0ab&query_id=%0d%0a')).toMatchObject({
      format: 'TabSeparated',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    }));
});
