import fc from 'fast-check';
import {
  BucketFailed,
  describeError,
  InvalidConfig,
  Malformed,
  Unavailable,
  UpstreamFailed,
  withoutCredentials,
} from './errors.ts';

describe('describeError', () => {
  it('tells a cause once, also where the message of its effect ends with it', () => {
    const cause = new Error('the checksum is wrong');
    const error = new Malformed('not zstd: the checksum is wrong', {}, cause);
    expect(describeError(new BucketFailed('a.nar is damaged', {}, error)).message).toBe(
      'a.nar is damaged: not zstd: the checksum is wrong',
    );
  });

  it('tells code, verdict, facts, and the messages of the causes', () => {
    const error = new UpstreamFailed('no answer', { status: 503 }, new Error('socket hang up'));
    expect(describeError(error)).toEqual({
      code: 'UPSTREAM_FAILED',
      verdict: 'retry',
      message: 'no answer: socket hang up',
      facts: { status: 503 },
    });
  });

  it.each([
    [new TypeError('x is not a function'), 'TypeError'],
    [Object.assign(new Error('no space'), { code: 'ENOSPC' }), 'ENOSPC'],
    ['a text', 'UNKNOWN'],
    [undefined, 'UNKNOWN'],
  ])('takes what is not ours for a retry', (error, code) => {
    expect(describeError(error)).toMatchObject({ code, verdict: 'retry' });
  });

  it('ends with causes that go round in a circle', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(describeError(error).message.length).toBeLessThan(100);
  });

  it('keeps a reason for what is unavailable', () => {
    expect(describeError(new Unavailable('missing', 'gone'))).toMatchObject({
      verdict: 'reject',
      facts: { reason: 'missing' },
    });
  });

  it('never shows a credential or a query', () => {
    const secret = 's3://key:secret@minio:9000/copycat?sig=abcdef';
    const shown = JSON.stringify([
      describeError(new UpstreamFailed(`could not get ${secret}`, { url: secret, urls: [secret] }, new Error(secret))),
      describeError(new InvalidConfig([`BUCKET ${secret}`])),
      describeError(new Error(secret)),
      withoutCredentials(secret),
    ]);
    expect(shown).not.toMatch(/secret|abcdef/);
    expect(shown).toContain('minio:9000/copycat');
  });

  it.each([
    'in a log_https://user:SECRET@host/a',
    '7http://user:SECRET@host',
    'https://user:p@SECRET@host/a',
    "https://host/it's?sig=SECRET",
    "https://host/a?b=1'&sig=SECRET",
    '{"url":"https://host/a?b=1","sig":"SECRET"}',
    'https://host/a?b=c?sig=SECRET',
    '://://user:SECRET@host',
  ])('shows none of %s', (text) => {
    expect(withoutCredentials(text)).not.toContain('SECRET');
    expect(withoutCredentials(text)).toContain('host');
  });

  it('finds the credential of an address between whatever stands around it', () => {
    const part = fc.oneof(fc.string(), fc.stringMatching(/^[a-z:/?@"' ]{0,20}$/));
    fc.assert(
      fc.property(part, part, (before, after) => {
        const address = 'https://key:SECRET@host/a?X-Amz-Signature=SECRET';
        expect(withoutCredentials(`${before}${address} ${after}`)).not.toContain('SECRET');
      }),
    );
  });

  it.each(['a.', 'a://', '://', 'a://b?', '://a@'])('comes to the end of a long text of %s', (piece) => {
    expect(withoutCredentials(`${piece.repeat(200_000)} https://user:SECRET@host`)).not.toContain('SECRET');
  });

  it('leaves text without addresses as it is', () => {
    const text = 'what? a key: value@place, 12:30';
    expect(withoutCredentials(text)).toBe(text);
  });

  it('has errors that name themselves', () => {
    expect(new Malformed('no').name).toBe('Malformed');
  });
});
