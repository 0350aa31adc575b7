/**
 * Why a part of the service can't be used, in a number and words of a closed list. An error's own text never gets onto a page:
 * it may name hosts, keys and accounts. The numbers are those of HTTP, and beyond them those that proxies give for an origin.
 *     522 (connection timed out)
 */
export const TROUBLES = {
  401: 'credentials refused',
  403: 'access denied',
  404: 'not found',
  500: 'server error',
  502: 'bad gateway',
  503: 'service unavailable',
  504: 'gateway timed out',
  507: 'no room left',
  520: 'unexpected answer',
  521: 'connection refused',
  522: 'connection timed out',
  523: 'unreachable',
  525: 'TLS handshake failed',
  530: 'host name not found',
} as const;

export type Trouble = keyof typeof TROUBLES;

export const isTrouble = (code: unknown): code is Trouble => typeof code === 'number' && Object.hasOwn(TROUBLES, code);

/** `522 (connection timed out)`. */
export const troubleInWords = (code: Trouble): string => `${code} (${TROUBLES[code]})`;

/** What an answer that should have been a 200 is. */
export function troubleOfStatus(status: number): Trouble {
  if (isTrouble(status)) return status;
  return status >= 500 && status < 600 ? 500 : 520;
}

/** What errors call themselves, by the trouble that it is: codes of Node, undici, OpenSSL and S3. */
const KINDS: readonly (readonly [Trouble, RegExp])[] = [
  [507, /^(ENOSPC|EDQUOT|BUCKET_FULL|XMinioStorageFull|XMinioAdminBucketQuotaExceeded)$/],
  [521, /^ECONNREFUSED$/],
  [
    522,
    /^(ETIMEDOUT|TimeoutError|AbortError|RequestTimeout|RequestTimeoutException|STALLED|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/,
  ],
  [523, /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/],
  [525, /^(ERR_TLS_.*|ERR_SSL_.*|.*CERT.*|EPROTO)$/],
  [530, /^(ENOTFOUND|EAI_AGAIN)$/],
  [401, /^(InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|CredentialsProviderError|InvalidToken)$/],
  [403, /^(AccessDenied|EACCES|EPERM)$/],
  [404, /^(NoSuchBucket|ENOENT|ENOTDIR)$/],
];

const MOST_CAUSES = 6;

/** The first thing on the way to the cause that says what it is; 520 when nothing does. */
export function troubleOf(error: unknown): Trouble {
  let at = error;
  for (let deep = 0; deep < MOST_CAUSES && typeof at === 'object' && at !== null; deep += 1) {
    const { name, code, facts, cause, errors } = at as Readonly<Record<string, unknown>>;
    const told = typeof facts === 'object' && facts !== null ? (facts as Readonly<Record<string, unknown>>) : {};
    const trouble = byName([told.answer, told.code, code, name]) ?? byStatus(told.status ?? statusIn(told.answer));
    if (trouble !== undefined) return trouble;
    at = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return 520;
}

function byName(names: readonly unknown[]): Trouble | undefined {
  for (const name of names) {
    if (typeof name !== 'string') continue;
    const [word = ''] = name.split(' '); // `AccessDenied (403)`
    const found = KINDS.find(([, kind]) => kind.test(word));
    if (found) return found[0];
  }
  return undefined;
}

const byStatus = (status: unknown): Trouble | undefined =>
  typeof status === 'number' && status >= 300 ? troubleOfStatus(status) : undefined;

function statusIn(answer: unknown): number | undefined {
  const [, digits] = typeof answer === 'string' ? (/\((\d{3})\)$/.exec(answer) ?? []) : [];
  return digits === undefined ? undefined : Number(digits);
}
