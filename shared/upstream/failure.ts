/** What went wrong on the wire, in our own words: the codes of undici, Node and OpenSSL tell an operator little. */

/** No byte came for too long, or nobody asked for one: see body.ts. */
export class Stalled extends Error {
  readonly code = 'STALLED';
}

const WORDS: Readonly<Record<string, string>> = {
  STALLED: 'the body stalled',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was cut',
  ENOTFOUND: 'the host is unknown',
  EAI_AGAIN: 'the name service does not answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'connecting took too long',
  UND_ERR_CONNECT_TIMEOUT: 'connecting took too long',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_HEADERS_OVERFLOW: 'the headers are too long',
  HTTPParserError: 'the answer is not HTTP',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the body ended before its Content-Length',
  UND_ERR_CLOSED: 'the client is closed',
  UND_ERR_DESTROYED: 'the client is closed',
};

export function reasonOf(error: unknown): string {
  const kind = kindOf(error);
  if (kind?.includes('CERT') || kind?.startsWith('ERR_TLS_')) return `the certificate is not accepted (${kind})`;
  return (kind && WORDS[kind]) || `the connection failed${kind ? ` (${kind})` : ''}`;
}

/** The first code on the way to the cause; several failed connections come as one AggregateError with a code of its own. */
function kindOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return name === 'HTTPParserError' ? name : kindOf(cause); // undici gives that one no code
}
