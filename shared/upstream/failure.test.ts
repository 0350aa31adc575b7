import { reasonOf } from './failure.ts';

const error = (code: string) => Object.assign(new Error('words of others'), { code });

it.each([
  ['a code of Node', error('ECONNREFUSED'), 'the connection was refused'],
  ['a code of undici', error('UND_ERR_HEADERS_TIMEOUT'), 'no answer came in time'],
  ['a certificate’s trouble', error('CERT_HAS_EXPIRED'), 'the certificate is not accepted (CERT_HAS_EXPIRED)'],
  [
    'another one',
    error('ERR_TLS_CERT_ALTNAME_INVALID'),
    'the certificate is not accepted (ERR_TLS_CERT_ALTNAME_INVALID)',
  ],
  [
    'a self-signed one',
    error('DEPTH_ZERO_SELF_SIGNED_CERT'),
    'the certificate is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)',
  ],
  ['a code that only the cause has', new Error('fetch failed', { cause: error('ENOTFOUND') }), 'the host is unknown'],
  ['a code we have no words for', error('EPROTO'), 'the connection failed (EPROTO)'],
  ['no code', new Error('http://me:secret@host/'), 'the connection failed'],
  ['what is no error', 'secret', 'the connection failed'],
])('has words for %s', (_kind, thrown, reason) => {
  expect(reasonOf(thrown)).toBe(reason);
});
