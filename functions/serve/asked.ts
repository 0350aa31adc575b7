/** What serve looks at of a request: an address that never gets in can't get out. */
import type { Asker } from './client-of.ts';

export interface Asked {
  readonly method: string;
  /** The raw path, with its slash, without the query. */
  readonly path: string;
  /** What follows the question mark. Objects don't look at it; pages may. */
  readonly query?: string | undefined;
  /** Where the asker finds this mirror: `https://mirror.example.org`, without a slash at its end. See mirror-url.ts. */
  readonly mirrorUrl: string;
  /** For the record of the request alone: no answer depends on it. */
  readonly asker: Asker;
  readonly range?: string | undefined;
  readonly ifRange?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly acceptEncoding?: string | undefined;
  /** Whether the asker knows the token for metrics (metrics-token.ts): no credential gets in. */
  readonly hasToken?: boolean | undefined;
}

type Header = 'range' | 'if-range' | 'if-none-match' | 'if-modified-since' | 'accept-encoding';
export type AskedHeaders = Readonly<Partial<Record<Header, string | undefined>>>;

/** @param target what stands in the request line: `/path?query`, or the whole address as proxies are asked. */
export function askedOf(
  method: string,
  target: string,
  headers: AskedHeaders,
  { mirrorUrl, asker, hasToken }: Pick<Asked, 'mirrorUrl' | 'asker' | 'hasToken'>,
): Asked {
  const local = ABSOLUTE.test(target) ? target.replace(ABSOLUTE, '') : target;
  const at = local.indexOf('?');
  return {
    method,
    path: (at < 0 ? local : local.slice(0, at)) || '/',
    query: at < 0 ? undefined : local.slice(at + 1),
    mirrorUrl,
    asker,
    range: headers.range,
    ifRange: headers['if-range'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    acceptEncoding: headers['accept-encoding'],
    hasToken,
  };
}

const ABSOLUTE = /^https?:\/\/[^/?]*/i;
